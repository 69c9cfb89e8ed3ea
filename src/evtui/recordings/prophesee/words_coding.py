"""What a format of fixed-size words has to tell, and decoding with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events, Times
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee.words_clock import Clock
from evtui.recordings.prophesee.words_file import WordFile, Words

Places: TypeAlias = NDArray[np.int64]
"""Where in a run of words something is, shape (N,), ascending."""


BLOCK_WORDS = 1 << 16
"""Words that are decoded at once: few enough for the processor's cache."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """Words that are no events, counted."""

    damaged: int = 0
    """Words that the format does not know."""
    triggers: int = 0
    """Edges of the camera's trigger input."""

    def __add__(self, other: Oddities) -> Oddities:
        return Oddities(self.damaged + other.damaged, self.triggers + other.triggers)


class Coding(Protocol):
    """How a format writes events as words.

    Some words are time marks: from each on, until the next, the clock is known but for its low
    bits, which the events have.
    """

    @property
    def name(self) -> str:
        """The format's name in the registry."""
        ...

    @property
    def layout(self) -> str:
        """The variant, for ``RecordingInfo.layout``."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of one word."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that time marks and events show."""
        ...

    @property
    def mark_us(self) -> int:
        """How far after a time mark the events may be that come before the next: low bits, µs."""
        ...

    @property
    def all_events(self) -> bool:
        """Whether every word is one event."""
        ...

    def marks(self, words: Words) -> tuple[Places, Times]:
        """Where the time marks are, and what the clock shows at each, µs."""
        ...

    def events(
        self, words: Words, places: Places, times: Times, before: int | None, room: Room
    ) -> Events:
        """Decode a run of words.

        Args:
            words: the run.
            places: of its time marks.
            times: of its time marks, µs; those of the events follow from them.
            before: of the last time mark before it; without one the events up to the first mark
                are left out, for their time is unknown.
            room: gives the columns to write them into.
        """
        ...

    def count(self, words: Words) -> int:
        """How many events a run of words has."""
        ...

    def oddities(self, words: Words) -> Oddities:
        """What else is in a run of words."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of words and what it was decoded to."""

    start: int
    stop: int
    words: Words
    before: int | None
    """The unwrapped time of the last time mark before the run, µs."""
    places: Places
    """Of the time marks, in the file."""
    times: Times
    """Of the time marks, unwrapped, µs."""
    events: Events


def decode(
    words: WordFile,
    coding: Coding,
    start: int,
    stop: int,
    before: int | None,
    zero: int = 0,
    room: Room = Events.uninitialised,
) -> Iterator[Block]:
    """The words start to stop, decoded block by block.

    Args:
        words: of the file.
        coding: what they mean.
        start: the first word.
        stop: the word after the last.
        before: the unwrapped time of the last time mark before these words, µs.
        zero: the unwrapped time from which those of the events are counted, µs.
        room: gives the columns of each block's events.
    """
    for place, run in words.blocks(start, stop, BLOCK_WORDS):
        places, raw = coding.marks(run)
        times = coding.clock.unwrap(raw, before)
        since = None if before is None else before - zero
        events = coding.events(run, places, times - zero, since, room)
        yield Block(place, place + len(run), run, before, place + places, times, events)
        before = int(times[-1]) if len(times) else before
