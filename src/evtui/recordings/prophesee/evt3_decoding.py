"""EVT3 words into events.

An event before the first ADDR_Y or TIME_HIGH of the file is left out and counted, and so is a
vector before the first VECT_BASE_X: nobody knows where or when it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Events, Polarities
from evtui.recordings.prophesee.evt3_clock import NextHigh, no_more, read_highs, read_stamps, settle
from evtui.recordings.prophesee.evt3_words import (
    ADDR_X,
    ADDR_Y,
    EXT_TRIGGER,
    ON_BIT,
    PIXEL,
    TIME_HIGH,
    TIME_LOW,
    UNKNOWN_KINDS,
    VECT_12,
    VECT_BASE_X,
    Carry,
    Kinds,
    Numbers,
    Words,
    kinds_of,
    masks_of,
    vector_places,
)

_FARTHEST = 65_535
"""The column at which vectors without end come to a stop: no sensor has it."""


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


def decode(words: Words, carry: Carry, next_high: NextHigh = no_more) -> Decoded:
    """Decode a run of words.

    Args:
        words: the run.
        carry: what the words before it left behind.
        next_high: asked only where it matters.
    """
    kinds = kinds_of(words)
    hits = _find_hits(words, kinds, carry)
    highs = read_highs(words, np.flatnonzero(kinds == TIME_HIGH), carry, next_high)
    stamps = read_stamps(words, np.flatnonzero(kinds == TIME_LOW), carry, highs)
    rows = np.flatnonzero(kinds == ADDR_Y)
    row_bounds, stamp_bounds = hits.count_before(rows), hits.count_before(stamps.places)
    skipped = max(
        int(row_bounds[1]) if carry.y is None else 0,
        int(stamp_bounds[stamps.known_from]) if carry.high is None else 0,
    )
    if skipped:
        row_bounds, stamp_bounds = (np.maximum(b, skipped) for b in (row_bounds, stamp_bounds))
    y = np.empty(len(rows) + 1, np.uint16)
    y[0], y[1:] = carry.y or 0, words[rows] & PIXEL
    times = settle(stamps.values, np.diff(stamp_bounds), carry)
    events = Events(times.t, hits.x[skipped:], np.repeat(y, np.diff(row_bounds)), hits.p[skipped:])
    left = Carry(
        high=int(highs.values[-1]) if len(highs.values) else carry.high,
        shown=highs.shown,
        low=stamps.low,
        y=int(y[-1]) if len(rows) else carry.y,
        base=hits.base,
        base_on=hits.base_on,
        stamp=times.last_stamp,
        t=times.last_t,
    )
    oddities = Oddities(
        unknown=sum(int(np.count_nonzero(kinds == kind)) for kind in UNKNOWN_KINDS),
        lone_highs=highs.lone,
        unplaced=skipped + hits.vectors_left_out,
        late=times.late,
        triggers=int(np.count_nonzero(kinds == EXT_TRIGGER)),
    )
    return Decoded(events, left, oddities, times.ascending)


def follow_base(words: Words, carry: Carry) -> Carry:
    """``base`` and ``base_on`` after some words, nothing else."""
    kinds = kinds_of(words)
    starts = _place_vectors(words, kinds, vector_places(kinds), carry)
    return Carry(base=starts.base, base_on=starts.base_on)


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """The events of a run of words, but for rows and times."""

    x: Coordinates
    p: Polarities
    events_up_to: NDArray[np.int32]
    """How many events the words up to and with each one have."""
    base: int | None
    base_on: int
    vectors_left_out: int = 0

    def count_before(self, places: Numbers) -> Numbers:
        """How many events come before some words that have none; 0 in front, all behind."""
        counts = np.empty(len(places) + 2, np.int64)
        counts[0], counts[-1] = 0, len(self.x)
        counts[1:-1] = self.events_up_to[places]
        return counts


def _find_hits(words: Words, kinds: Kinds, carry: Carry) -> _Hits:
    vectors = vector_places(kinds)
    starts = _place_vectors(words, kinds, vectors, carry)
    vectors = vectors[starts.left_out :]
    is_single = kinds == ADDR_X
    singles = np.flatnonzero(is_single)
    x, p = _columns_and_on(words[singles])
    if not len(vectors):
        events_up_to = np.cumsum(is_single, dtype=np.int32)
    else:
        masks = masks_of(words[vectors], kinds[vectors])
        sizes = is_single.view(np.uint8)
        sizes[vectors] = np.bitwise_count(masks)
        events_up_to = np.cumsum(sizes, dtype=np.int32)
        slots = events_up_to[singles] - 1
        x, p = (_spread(column, slots, int(events_up_to[-1])) for column in (x, p))
        _write_vectors(x, p, events_up_to[vectors].astype(np.int64), masks, starts)
    return _Hits(x, p, events_up_to, starts.base, starts.base_on, starts.left_out)


def _columns_and_on(words: Words) -> tuple[Coordinates, Polarities]:
    return np.bitwise_and(words, PIXEL), ((words & ON_BIT) != 0).view(np.uint8)


def _spread(values: NDArray[Any], slots: NDArray[np.int32], length: int) -> NDArray[Any]:
    """An array of ``length`` with some of its values in their slots, the others not yet set."""
    spread = np.empty(length, values.dtype)
    spread[slots] = values
    return spread


@dataclass(frozen=True, slots=True, eq=False)
class _Starts:
    """Where the vectors of a run begin, but for those left out in front."""

    x: Numbers
    """Column of each one's lowest bit."""
    on: Polarities
    left_out: int
    base: int | None
    base_on: int


def _place_vectors(words: Words, kinds: Kinds, vectors: Numbers, carry: Carry) -> _Starts:
    bases = np.flatnonzero(kinds == VECT_BASE_X)
    columns, on = _columns_and_on(words[bases])
    on = np.concatenate([[carry.base_on], on]).astype(np.uint8)
    moved = np.cumsum(np.where(kinds[vectors] == VECT_12, 12, 8))
    moved = np.concatenate([[0], moved])
    first = np.concatenate([[0], np.searchsorted(vectors, bases)])
    counts = np.diff(first, append=len(vectors))
    begin = np.concatenate([[carry.base or 0], columns]) - moved[first]
    left_out = int(counts[0]) if carry.base is None else 0
    is_known = carry.base is not None or len(bases)
    return _Starts(
        x=(np.repeat(begin, counts) + moved[:-1])[left_out:],
        on=np.repeat(on, counts)[left_out:],
        left_out=left_out,
        base=min(int(begin[-1] + moved[-1]), _FARTHEST) if is_known else None,
        base_on=int(on[-1]),
    )


def _write_vectors(
    x: Coordinates, p: Polarities, after: Numbers, masks: Words, starts: _Starts
) -> None:
    """Write the columns and polarities of the events of vectors.

    Args:
        x: of all events of the run, written into.
        p: of all events of the run, written into.
        after: how many events there are up to the end of each vector.
        masks: the bits of each.
        starts: where they begin.
    """
    sizes = np.bitwise_count(masks)
    numbers = np.arange(int(sizes.sum(dtype=np.int64)))
    before = np.cumsum(sizes, dtype=np.int64) - sizes
    slots = np.repeat(after - sizes - before, sizes) + numbers
    bits = _BITS[np.repeat(_FIRST_BIT[masks] - before, sizes) + numbers]
    x[slots] = np.minimum(np.repeat(starts.x, sizes) + bits, _FARTHEST)
    p[slots] = np.repeat(starts.on, sizes)


def _bits_of_masks() -> tuple[NDArray[np.uint8], Numbers]:
    """The bits set in 0, in 1, and so on to 4095, in one row, and where each number's begin."""
    numbers = np.arange(1 << 12)
    rows, bits = np.nonzero((numbers[:, np.newaxis] >> np.arange(12)) & 1)
    return bits.astype(np.uint8), np.searchsorted(rows, numbers)


_BITS, _FIRST_BIT = _bits_of_masks()
