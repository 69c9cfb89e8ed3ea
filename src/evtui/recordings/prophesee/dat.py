"""Prophesee DAT: records of 8 bytes, one for each event.

A header of text as in RAW files, then one byte for the type of the events and one for their size,
then the records: time in µs, 32 bits, and a word.  Time starts again after 71.6 min.

========  ==============  ============
in word   version 2       version 1
========  ==============  ============
x         bits 0 to 13    bits 0 to 8
y         bits 14 to 27   bits 9 to 16
polarity  bits 28 to 31   bit 17
========  ==============  ============

The types 0x00 (any 2D event, in old files) and 0x0C (CD) have the same records (docs.prophesee.ai,
"DAT File Format"; for version 1 ``load_atis_data.m`` of Prophesee's toolbox).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.events import Events, Times
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee.words_clock import Clock
from evtui.recordings.prophesee.words_coding import Oddities, Places
from evtui.recordings.prophesee.words_file import RawFile, WordFile, Words, raw_file
from evtui.recordings.prophesee.words_recording import WordsRecording

_RECORD_BYTES = 8
_EVENT_TYPES = {0x00: "2D", 0x0C: "CD"}
_TRIGGERS = 0x0E


def open_dat(path: Path) -> WordsRecording:
    """Open a DAT file for reading window by window, whatever its name.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
        UnsupportedRecording: it has something else than events.
    """
    with raw_file(path) as file:
        layout = _require_events(file)
        old = file.header.fields.get("Version", "") in ("0", "1")
        coding = Dat(layout + ", version 1", _VERSION_1) if old else Dat(layout, _VERSION_2)
        words = WordFile(file, file.header.data_offset + 2, coding.dtype)
        return WordsRecording(file, words, coding)


def _require_events(file: RawFile) -> str:
    """The name of the file's type of events."""
    offset = file.header.data_offset
    if file.bytes < offset + 2:
        raise DamagedRecording(file.path, "ends before it states the type of its events")
    kind, size = file.read(offset, 2)
    if kind == _TRIGGERS:
        raise UnsupportedRecording(file.path, "holds external triggers, not events")
    if kind not in _EVENT_TYPES or size != _RECORD_BYTES:
        fault = f"states events of type 0x{kind:02X} and of {size} bytes, which are not known"
        raise UnsupportedRecording(file.path, fault)
    return f"type 0x{kind:02X} ({_EVENT_TYPES[kind]})"


@dataclass(frozen=True, slots=True)
class Fields:
    """The bits of a record's word: x lowest, then y, then the polarity."""

    x_bits: int
    y_bits: int
    polarity_bits: int


_VERSION_2 = Fields(14, 14, 4)
_VERSION_1 = Fields(9, 8, 1)


class Dat:
    """The ``Coding`` of DAT: every record is an event and tells its time."""

    name = "DAT"
    dtype: np.dtype[Any] = np.dtype([("t", "<u4"), ("word", "<u4")])
    clock = Clock(1 << 32)
    mark_us = 1
    all_events = True

    def __init__(self, layout: str, fields: Fields) -> None:
        self.layout = layout
        self._x_mask = np.uint16((1 << fields.x_bits) - 1)
        self._y_mask = np.uint16((1 << fields.y_bits) - 1)
        self._y_shift = np.uint32(fields.x_bits)
        self._p_behind_y = np.uint32(fields.y_bits)
        self._p_shift = np.uint32(fields.x_bits + fields.y_bits)
        self._p_mask = np.uint32((1 << fields.polarity_bits) - 1)

    def marks(self, words: Words) -> tuple[Places, Times]:
        return np.arange(len(words)), words["t"].astype(np.int64)

    def events(
        self, words: Words, places: Places, times: Times, before: int | None, room: Room
    ) -> Events:
        events = room(len(words))
        x, y = events.x, events.y
        events.t[:] = times
        bits = words["word"].copy()  # in a row, where numpy is faster
        np.copyto(x, bits, casting="unsafe")
        x &= self._x_mask
        bits >>= self._y_shift
        np.copyto(y, bits, casting="unsafe")
        y &= self._y_mask
        bits >>= self._p_behind_y
        bits &= self._p_mask
        np.not_equal(bits, 0, out=events.p.view(np.bool_))
        return events

    def count(self, words: Words) -> int:
        return len(words)

    def oddities(self, words: Words) -> Oddities:
        """Records whose polarity is neither 0 nor 1: they are taken for ON."""
        polarity = (words["word"] >> self._p_shift) & self._p_mask
        return Oddities(damaged=int(np.count_nonzero(polarity > 1)))
