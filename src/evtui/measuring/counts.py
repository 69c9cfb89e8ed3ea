"""A region's events counted in short bins of time, apart by polarity and by part of the region."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.region import Region

Counts: TypeAlias = NDArray[np.float32]
"""Events per channel and bin, shape (channels, bins)."""

LONGEST_BIN_US = 50
FEWEST_BINS = 256

_MOST_PARTS = 4
_PART_SIDE = 8


class RegionCounts:
    """Counts events as they are read: its memory depends on the span, not on their number.

    A fan that is seen whole gives the same event rate at any moment; each part of it does not.  So
    the region is cut into up to 4 × 4 parts, none less than 8 pixels wide or high, and ON and OFF
    events, the blades' trailing and leading edges, are counted apart: up to 32 channels.
    """

    def __init__(self, region: Region, t0: int, t1: int) -> None:
        """Start at nothing.

        Args:
            region: whose events are counted.
            t0: start of the span, µs.
            t1: end of the span, not included; after t0.
        """
        self._region = region
        self._t0 = t0
        self._span = t1 - t0
        bins = FEWEST_BINS
        while bins * LONGEST_BIN_US < self._span:
            bins *= 2
        self._across = min(_MOST_PARTS, max(1, region.width // _PART_SIDE))
        self._down = min(_MOST_PARTS, max(1, region.height // _PART_SIDE))
        self.counts: Counts = np.zeros((2 * self._across * self._down, bins), np.float32)
        """One row a channel; the number of bins is a power of two."""
        self.events = 0

    def add(self, events: Events) -> None:
        """Count those of the events that lie in the region and in the span."""
        inside = self._region.holds(events.x, events.y)
        inside &= (events.t >= self._t0) & (events.t < self._t0 + self._span)
        rows = np.flatnonzero(inside)
        if not len(rows):
            return
        x = events.x[rows].astype(np.int64) - self._region.x
        y = events.y[rows].astype(np.int64) - self._region.y
        part = y * self._down // self._region.height * self._across
        part += x * self._across // self._region.width
        channels, bins = self.counts.shape
        time = (events.t[rows] - self._t0) * bins // self._span
        low, high = int(time.min()), int(time.max()) + 1
        place = (2 * part + events.p[rows]) * (high - low) + (time - low)
        counted = np.bincount(place, minlength=channels * (high - low))
        self.counts[:, low:high] += counted.reshape(channels, high - low)
        self.events += len(rows)
