"""The words of EVT3, and what a run of them leaves behind for the next.

A word has 16 bits, little-endian: its kind in the upper four, its content in the lower twelve
(docs.prophesee.ai, "EVT 3.0 format").

====  ============  ==============================================================================
kind  name          content
====  ============  ==============================================================================
0x0   ADDR_Y        row, 11 bits, of the events that follow
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
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Polarities

DTYPE = np.dtype("<u2")

Words: TypeAlias = NDArray[Any]
"""EVT3 words, shape (N,), of ``DTYPE``."""
Kinds: TypeAlias = NDArray[np.uint8]
"""The kind of each word, shape (N,)."""
Numbers: TypeAlias = NDArray[np.int64]

ADDR_Y, ADDR_X, VECT_BASE_X, VECT_12, VECT_8 = 0x0, 0x2, 0x3, 0x4, 0x5
TIME_LOW, TIME_HIGH, EXT_TRIGGER = 0x6, 0x8, 0xA
UNKNOWN_KINDS = (0x1, 0x9, 0xB, 0xC, 0xD)

PIXEL = 0x07FF
"""The bits of a row or column."""
ON_BIT = 0x0800
_KIND = 0xF000
TIME = 0x0FFF
"""The bits of a time."""


@dataclass(frozen=True, slots=True)
class Carry:
    """What some words leave behind for those that follow; None where they did not say."""

    high: int | None = None
    """TIME_HIGH, counted on beyond its wraps."""
    shown: int | None = None
    """What the last TIME_HIGH showed, whether it counted or not."""
    low: int | None = None
    """TIME_LOW."""
    y: int | None = None
    base: int | None = None
    """Column of the next vector's lowest bit."""
    base_on: int = 0
    """Polarity of the next vector."""
    stamp: int | None = None
    """The last event's time as its words had it, µs."""
    t: int | None = None
    """The last event's time as it was taken, µs."""


def kinds_of(words: Words) -> Kinds:
    """The kind of each word."""
    # Shifted and narrowed in a row: faster than the upper bytes alone, which lie apart.
    return np.right_shift(words, 12).astype(np.uint8)


def are_of(kind: int, words: Words) -> NDArray[np.bool_]:
    """Which words are of a kind."""
    are: NDArray[np.bool_] = (words & _KIND) == kind << 12
    return are


def columns_and_on(words: Words) -> tuple[Coordinates, Polarities]:
    """Column and polarity of ADDR_X and VECT_BASE_X words."""
    return np.bitwise_and(words, PIXEL), ((words & ON_BIT) != 0).view(np.uint8)


def masks_of(vectors: Words, kinds: Kinds) -> Words:
    """The bits of vectors that stand for events."""
    return vectors & np.where(kinds == VECT_12, 0x0FFF, 0x00FF).astype(np.uint16)


def vector_places(kinds: Kinds) -> Numbers:
    """Where the vectors are."""
    return np.flatnonzero((kinds == VECT_12) | (kinds == VECT_8))


def count_events(words: Words) -> int:
    """How many events a run of words has, those without a place or time among them."""
    kinds = kinds_of(words)
    vectors = vector_places(kinds)
    bits = np.bitwise_count(masks_of(words[vectors], kinds[vectors]))
    return int(np.count_nonzero(kinds == ADDR_X)) + int(bits.sum())


def begins_with_vector(words: Words) -> bool:
    """Whether a vector comes before the first VECT_BASE_X, so that the base must be known."""
    kinds = kinds_of(words)
    vectors, bases = vector_places(kinds), np.flatnonzero(kinds == VECT_BASE_X)
    return bool(len(vectors) and (not len(bases) or vectors[0] < bases[0]))
