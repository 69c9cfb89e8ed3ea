"""Where in a file of words a time is: a look at a few blocks instead of a pass over all words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise

import numpy as np

from evtui.events import Times
from evtui.recordings.prophesee.words_clock import Rounds
from evtui.recordings.prophesee.words_coding import Coding, Places
from evtui.recordings.prophesee.words_file import WordFile, Words
from evtui.recordings.search import FAR, SortedSearch

LOOK_BYTES = 4096
"""One look at a block: a page, which the disk reads whole anyway."""

_MOST_BLOCKS = 1 << 16
"""Blocks grow with the file, so that what is remembered of them stays within 20 MB."""

_MOST_WORDS = 1 << 18


class Landmarks:
    """The first time mark at or after the beginning of each block."""

    def __init__(self, words: WordFile, coding: Coding) -> None:
        self._words = words
        self._coding = coding
        self._look = LOOK_BYTES // coding.dtype.itemsize
        self.block = self._look * max(1, -(-words.count // (self._look * _MOST_BLOCKS)))
        """Words of a block."""
        self.count = -(-words.count // self.block)
        """Blocks of the file."""
        self._known: dict[int, tuple[int, int]] = {}

    def at(self, block: int) -> tuple[int, int]:
        """Place of the mark and what the clock shows; the file's end and a far time if none."""
        if block not in self._known:
            found = self._next_mark(block * self.block)
            # It is the first mark of every block between, too.
            for other in range(block, min(found[0] // self.block + 1, self.count)):
                self._known[other] = found
        return self._known[block]

    def next_or_last(self, block: int) -> tuple[int, int]:
        """The same, but the last mark of the file where none follows."""
        if block < self.count and self.at(block)[1] != FAR:
            return self.at(block)
        return self._last

    @cached_property
    def _last(self) -> tuple[int, int]:
        return self.last_before(self._words.count) or (self._words.count, FAR)

    def marks_of(self, block: int) -> tuple[Places, Times]:
        """The time marks inside a block: their places in the file, and what the clock shows."""
        start = block * self.block
        words = self._words.read(start, min(start + self.block, self._words.count))
        places, raw = self._coding.marks(words)
        return start + places, raw

    def look(self, block: int) -> Words:
        """The first words of a block."""
        start = block * self.block
        return self._words.read(start, min(start + self._look, self._words.count))

    def spread(self, most: int) -> list[int]:
        """Blocks all over the file, the first and the last among them."""
        looks = min(most, self.count)
        return [number * (self.count - 1) // max(1, looks - 1) for number in range(looks)]

    def will_look(self, blocks: Iterable[int]) -> None:
        """Let the system fetch the first words of some blocks ahead."""
        for block in blocks:
            start = block * self.block
            self._words.will_read(start, min(start + self._look, self._words.count))

    def last_before(self, place: int) -> tuple[int, int] | None:
        """Place of the last time mark before a place, and what the clock shows."""
        length = self._look
        while place > 0:
            start = max(0, place - length)
            places, raw = self._coding.marks(self._words.read(start, place))
            if len(places):
                return start + int(places[-1]), int(raw[-1])
            place, length = start, min(2 * length, _MOST_WORDS)
        return None

    def _next_mark(self, start: int) -> tuple[int, int]:
        length = self._look
        while start < self._words.count:
            stop = min(start + length, self._words.count)
            places, raw = self._coding.marks(self._words.read(start, stop))
            if len(places):
                return start + int(places[0]), int(raw[0])
            start, length = stop, min(2 * length, _MOST_WORDS)
        return self._words.count, FAR


def follow_rounds(words: WordFile, coding: Coding) -> Rounds:
    """Where the clock starts again, from a look at every word."""
    rounds = Rounds(coding.clock)
    last = None
    for start, block in words.blocks(0, words.count, _MOST_WORDS):
        places, raw = coding.marks(block)
        times = coding.clock.unwrap(raw, last)
        rounds.follow(start + places, times)
        last = int(times[-1]) if len(times) else last
    return rounds


def tell_rounds(landmarks: Landmarks, coding: Coding, looks: int) -> Rounds:
    """Where the clock starts again, from some places in the file.

    It is told from what the clock shows: where that is less than at the place before, the wrap is
    looked for.  A wrap is missed, until a full pass is made, where the clock runs a whole round
    between two of the places.
    """
    rounds = Rounds(coding.clock)
    blocks = landmarks.spread(looks)
    landmarks.will_look(blocks)
    for low, high in pairwise([*blocks, landmarks.count]):
        if landmarks.next_or_last(high)[1] < landmarks.next_or_last(low)[1]:
            _note_decreases(landmarks, coding, low, high, rounds)
    return rounds


def _note_decreases(
    landmarks: Landmarks, coding: Coding, low: int, high: int, rounds: Rounds
) -> None:
    """Find where between two blocks the clock shows less than before, and note what that is."""
    while high - low > 1:
        middle = (low + high) // 2
        if landmarks.next_or_last(middle)[1] < landmarks.next_or_last(low)[1]:
            high = middle
        else:
            low = middle
    places, raw = landmarks.marks_of(low)
    next_place, next_raw = landmarks.next_or_last(high)
    steps = np.diff(raw, append=next_raw)
    places = np.append(places[1:], next_place)
    for row in np.flatnonzero(steps < 0):
        if -steps[row] > coding.clock.round_us // 2:
            rounds.begin(int(places[row]))
        else:
            rounds.step_back = max(rounds.step_back, -int(steps[row]))


class WordSearch:
    """Finds the words of a span of time, as long as time does not go back.

    The caller sees to it that only one thread is inside.
    """

    def __init__(self, words: WordFile, landmarks: Landmarks, rounds: Rounds) -> None:
        self._words = words
        self._landmarks = landmarks
        self._rounds = rounds
        self._times = SortedSearch(landmarks.count, self.time)

    def time(self, block: int) -> int:
        """The unwrapped time of a block's landmark, µs; a far one where there is none."""
        place, raw = self._landmarks.at(block)
        return raw if raw == FAR else self._rounds.time(place, raw)

    def span(self, t0: int, t1: int) -> tuple[int, int, int | None]:
        """The words that have every event under the time marks from t0 up to t1.

        Returns:
            Their start and stop, and the time of the mark that is the first of them.
        """
        first = max(0, self._times.first_at_least(t0) - 1)
        last = self._times.first_at_least(t1)
        if first >= self._landmarks.count:
            return 0, 0, None
        start = self._landmarks.at(first)[0]
        stop = self._landmarks.at(last)[0] if last < self._landmarks.count else self._words.count
        return start, max(start, stop), self.time(first)
