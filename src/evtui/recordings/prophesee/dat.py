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
"DAT File Format"; for version 1 ``load_cd_events.m`` of Prophesee's toolbox).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.events import Coordinates, Events, Times
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import Finding, finding
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee.likeness import LITTLE
from evtui.recordings.prophesee.raw_fields import field_of
from evtui.recordings.prophesee.raw_header import RawHeader
from evtui.recordings.prophesee.told import Told, tell_size_stated
from evtui.recordings.prophesee.words_clock import Clock
from evtui.recordings.prophesee.words_coding import Oddities, Places
from evtui.recordings.prophesee.words_file import RawFile, WordFile, Words, raw_file
from evtui.recordings.prophesee.words_recording import WordsRecording

_RECORD_BYTES = 8
_EVENT_TYPES = {0x00: "2D", 0x0C: "CD"}
_TRIGGERS = 0x0E

_SAMPLE_RECORDS = 1 << 12
_ENOUGH = 64
"""Records from which a header is rather wrong than they."""
_BITS_OF_VERSION_1 = (1 << 18) - 1


def open_dat(path: Path) -> WordsRecording:
    """Open a DAT file for reading window by window, whatever its name.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
        UnsupportedRecording: it has something else than events.
    """
    with raw_file(path) as file:
        layout = _require_events(file)
        records = WordFile(file, file.header.data_offset + 2, Dat.dtype)
        sample = records.read(0, min(records.count, _SAMPLE_RECORDS))["word"]
        is_old, findings = tell_layout(_stated_version(file.header), sample)
        coding = Dat(layout + ", version 1", VERSION_1) if is_old else Dat(layout, VERSION_2)
        size, doubt = tell_size_stated(file.header, *coding.pixels(sample))
        findings += [doubt] if doubt else []
        return WordsRecording(file, records, coding, Told(LITTLE, size, tuple(findings)))


def tell_layout(stated: float | None, sample: Words) -> tuple[bool, list[Finding]]:
    """Whether records have the layout of version 1, with a finding unless the header says so.

    Words of version 1 have 18 bits; in such of version 2 these hold no row from 16 on, and no ON.
    Prophesee's own ``load_cd_events.m`` takes version 1 where none is stated, although most such
    files are of version 2.

    Args:
        stated: the version, if the header has one.
        sample: the first words, without their times.
    """
    have_18_bits = sample <= _BITS_OF_VERSION_1
    if stated is None:
        is_old = bool(len(sample)) and bool(have_18_bits.all())
        said = f"the version is not stated; from the first records {1 if is_old else 2} is taken"
        return is_old, [finding("layout_guessed", said)] if len(sample) else []
    is_old = stated < 2
    if len(sample) >= _ENOUGH and _contradicts(is_old, sample, have_18_bits):
        said = f"the header states version {stated:g}, but the records are of version"
        said += f" {2 if is_old else 1} and are read as that"
        return not is_old, [finding("header_differs", said)]
    return is_old, []


def _contradicts(is_old: bool, sample: Words, have_18_bits: NDArray[np.bool_]) -> bool:
    """Whether most records are not of the version that is stated."""
    if is_old:
        return float(np.mean(have_18_bits)) < 0.5
    # Read as version 2, the row of version 1 goes on in the column.
    columns = sample & np.uint32((1 << VERSION_2.x_bits) - 1)
    return bool(have_18_bits.all()) and float(np.mean(columns >= LARGEST_SIDE)) > 0.25


def _stated_version(header: RawHeader) -> float | None:
    number = re.fullmatch(r"\d+(?:\.\d+)?", field_of(header.fields, "Version"))
    return float(number[0]) if number else None


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
class Layout:
    """The bits of a record's word: x lowest, then y, then the polarity."""

    x_bits: int
    y_bits: int
    polarity_bits: int


VERSION_2 = Layout(14, 14, 4)
VERSION_1 = Layout(9, 8, 1)


class Dat:
    """The ``Coding`` of DAT: every record is an event and tells its time."""

    name = "DAT"
    dtype: np.dtype[Any] = np.dtype([("t", "<u4"), ("word", "<u4")])
    clock = Clock(1 << 32)
    mark_us = 1
    all_events = True

    def __init__(self, layout: str, fields: Layout) -> None:
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

    def pixels(self, word: Words) -> tuple[Coordinates, Coordinates]:
        """x and y of records, of which only the words are given."""
        x = (word & self._x_mask).astype(np.uint16)
        return x, ((word >> self._y_shift) & self._y_mask).astype(np.uint16)

    def count(self, words: Words) -> int:
        return len(words)

    def oddities(self, words: Words) -> Oddities:
        """Records whose polarity is neither 0 nor 1: they are taken for ON."""
        polarity = (words["word"] >> self._p_shift) & self._p_mask
        return Oddities(damaged=int(np.count_nonzero(polarity > 1)))
