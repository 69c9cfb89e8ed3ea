"""EVT3 words into events.

An event before the first ADDR_Y or TIME_HIGH of the file is left out and counted, and so is a
vector before the first VECT_BASE_X: nobody knows where or when it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evtui.events import Events
from evtui.recordings.gathering import Room
from evtui.recordings.prophesee.evt3_clock import NextHigh, no_more, read_highs, read_stamps, settle
from evtui.recordings.prophesee.evt3_scan import scan
from evtui.recordings.prophesee.evt3_vectors import find_vectors
from evtui.recordings.prophesee.evt3_words import Carry, Words, kinds_of


@dataclass(frozen=True, slots=True)
class Oddities:
    """What there was beside sound events, counted."""

    unknown: int = 0
    """Words of no known kind."""
    lone_highs: int = 0
    """TIME_HIGH words that were left out."""
    unplaced: int = 0
    """Events, or vectors of them, without a row, a column or a time."""
    late: int = 0
    """Events that were moved to the time of the one before them."""
    triggers: int = 0
    """Edges of the trigger input."""

    def __add__(self, other: Oddities) -> Oddities:
        return Oddities(
            self.unknown + other.unknown,
            self.lone_highs + other.lone_highs,
            self.unplaced + other.unplaced,
            self.late + other.late,
            self.triggers + other.triggers,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What some words say."""

    events: Events
    """Their ``t`` is on the sensor's clock, counted on beyond its wraps."""
    carry: Carry
    """What they leave behind for the words that follow."""
    oddities: Oddities
    ascending: bool
    """Whether no event is earlier than the one before it."""


def decode(
    words: Words,
    carry: Carry,
    next_high: NextHigh = no_more,
    room: Room = Events.uninitialised,
) -> Decoded:
    """Decode a run of words.

    Args:
        words: the run.
        carry: what the words before it left behind.
        next_high: asked only where it matters.
        room: gives the columns of the events.
    """
    scanned = scan(words, carry)
    marks, vectors = scanned.marks, scanned.vectors
    highs = read_highs(marks.words, scanned.highs, carry, next_high)
    stamps = read_stamps(marks.words, scanned.lows, carry, highs)
    bounds = np.concatenate([[0], marks.events_before(stamps.places), [len(scanned.x)]])
    skipped = max(
        scanned.rowless if carry.y is None else 0,
        int(bounds[stamps.known_from]) if carry.high is None else 0,
    )
    times = settle(stamps.values, np.diff(np.maximum(bounds, skipped)), carry)
    events = room(len(times.t))
    events.fill(Events(times.t, scanned.x[skipped:], scanned.y[skipped:], scanned.p[skipped:]))
    left = Carry(
        high=int(highs.values[-1]) if len(highs.values) else carry.high,
        shown=highs.shown,
        low=stamps.low,
        y=scanned.last_y,
        base=vectors.base,
        base_on=vectors.base_on,
        stamp=times.last_stamp,
        t=times.last_t,
    )
    oddities = Oddities(
        unknown=scanned.unknown,
        lone_highs=highs.lone,
        unplaced=skipped + vectors.left_out,
        late=times.late,
        triggers=scanned.triggers,
    )
    return Decoded(events, left, oddities, times.ascending)


def follow_base(words: Words, carry: Carry) -> Carry:
    """``base`` and ``base_on`` after some words, nothing else."""
    vectors = find_vectors(words, kinds_of(words), carry)
    return Carry(base=vectors.base, base_on=vectors.base_on)
