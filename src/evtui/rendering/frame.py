"""The whole way from events to cells or to a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.region import Region
from evtui.rendering.cells import Cells
from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.grid import Grid, fit
from evtui.rendering.palettes import PALETTES
from evtui.rendering.raster import accumulate
from evtui.rendering.views import VIEWS, Shades


@dataclass(frozen=True, slots=True)
class Look:
    """How a frame is drawn: names from ``VIEWS`` and ``GLYPHS``, and the region looked at."""

    view: str
    glyphs: str
    region: Region


def draw_cells(events: Events, look: Look, columns: int, rows: int) -> Cells:
    """Events as at most ``columns`` × ``rows`` cells, the region's aspect ratio kept."""
    glyphs = GLYPHS[look.glyphs]
    grid = fit(look.region, columns, rows, glyphs.dots)
    shades = VIEWS[look.view](accumulate(events, grid.within_pixels))
    return glyphs.draw(_enlarged(shades, grid))


def draw_picture(events: Events, look: Look, palette: str) -> NDArray[np.uint8]:
    """Events at the sensor's own resolution: uint8 of shape (height, width, 3)."""
    grid = Grid(look.region, look.region.width, look.region.height)
    shades = VIEWS[look.view](accumulate(events, grid))
    return np.array(PALETTES[palette], np.uint8)[shades]


def _enlarged(shades: Shades, grid: Grid) -> Shades:
    """One shade a dot of the grid, where a pixel covers several of them."""
    rows = np.arange(grid.rows) * shades.shape[0] // grid.rows
    columns = np.arange(grid.columns) * shades.shape[1] // grid.columns
    return shades[np.ix_(rows, columns)]
