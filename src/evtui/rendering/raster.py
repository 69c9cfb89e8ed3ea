"""Events gathered per dot of a grid: how many of each polarity, and when the newest came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import OFF, ON, Events, Times
from evtui.rendering.grid import Grid, lookups

Counts = NDArray[np.int32]
"""Events per dot, shape (rows, columns)."""

NEVER = np.iinfo(np.int64).min
"""The newest time of a dot without events: before every other."""


class Raster:
    """What fell on each dot; each fact is worked out when it is first asked for."""

    def __init__(
        self, grid: Grid, counters: NDArray[np.int32], t: Times, window: tuple[int, int]
    ) -> None:
        self.window = window
        """The time shown in µs, t0 ≤ t < t1."""
        self._shape = (grid.rows, grid.columns, 2)
        self._counters = counters
        self._t = t

    @property
    def on(self) -> Counts:
        """ON events per dot."""
        on: Counts = self._counts[ON]
        return on

    @property
    def off(self) -> Counts:
        """OFF events per dot."""
        off: Counts = self._counts[OFF]
        return off

    @cached_property
    def total(self) -> Counts:
        """Events of either polarity per dot."""
        total: Counts = self.on + self.off
        return total

    @cached_property
    def newest(self) -> NDArray[np.int64]:
        """The time of each dot's newest event in µs: int64 of shape (2, rows, columns).

        The first axis is the polarity; ``NEVER`` where there is no event of it.  The order of the
        events does not matter.
        """
        newest = np.full(self._size + 1, NEVER, np.int64)
        # NumPy is three times as fast here where the index needs no conversion.
        np.maximum.at(newest, self._counters.astype(np.intp), self._t)
        return newest[:-1].reshape(self._shape).transpose(2, 0, 1)

    def add(self, other: Raster) -> None:
        """Gather another one's events here, of the same grid; before anything was asked of it."""
        self._counts += other._counts
        np.maximum(self.newest, other.newest, out=self.newest)

    @cached_property
    def _counts(self) -> NDArray[np.int32]:
        counts = np.bincount(self._counters, minlength=self._size + 1)[:-1]
        # Each polarity in one piece, so that the views' passes over it are quick.
        return np.ascontiguousarray(counts.reshape(self._shape).transpose(2, 0, 1), np.int32)

    @property
    def _size(self) -> int:
        rows, columns, polarities = self._shape
        return rows * columns * polarities


Parts: TypeAlias = Events | Iterable[Events]
"""Events at once, or part by part, so that no more than one of them is held."""


def accumulate(events: Parts, grid: Grid, window: tuple[int, int] | None = None) -> Raster:
    """Gather events per dot; events outside the grid's region are left out.

    Three passes over the events find the counter of each, ``2 * dot + polarity``, without masks.

    Args:
        events: what is shown; in parts only with a window.
        grid: the region and its dots.
        window: the time shown in µs, t0 ≤ t < t1; without it, from the earliest event to just
            after the latest.
    """
    if not isinstance(events, Events):
        assert window is not None
        return _gathered(iter(events), grid, window)
    table_x, table_y = lookups(grid)
    # Every uint16 has its place in the tables: "clip" only spares the check for it.
    counters = table_x.take(events.x, mode="clip")
    counters += table_y.take(events.y, mode="clip")
    counters += events.p
    np.minimum(counters, 2 * grid.columns * grid.rows, out=counters)
    return Raster(grid, counters, events.t, window or _span(events.t))


def _gathered(parts: Iterator[Events], grid: Grid, window: tuple[int, int]) -> Raster:
    first, second = next(parts, Events.empty()), next(parts, None)
    whole = accumulate(first, grid, window)
    if second is None:
        return whole
    for part in chain([second], parts):
        whole.add(accumulate(part, grid, window))
    return whole


def _span(t: Times) -> tuple[int, int]:
    return (int(t.min()), int(t.max()) + 1) if len(t) else (0, 0)
