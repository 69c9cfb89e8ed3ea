"""Where a sensor's pixels fall in the terminal: the grid of dots that a region maps to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evtui.region import Region

CELL_ASPECT = 2.0
"""Height of a terminal cell over its width, as nearly every terminal font has it."""

_COORDINATES = 1 << 16


@dataclass(frozen=True, slots=True)
class Grid:
    """A region mapped onto ``columns`` × ``rows`` dots."""

    region: Region
    columns: int
    rows: int

    @property
    def within_pixels(self) -> Grid:
        """The grid with no more dots than the region has pixels, so that every dot has one."""
        columns = min(self.columns, self.region.width)
        return Grid(self.region, columns, min(self.rows, self.region.height))


def fit(
    region: Region,
    columns: int,
    rows: int,
    dots: tuple[int, int],
    cell_aspect: float = CELL_ASPECT,
) -> Grid:
    """The largest grid that shows a region undistorted in a view of terminal cells.

    Args:
        region: what is shown.
        columns: width of the view in cells.
        rows: height of the view in cells.
        dots: dots across and down one cell, as the glyphs have them.
        cell_aspect: height of a cell over its width, where the terminal tells it.

    Returns:
        A grid whose size is a whole number of cells, at least one.
    """
    scale = min(columns / region.width, rows * cell_aspect / region.height)
    wide = max(1, min(columns, round(region.width * scale)))
    high = max(1, min(rows, round(region.height * scale / cell_aspect)))
    return Grid(region, wide * dots[0], high * dots[1])


@lru_cache(maxsize=16)
def lookups(grid: Grid) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Tables from an event's x and y to its place in the grid, two counters a dot.

    Returns:
        Two int32 arrays of shape (65536,): ``table_x[x] + table_y[y] + p`` is the index of the
        counter, and at least ``2 * columns * rows`` for a pixel outside the region.
    """
    outside = 2 * grid.columns * grid.rows
    region = grid.region
    table_x = np.full(_COORDINATES, outside, np.int32)
    table_y = np.full(_COORDINATES, outside, np.int32)
    # A damaged header may state a sensor that is larger than coordinates go.
    across = np.arange(min(region.width, _COORDINATES - region.x), dtype=np.int64)
    down = np.arange(min(region.height, _COORDINATES - region.y), dtype=np.int64)
    table_x[region.x : region.x + len(across)] = 2 * (across * grid.columns // region.width)
    table_y[region.y : region.y + len(down)] = (
        2 * grid.columns * (down * grid.rows // region.height)
    )
    return table_x, table_y
