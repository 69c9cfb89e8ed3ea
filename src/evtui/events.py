"""Events: the four columns that every layer hands on.

A column is a one-dimensional array, all four of one length.

======  ======  ===========================================================
column  dtype   meaning
======  ======  ===========================================================
``t``   int64   time in µs since the recording's first event (never the sensor's clock)
``x``   uint16  column of the pixel, 0 at the left
``y``   uint16  row of the pixel, 0 at the top
``p``   uint8   polarity: 1 is ON (brighter), 0 is OFF (darker)
======  ======  ===========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

ON = 1
OFF = 0

BYTES_PER_EVENT = 8 + 2 + 2 + 1
"""Memory of one event held as these columns."""

Times: TypeAlias = NDArray[np.int64]
Coordinates: TypeAlias = NDArray[np.uint16]
Polarities: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """A run of events as columns; see the module's table for dtypes and units."""

    t: Times
    x: Coordinates
    y: Coordinates
    p: Polarities

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, rows: slice) -> Events:
        """The events of a slice of rows, as views without a copy."""
        return Events(self.t[rows], self.x[rows], self.y[rows], self.p[rows])

    def equals(self, other: Events) -> bool:
        """Whether both hold the same events in the same order."""
        return (
            np.array_equal(self.t, other.t)
            and np.array_equal(self.x, other.x)
            and np.array_equal(self.y, other.y)
            and np.array_equal(self.p, other.p)
        )

    def between(self, t0: int, t1: int) -> Events:
        """The events of t0 ≤ t < t1 in their order: views without a copy, unless time goes back."""
        if not len(self):
            return self
        earliest, latest = int(self.t.min()), int(self.t.max())
        if t0 <= earliest and latest < t1:
            return self
        inside = (self.t >= t0) & (self.t < t1)
        if not inside.any():
            return Events.empty()
        first, past = int(inside.argmax()), len(inside) - int(inside[::-1].argmax())
        if inside[first:past].all():
            return self[first:past]
        return Events(self.t[inside], self.x[inside], self.y[inside], self.p[inside])

    def in_order(self) -> Events:
        """The same events in order of time, those of one time in the order they are in now.

        Without a copy where they are in order already.
        """
        if not np.any(self.t[1:] < self.t[:-1]):
            return self
        order = np.argsort(self.t, kind="stable")
        return Events(self.t[order], self.x[order], self.y[order], self.p[order])

    def copy(self) -> Events:
        """The same events in arrays of their own, so that those they were views of can go."""
        return Events(self.t.copy(), self.x.copy(), self.y.copy(), self.p.copy())

    @staticmethod
    def uninitialised(rows: int) -> Events:
        """Columns of so many events that have yet to be written.

        They are parts of one piece of memory: the system takes longer to find four than most
        decoding takes to fill them.
        """
        piece = np.empty(rows * BYTES_PER_EVENT, np.uint8)
        ends = np.cumsum([8, 2, 2]) * rows
        t, x, y, p = np.split(piece, ends)
        return Events(t.view(np.int64), x.view(np.uint16), y.view(np.uint16), p)

    def fill(self, events: Events) -> None:
        """Write events of the same number here, which may lie in the same memory."""
        self.t[:] = events.t
        self.x[:] = events.x
        self.y[:] = events.y
        self.p[:] = events.p

    @property
    def on_count(self) -> int:
        """How many of the events are ON."""
        return int(np.count_nonzero(self.p))

    @staticmethod
    def empty() -> Events:
        return Events(
            np.empty(0, np.int64),
            np.empty(0, np.uint16),
            np.empty(0, np.uint16),
            np.empty(0, np.uint8),
        )

    @staticmethod
    def concatenate(runs: Iterable[Events]) -> Events:
        """One run after the other; copies only where there is more than one."""
        parts = [run for run in runs if len(run)]
        if not parts:
            return Events.empty()
        if len(parts) == 1:
            return parts[0]
        return Events(
            np.concatenate([part.t for part in parts]),
            np.concatenate([part.x for part in parts]),
            np.concatenate([part.y for part in parts]),
            np.concatenate([part.p for part in parts]),
        )


def _keep_freed_memory() -> None:
    """Let the C library keep the memory of arrays that are freed, for the next ones.

    glibc hands what was freed back to the system from 128 kB on, and clears new pages for the next
    array, which takes longer than most decoding does in it.  Once it has seen a larger piece freed
    it keeps pieces up to that size, as far as 32 MB (mallopt(3), M_MMAP_THRESHOLD): here it sees
    one, of which nothing was ever touched.
    """
    np.empty(31 << 20, np.uint8)


_keep_freed_memory()
