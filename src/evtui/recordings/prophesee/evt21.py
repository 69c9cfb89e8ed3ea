"""Prophesee EVT 2.1: words of 64 bits, each an event or several of one row at one time.

One half of a word is a head, as in EVT 2.0 (``evt2_heads``), the other a mask: bit ``k`` of it
stands for an event at ``x + k``.  The head is the half of the higher value, which a file has last;
the IMX636 sends it first, and its files state ``endianness=legacy``; of 64 bits that are stored
most significant byte first, ``endianness=big``, it comes first, too (docs.prophesee.ai, "EVT 2.1
Format"; OpenEB, ``evt21_event_types.h``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events, Times
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee import evt2_heads
from evtui.recordings.prophesee.likeness import BIG, LEGACY, LITTLE
from evtui.recordings.prophesee.told import Told
from evtui.recordings.prophesee.words_coding import Oddities, Places
from evtui.recordings.prophesee.words_file import WordFile, Words, raw_file
from evtui.recordings.prophesee.words_recording import WordsRecording


def open_evt21(path: Path, told: Told | None = None) -> WordsRecording:
    """Open a file of EVT 2.1 words, whatever encoding its header states; see ``raw.open_raw``.

    Args:
        path: the file.
        told: what is known of its words; by default what the header states.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
    """
    with raw_file(path) as file:
        told = told or Told.by_header(file.header)
        coding = Evt21(told.order)
        words = WordFile(file, file.header.data_offset, coding.dtype, told.order == BIG)
        return WordsRecording(file, words, coding, told)


class Evt21:
    """The ``Coding`` of EVT 2.1; its words are records of ``head`` and ``mask``."""

    name = "EVT2.1"
    clock = evt2_heads.CLOCK
    mark_us = evt2_heads.MARK_US
    all_events = False

    def __init__(self, order: str) -> None:
        names = ["mask", "head"] if order == LITTLE else ["head", "mask"]
        self.dtype: np.dtype[Any] = np.dtype([(name, "<u4") for name in names])
        self.layout = "64-bit words, " + (order if order == LEGACY else f"{order}-endian")

    def marks(self, words: Words) -> tuple[Places, Times]:
        return evt2_heads.time_marks(words["head"])

    def events(
        self, words: Words, places: Places, times: Times, before: int | None, room: Room
    ) -> Events:
        heads, masks = words["head"].copy(), words["mask"].copy()  # in a row numpy is faster
        are_wanted = evt2_heads.are_cd(heads) & (masks != 0)
        untimed, highs = evt2_heads.high_times(are_wanted, places, times, before)
        cd, masks = heads[are_wanted][untimed:], masks[are_wanted][untimed:]
        events_of = np.bitwise_count(masks)
        total = int(events_of.sum())
        events = room(total)
        firsts = events if total == len(cd) else Events.uninitialised(len(cd))
        evt2_heads.write_cd(cd, highs, firsts)
        np.add(firsts.x, _lowest_bit(masks), out=firsts.x)
        if total > len(cd):
            _expand(firsts, masks, events_of, events)
        return events

    def count(self, words: Words) -> int:
        return int(np.bitwise_count(words["mask"][evt2_heads.are_cd(words["head"])]).sum())

    def oddities(self, words: Words) -> Oddities:
        return evt2_heads.oddities(words["head"])


def _expand(
    firsts: Events, masks: NDArray[np.uint32], events_of: NDArray[np.uint8], events: Events
) -> None:
    """All events of some masks: of each mask its lowest bit first.

    Args:
        firsts: the event of the lowest bit of each mask, shape (N,).
        masks: none of them 0.
        events_of: bits of each mask that are set.
        events: one for each bit that is set in all masks, written into.
    """
    rows = np.repeat(np.arange(len(masks)), events_of)
    for name in ("t", "x", "y", "p"):
        # No row is out of bounds: to clip them spares numpy a second copy.
        np.take(getattr(firsts, name), rows, out=getattr(events, name), mode="clip")
    rest = masks & (masks - np.uint32(1))
    more = np.flatnonzero(rest)
    rest, rows = rest[more], np.searchsorted(rows, more)
    bases = firsts.x[more] - _lowest_bit(masks[more])
    while len(rest):
        rows = rows + 1
        events.x[rows] = bases + _lowest_bit(rest)
        rest &= rest - np.uint32(1)
        more = np.flatnonzero(rest)
        rest, bases, rows = rest[more], bases[more], rows[more]


def _lowest_bit(masks: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Which bit of each mask is the lowest that is set."""
    return np.bitwise_count(~masks & (masks - np.uint32(1)))
