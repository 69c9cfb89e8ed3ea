"""Events counted per dot of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.rendering.grid import Grid, lookups


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """ON and OFF events per dot; both int64 of shape (rows, columns)."""

    on: NDArray[np.int64]
    off: NDArray[np.int64]

    @property
    def total(self) -> NDArray[np.int64]:
        """Events of either polarity per dot."""
        total: NDArray[np.int64] = self.on + self.off
        return total


def accumulate(events: Events, grid: Grid) -> Raster:
    """Count events per dot and polarity; events outside the grid's region are left out.

    One ``bincount`` over ``2 * dot + polarity``: three passes over the events, no masks.
    """
    table_x, table_y = lookups(grid)
    counters = 2 * grid.columns * grid.rows
    index = table_x[events.x]
    index += table_y[events.y]
    index += events.p
    np.minimum(index, counters, out=index)
    counts = np.bincount(index, minlength=counters + 1)[:counters]
    pairs = counts.reshape(grid.rows, grid.columns, 2)
    return Raster(on=pairs[:, :, 1], off=pairs[:, :, 0])
