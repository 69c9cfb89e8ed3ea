"""The words of an EVT3 file in blocks, at whose borders decoding can begin."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from evtui.events import Events
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee.evt3_decoding import Decoded, decode, follow_base
from evtui.recordings.prophesee.evt3_words import (
    TIME,
    TIME_HIGH,
    Carry,
    Words,
    begins_with_vector,
    kinds_of,
)
from evtui.recordings.prophesee.words_file import WordFile

_FIRST_LOOK = 1 << 9
_MOST_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely a file is looked at, in words but for ``stride``."""

    block: int = 1 << 15
    """From its beginning decoding can start: 64 kB, decoded in 0.6 ms."""
    stride: int = 24
    """Blocks between two looks at the clock: 1.5 MB.

    Sensors send TIME_HIGH every 16 µs even when nothing happens, so that this lasts 12.6 s at most,
    and the clock starts again after 16.8 s.
    """
    look: int = 1 << 11
    """Words of one look: a page, which the disk reads whole anyway."""


USUAL_GRAIN = Grain()

FindBase = Callable[[int], Carry]
"""Looks up ``base`` and ``base_on`` before a block."""


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks to decode one after the other."""

    first: int
    stop: int
    carry: Carry
    """What the words before them left behind."""


class Blocks:
    """The blocks of a file."""

    def __init__(self, words: WordFile, grain: Grain) -> None:
        self._words = words
        self.grain = grain
        self.total = words.count
        """Words of the file."""
        self.count = -(-self.total // grain.block)

    def place(self, block: int) -> int:
        """The first word of a block; the file's end for the block behind the last."""
        return min(block * self.grain.block, self.total)

    def before(self, place: int, length: int) -> Words:
        """So many words before a place, as far as there are any."""
        return self._words.read(max(0, place - length), place)

    def will_look(self, borders: Iterable[int]) -> None:
        """Let the system fetch the words of looks before some borders of blocks."""
        for border in borders:
            place = self.place(border)
            self._words.will_read(max(0, place - self.grain.look), place)

    def look(self, border: int) -> Words:
        """The last words before a border."""
        return self.before(self.place(border), self.grain.look)

    def read(self, first: int, stop: int) -> Words:
        """The words of some blocks."""
        return self._words.read(self.place(first), self.place(stop))

    def decoded(
        self,
        run: Run,
        at_once: int | None = None,
        find_base: FindBase | None = None,
        room: Room = Events.uninitialised,
    ) -> Iterator[Decoded]:
        """Decode some blocks, a few at once.

        Args:
            run: the blocks.
            at_once: how many blocks go into one step; by default as many as are fastest.
            find_base: looks up ``base`` and ``base_on`` before a block, where ``run.carry`` lacks
                them although the file may have them.
            room: gives the columns of each step's events.
        """
        carry = run.carry
        step = at_once or max(1, _MOST_AT_ONCE // self.grain.block)
        for first in range(run.first, run.stop, step):
            stop = min(first + step, run.stop)
            words = self.read(first, stop)
            if find_base is not None and carry.base is None and begins_with_vector(words):
                found = find_base(first)
                carry = dataclasses.replace(carry, base=found.base, base_on=found.base_on)
                find_base = None
            done = decode(words, carry, partial(self.next_high, self.place(stop)), room)
            carry = done.carry
            yield done

    def next_high(self, place: int) -> int | None:
        """What the first TIME_HIGH from a place on shows; None if there is none."""
        length = _FIRST_LOOK
        while place < self.total:
            words = self._words.read(place, min(place + length, self.total))
            highs = np.flatnonzero(kinds_of(words) == TIME_HIGH)
            if len(highs):
                return int(words[highs[0]] & TIME)
            place, length = place + len(words), min(2 * length, _MOST_AT_ONCE)
        return None

    def last_of(self, kind: int, place: int) -> int | None:
        """Where the last word of a kind before a place is; None if there is none."""
        length = self.grain.look
        while place > 0:
            words = self.before(place, length)
            found = np.flatnonzero(kinds_of(words) == kind)
            if len(found):
                return place - len(words) + int(found[-1])
            place, length = place - len(words), min(2 * length, _MOST_AT_ONCE)
        return None

    def base_after(self, start: int, stop: int) -> Carry:
        """``base`` and ``base_on`` after some words, the first of which is a VECT_BASE_X."""
        carry = Carry()
        for place in range(start, stop, _MOST_AT_ONCE):
            words = self._words.read(place, min(place + _MOST_AT_ONCE, stop))
            carry = follow_base(words, carry)
        return carry
