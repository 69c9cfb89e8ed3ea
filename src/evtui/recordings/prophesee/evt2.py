"""Prophesee EVT 2.0: words of 32 bits, one for each event; ``evt2_heads`` has their bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from evtui.events import Events, Times
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee import evt2_heads
from evtui.recordings.prophesee.likeness import BIG, LITTLE
from evtui.recordings.prophesee.told import Told
from evtui.recordings.prophesee.words_coding import Oddities, Places
from evtui.recordings.prophesee.words_file import WordFile, Words, raw_file
from evtui.recordings.prophesee.words_recording import WordsRecording


def open_evt2(path: Path, told: Told | None = None) -> WordsRecording:
    """Open a file of EVT 2.0 words, whatever encoding its header states; see ``raw.open_raw``.

    Args:
        path: the file.
        told: what is known of its words; by default what the header states.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
    """
    with raw_file(path) as file:
        told = told or Told.by_header(file.header)
        coding = Evt2(told.order)
        words = WordFile(file, file.header.data_offset, coding.dtype, told.order == BIG)
        return WordsRecording(file, words, coding, told)


class Evt2:
    """The ``Coding`` of EVT 2.0: the words are heads and nothing else."""

    name = "EVT2"
    dtype: np.dtype[Any] = np.dtype("<u4")
    clock = evt2_heads.CLOCK
    mark_us = evt2_heads.MARK_US
    all_events = False

    def __init__(self, order: str = LITTLE) -> None:
        self.layout = "32-bit words" + (", big-endian" if order == BIG else "")

    def marks(self, words: Words) -> tuple[Places, Times]:
        return evt2_heads.time_marks(words)

    def events(
        self, words: Words, places: Places, times: Times, before: int | None, room: Room
    ) -> Events:
        are_cd = evt2_heads.are_cd(words)
        untimed, highs = evt2_heads.high_times(are_cd, places, times, before)
        events = room(len(highs))
        evt2_heads.write_cd(words[are_cd][untimed:], highs, events)
        return events

    def count(self, words: Words) -> int:
        return int(np.count_nonzero(evt2_heads.are_cd(words)))

    def oddities(self, words: Words) -> Oddities:
        return evt2_heads.oddities(words)
