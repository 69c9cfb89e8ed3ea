"""The vectors of EVT3 words: each an event for every bit that is set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Polarities
from evtui.recordings.prophesee.evt3_words import (
    VECT_12,
    VECT_BASE_X,
    Carry,
    Kinds,
    Numbers,
    Words,
    columns_and_on,
    masks_of,
    vector_places,
)

_FARTHEST = 65_535
"""The column at which vectors without end come to a stop: no sensor has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The vectors of a run of words, but for those left out in front."""

    places: Numbers
    """Where in the run they are."""
    masks: Words
    """The bits of each that stand for events."""
    x: Numbers
    """Column of each one's lowest bit."""
    on: Polarities
    left_out: int
    """How many there are in front, before the first VECT_BASE_X of all."""
    bases: int
    """How many VECT_BASE_X there are."""
    base: int | None
    """Where one more vector would be."""
    base_on: int

    def write(self, x: Coordinates, p: Polarities, first_events: Numbers) -> None:
        """Write the columns and polarities of their events.

        Args:
            x: of all events of the run, written into.
            p: of all events of the run, written into.
            first_events: which event of the run is the first of each vector.
        """
        sizes = np.bitwise_count(self.masks)
        before = np.cumsum(sizes, dtype=np.int64) - sizes
        numbers = np.arange(int(sizes.sum(dtype=np.int64)))
        slots = np.repeat(first_events - before, sizes) + numbers
        bits = _BITS[np.repeat(_FIRST_BIT[self.masks] - before, sizes) + numbers]
        x[slots] = np.minimum(np.repeat(self.x, sizes) + bits, _FARTHEST)
        p[slots] = np.repeat(self.on, sizes)


def find_vectors(words: Words, kinds: Kinds, carry: Carry) -> Vectors:
    """Find the vectors of a run of words.

    Args:
        words: the run.
        kinds: of the words.
        carry: what the words before it left behind.
    """
    places = vector_places(kinds)
    bases = np.flatnonzero(kinds == VECT_BASE_X)
    columns, on = columns_and_on(words[bases])
    on = np.concatenate([[carry.base_on], on]).astype(np.uint8)
    moved = np.cumsum(np.where(kinds[places] == VECT_12, 12, 8))
    moved = np.concatenate([[0], moved])
    first = np.concatenate([[0], np.searchsorted(places, bases)])
    counts = np.diff(first, append=len(places))
    begin = np.concatenate([[carry.base or 0], columns]) - moved[first]
    left_out = int(counts[0]) if carry.base is None else 0
    is_known = carry.base is not None or len(bases)
    known = places[left_out:]
    return Vectors(
        places=known,
        masks=masks_of(words[known], kinds[known]),
        x=(np.repeat(begin, counts) + moved[:-1])[left_out:],
        on=np.repeat(on, counts)[left_out:],
        left_out=left_out,
        bases=len(bases),
        base=min(int(begin[-1] + moved[-1]), _FARTHEST) if is_known else None,
        base_on=int(on[-1]),
    )


def _bits_of_masks() -> tuple[NDArray[np.uint8], Numbers]:
    """The bits set in 0, in 1, and so on to 4095, in one row, and where each number's begin."""
    numbers = np.arange(1 << 12)
    rows, bits = np.nonzero((numbers[:, np.newaxis] >> np.arange(12)) & 1)
    return bits.astype(np.uint8), np.searchsorted(rows, numbers)


_BITS, _FIRST_BIT = _bits_of_masks()
