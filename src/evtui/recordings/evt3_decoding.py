"""EVT3 words into events.

A word has 16 bits, little-endian: its kind in the upper four, its content in the lower twelve
(docs.prophesee.ai, "EVT 3.0 format").

====  ============  ==============================================================================
kind  name          content
====  ============  ==============================================================================
0x0   ADDR_Y        row, 11 bits; holds for the events that follow
0x2   ADDR_X        one event: column, 11 bits, and polarity, bit 11
0x3   VECT_BASE_X   column, 11 bits, and polarity, bit 11, for the vectors that follow
0x4   VECT_12       an event for each bit set, at base + number of the bit; then base grows by 12
0x5   VECT_8        the same with 8 bits
0x6   TIME_LOW      time, bits 0 to 11
0x8   TIME_HIGH     time, bits 12 to 23
0xA   EXT_TRIGGER   an edge of the trigger input
0x7   CONTINUED_4   a part of some other data
0xE   OTHERS        the beginning of some other data
0xF   CONTINUED_12  a part of some other data
====  ============  ==============================================================================

Time is made of the last TIME_HIGH and the last TIME_LOW, by rules of which the first is OpenEB's
(``evt3_decoder.h``) and the others are for what damage and real sensors bring:

- TIME_HIGH starts again at zero after 16.8 s: a step back by half its range or more is a wrap.
- A lone TIME_HIGH counts for nothing, if the one before it and the one after it are the same, or
  follow each other and it is neither.
- Sensors send a false TIME_LOW now and then: an event that seems earlier than the one before it, by
  less than a step of TIME_HIGH, happened with that one.
- An event before the first ADDR_Y or TIME_HIGH, and a vector before the first VECT_BASE_X, is left
  out: nobody knows where or when it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Events, Polarities, Times

DTYPE = np.dtype("<u2")

Words: TypeAlias = NDArray[Any]
"""EVT3 words, shape (N,), of ``DTYPE``."""
Numbers: TypeAlias = NDArray[np.int64]

ADDR_Y, ADDR_X, VECT_BASE_X, VECT_12, VECT_8 = 0x0, 0x2, 0x3, 0x4, 0x5
TIME_LOW, TIME_HIGH, EXT_TRIGGER = 0x6, 0x8, 0xA
_UNKNOWN_KINDS = (0x1, 0x9, 0xB, 0xC, 0xD)

HIGH_US = 1 << 12
"""One step of TIME_HIGH, µs."""
ROUND_HIGHS = 1 << 12
"""Steps after which TIME_HIGH starts again."""

_PIXEL = 0x07FF
_ON_BIT = 0x0800
_FARTHEST = 65_535
"""Where a row of vectors that never ends comes to a stop: no sensor has this column."""


@dataclass(frozen=True, slots=True)
class Carry:
    """What some words leave behind for those that follow; None where they did not say."""

    high: int | None = None
    """TIME_HIGH, counted on beyond its wraps."""
    shown: int | None = None
    """What the last TIME_HIGH showed, whether it counted or not."""
    low: int | None = None
    y: int | None = None
    base: int | None = None
    """Column of the next vector's lowest bit."""
    base_on: int = 0
    """Polarity of the next vector."""
    stamp: int | None = None
    """The last event's time as its words had it, µs."""
    t: int | None = None
    """The last event's time as it was taken, µs."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """What there was beside sound events, counted."""

    unknown: int = 0
    """Words of no known kind."""
    lone_highs: int = 0
    """TIME_HIGH words that were left out."""
    unplaced: int = 0
    """Events, or vectors, without a row, a column or a time."""
    late: int = 0
    """Events that were moved to the time of the one before them."""
    triggers: int = 0

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
    oddities: Oddities
    ascending: bool
    """Whether no event is earlier than the one before it."""


def no_more() -> None:
    """For words that no TIME_HIGH follows."""


def decode(words: Words, carry: Carry, next_high: Callable[[], int | None] = no_more) -> Decoded:
    """Decode a run of words.

    Args:
        words: the run.
        carry: what the words before it left behind.
        next_high: content of the first TIME_HIGH after the run, None if there is none; asked only
            where it matters.
    """
    kinds = kinds_of(words)
    hits = _find_hits(words, kinds, carry)
    clock = _read_clock(words, kinds, carry, next_high)
    rows = np.flatnonzero(kinds == ADDR_Y)

    row_bounds = hits.count_before(rows)
    clock_bounds = hits.count_before(clock.places)
    skipped = row_bounds[1] if carry.y is None else 0
    if carry.high is None:
        skipped = max(skipped, clock_bounds[clock.known_from])
    row_bounds, clock_bounds = (np.maximum(b, skipped) for b in (row_bounds, clock_bounds))

    y = np.concatenate([[carry.y or 0], words[rows] & _PIXEL]).astype(np.uint16)
    times = _settle(clock.stamps, np.diff(clock_bounds), carry)
    oddities = Oddities(
        unknown=sum(int(np.count_nonzero(kinds == kind)) for kind in _UNKNOWN_KINDS),
        lone_highs=clock.lone,
        unplaced=int(skipped) + hits.vectors_left_out,
        late=times.late,
        triggers=int(np.count_nonzero(kinds == EXT_TRIGGER)),
    )
    left = Carry(
        high=clock.high,
        shown=clock.shown,
        low=clock.low,
        y=int(y[-1]) if len(rows) else carry.y,
        base=hits.base,
        base_on=hits.base_on,
        stamp=times.last_stamp,
        t=times.last_t,
    )
    events = Events(times.t, hits.x[skipped:], np.repeat(y, np.diff(row_bounds)), hits.p[skipped:])
    return Decoded(events, left, oddities, times.ascending)


def kinds_of(words: Words) -> NDArray[np.uint8]:
    """The kind of each word."""
    kinds: NDArray[np.uint8] = words.view(np.uint8)[1::2] >> 4
    return kinds


def high_places(words: Words) -> Numbers:
    """Where the TIME_HIGH words are."""
    return np.flatnonzero(kinds_of(words) == TIME_HIGH)


def begins_with_vector(words: Words) -> bool:
    """Whether a vector comes before the first VECT_BASE_X, so that the base must be known."""
    kinds = kinds_of(words)
    vectors = (kinds == VECT_12) | (kinds == VECT_8)
    if not vectors.any():
        return False
    bases = kinds == VECT_BASE_X
    return not bases.any() or bool(vectors.argmax() < bases.argmax())


def count_events(words: Words) -> int:
    """How many events a run of words has, those without a place or time among them."""
    kinds = kinds_of(words)
    vectors = np.flatnonzero((kinds == VECT_12) | (kinds == VECT_8))
    bits = int(np.bitwise_count(_masks(words[vectors], kinds[vectors])).sum())
    return int(np.count_nonzero(kinds == ADDR_X)) + bits


# --- where: columns and polarities ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """The events of a run of words, but for rows and times."""

    x: Coordinates
    p: Polarities
    words_before: NDArray[np.int32]
    """How many words with events there are up to each word."""
    events_before: Numbers | None
    """How many events there are before each word with events; None where each has just one."""
    base: int | None
    base_on: int
    vectors_left_out: int = 0

    def count_before(self, places: Numbers) -> Numbers:
        """How many events come before each of some words; 0 in front, the count of all behind."""
        before: Numbers = self.words_before[places].astype(np.int64)
        if self.events_before is not None:
            before = self.events_before[before]
        return np.concatenate([[0], before, [len(self.x)]])


def _find_hits(words: Words, kinds: NDArray[np.uint8], carry: Carry) -> _Hits:
    is_event = kinds == ADDR_X
    is_vector = (kinds == VECT_12) | (kinds == VECT_8)
    if is_vector.any():
        return _find_vectors(words, kinds, is_event, is_vector, carry)
    content = words[is_event]
    base, base_on = _last_base(words, kinds, carry)
    return _Hits(
        x=content & _PIXEL,
        p=((content & _ON_BIT) != 0).view(np.uint8),
        words_before=np.cumsum(is_event, dtype=np.int32),
        events_before=None,
        base=base,
        base_on=base_on,
    )


def _last_base(words: Words, kinds: NDArray[np.uint8], carry: Carry) -> tuple[int | None, int]:
    bases = np.flatnonzero(kinds == VECT_BASE_X)
    if not len(bases):
        return carry.base, carry.base_on
    content = int(words[bases[-1]])
    return content & _PIXEL, int(content & _ON_BIT != 0)


def _find_vectors(
    words: Words,
    kinds: NDArray[np.uint8],
    is_event: NDArray[np.bool_],
    is_vector: NDArray[np.bool_],
    carry: Carry,
) -> _Hits:
    vectors = np.flatnonzero(is_vector)
    starts = _place_vectors(words, kinds, vectors, carry)
    is_event[vectors[starts.left_out :]] = True
    vectors = vectors[starts.left_out :]
    words_before = np.cumsum(is_event, dtype=np.int32)

    content = words[is_event]
    masks = _masks(words[vectors], kinds[vectors])
    sizes = np.bitwise_count(masks).astype(np.int64)
    at = words_before[vectors] - 1
    weights = np.ones(len(content), np.int64)
    weights[at] = sizes
    events_before = np.concatenate([[0], np.cumsum(weights)])

    columns = content & _PIXEL
    on = ((content & _ON_BIT) != 0).view(np.uint8)
    on[at] = starts.on
    x = np.repeat(columns, weights)
    _spread_bits(x, events_before[at], starts.x, masks, sizes)
    return _Hits(
        x=x,
        p=np.repeat(on, weights),
        words_before=words_before,
        events_before=events_before,
        base=starts.base,
        base_on=starts.base_on,
        vectors_left_out=starts.left_out,
    )


def _masks(vectors: Words, kinds: NDArray[np.uint8]) -> Words:
    return vectors & np.where(kinds == VECT_12, 0x0FFF, 0x00FF).astype(np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class _Starts:
    """Where the vectors of a run begin, but for those left out in front."""

    x: Numbers
    on: Polarities
    left_out: int
    base: int | None
    base_on: int


def _place_vectors(
    words: Words, kinds: NDArray[np.uint8], vectors: Numbers, carry: Carry
) -> _Starts:
    bases = np.flatnonzero(kinds == VECT_BASE_X)
    content = words[bases]
    ends = np.cumsum(np.where(kinds[vectors] == VECT_12, 12, 8))
    moved = np.concatenate([[0], ends])
    first = np.concatenate([[0], np.searchsorted(vectors, bases)])
    counts = np.diff(first, append=len(vectors))
    begin = np.concatenate([[carry.base or 0], content & _PIXEL]) - moved[first]
    on = np.concatenate([[carry.base_on], (content & _ON_BIT) != 0]).astype(np.uint8)
    left_out = int(counts[0]) if carry.base is None else 0
    known = carry.base is not None or len(bases)
    x = np.repeat(begin, counts) + moved[:-1]
    return _Starts(
        x=x[left_out:],
        on=np.repeat(on, counts)[left_out:],
        left_out=left_out,
        base=min(int(begin[-1] + moved[-1]), _FARTHEST) if known else None,
        base_on=int(on[-1]),
    )


def _spread_bits(
    x: Coordinates, first: Numbers, start: Numbers, masks: Words, sizes: Numbers
) -> None:
    """Write the columns of every vector's events.

    Args:
        x: of all events, written into.
        first: number of each vector's first event.
        start: column of each vector's lowest bit.
        masks: bits of each vector.
        sizes: how many of them are set.
    """
    before = np.cumsum(sizes) - sizes
    number = np.arange(int(sizes.sum()))
    bits = _BITS[np.repeat(_FIRST_BIT[masks] - before, sizes) + number]
    places = np.repeat(first - before, sizes) + number
    x[places] = np.minimum(np.repeat(start, sizes) + bits, _FARTHEST)


def _bits_of_masks() -> tuple[NDArray[np.uint8], Numbers]:
    """The numbers of the bits set in 0, 1, … 4095, one list after the other, and where each begins."""
    masks, bits = np.nonzero((np.arange(1 << 12)[:, np.newaxis] >> np.arange(12)) & 1)
    return bits.astype(np.uint8), np.searchsorted(masks, np.arange(1 << 12))


_BITS, _FIRST_BIT = _bits_of_masks()


# --- when: the clock ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Clock:
    """The time words of a run."""

    places: Numbers
    stamps: Times
    """Time from each of them on, µs; in front, the time before the first."""
    known_from: int
    """From which of the stamps on the time is known, if it was not before the run."""
    high: int | None
    shown: int | None
    low: int | None
    lone: int


def _read_clock(
    words: Words, kinds: NDArray[np.uint8], carry: Carry, next_high: Callable[[], int | None]
) -> _Clock:
    places = np.flatnonzero((kinds == TIME_LOW) | (kinds == TIME_HIGH))
    is_high = kinds[places] == TIME_HIGH
    content = (words[places] & (HIGH_US - 1)).astype(np.int64)
    shown, lows = content[is_high], content[~is_high]
    highs, lone = unwrap(shown, carry, next_high)
    highs_before = np.concatenate([[0], np.cumsum(is_high)])
    lows_before = np.arange(len(places) + 1) - highs_before
    high = np.concatenate([[carry.high or 0], highs])[highs_before]
    low = np.concatenate([[carry.low or 0], lows])[lows_before]
    return _Clock(
        places=places,
        stamps=high * HIGH_US + low,
        known_from=int(is_high.argmax()) + 1 if len(shown) else len(places) + 1,
        high=int(highs[-1]) if len(shown) else carry.high,
        shown=int(shown[-1]) if len(shown) else carry.shown,
        low=int(lows[-1]) if len(lows) else carry.low,
        lone=lone,
    )


def unwrap(
    shown: Numbers, carry: Carry, next_high: Callable[[], int | None] = no_more
) -> tuple[Numbers, int]:
    """TIME_HIGH counted on beyond its wraps, and how many lone ones were left out.

    Args:
        shown: the contents of TIME_HIGH words, shape (N,).
        carry: ``high`` and ``shown`` of the words before.
        next_high: as for ``decode``.
    """
    if not len(shown):
        return shown, 0
    previous = int(shown[0]) if carry.shown is None else carry.shown
    high = previous if carry.high is None else carry.high
    before = np.concatenate([[previous], shown[:-1]])
    changes = shown != before
    if not changes.any():
        return np.full(len(shown), high), 0
    following = next_high() if changes[-1] else None
    after = np.concatenate([shown[1:], shown[-1:] if following is None else [following]])
    in_row = (after - before) % ROUND_HIGHS == 1
    lone = changes & ((after == before) | (in_row & (shown != after)))
    kept = np.concatenate([[high % ROUND_HIGHS], shown])
    kept = kept[
        np.maximum.accumulate(np.where(np.concatenate([[False], lone]), 0, np.arange(len(kept))))
    ]
    wraps = np.cumsum(np.diff(kept) <= -ROUND_HIGHS // 2)
    return kept[1:] + (high // ROUND_HIGHS + wraps) * ROUND_HIGHS, int(lone.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    """The times that the events of a run are taken to have."""

    t: Times
    last_stamp: int | None
    last_t: int | None
    late: int
    ascending: bool


def _settle(stamps: Times, counts: Numbers, carry: Carry) -> _Settled:
    """Times of events from stamps, each of which so many events have."""
    has_events = counts > 0
    stamps, counts = stamps[has_events], counts[has_events]
    if not len(stamps):
        return _Settled(stamps, carry.stamp, carry.t, 0, True)
    stamp, t = (
        (int(stamps[0]),) * 2 if carry.stamp is None or carry.t is None else (carry.stamp, carry.t)
    )
    steps = np.diff(stamps, prepend=stamp)
    times, goes_back = stamps, steps <= -HIGH_US
    if steps.min() < 0 or t > stamps[0]:
        times = _hold_back(np.concatenate([[t], stamps]), np.concatenate([[False], goes_back]))[1:]
    return _Settled(
        t=np.repeat(times, counts),
        last_stamp=int(stamps[-1]),
        last_t=int(times[-1]),
        late=int(counts[times > stamps].sum()),
        ascending=not goes_back.any(),
    )


def _hold_back(times: Times, goes_back: NDArray[np.bool_]) -> Times:
    """Each time, but none before the one in front of it unless there the clock goes back."""
    # Each run is lifted above the one before it, so that one running maximum serves all.
    lift = np.cumsum(goes_back) * (int(times.max()) - int(times.min()) + 1)
    held: Times = np.maximum.accumulate(times + lift) - lift
    return held
