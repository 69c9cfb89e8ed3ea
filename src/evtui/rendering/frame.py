"""The whole way from events to cells or to a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.region import Region
from evtui.rendering import views
from evtui.rendering.cells import Cells
from evtui.rendering.exposure import AUTO, Exposure
from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.grid import CELL_ASPECT, Grid, fit
from evtui.rendering.palettes import PALETTES
from evtui.rendering.pixels import Picture, Size
from evtui.rendering.raster import Parts, accumulate
from evtui.rendering.views import VIEWS, Shade, Shades


@dataclass(frozen=True, slots=True)
class Look:
    """How a frame is drawn: names from ``VIEWS`` and ``GLYPHS``, and the region looked at."""

    view: str
    glyphs: str
    region: Region
    exposure: Exposure = AUTO
    cell_aspect: float = CELL_ASPECT
    """Height of a terminal cell over its width."""
    one_colour: bool = False
    """Whether cells show which dots have events and no more, for a terminal without colours.

    Without it a dot that only the back's colour shows would be lost there.  The characters of
    "ascii" tell the shades by themselves.
    """


Window = tuple[int, int]
"""The time shown in µs, t0 ≤ t < t1; the time surface's ages end at t1.

Where none is given, it is from the earliest event to just after the latest.  Events that come in
parts need one.
"""


def draw_cells(
    events: Parts, look: Look, columns: int, rows: int, window: Window | None = None
) -> Cells:
    """Events as at most ``columns`` × ``rows`` cells, the region's aspect ratio kept."""
    grid = _grid(look, columns, rows)
    raster = accumulate(events, grid.within_pixels, window)
    shades = VIEWS[look.view](raster, look.exposure)
    if look.one_colour and look.glyphs != "ascii":
        shades = (shades != Shade.NOTHING) * np.uint8(Shade.ON_BRIGHT)
    return GLYPHS[look.glyphs].draw(_enlarged(shades, grid))


def draw_picture(
    events: Parts, look: Look, palette: str, window: Window | None = None
) -> NDArray[np.uint8]:
    """Events at the sensor's own resolution: uint8 of shape (height, width, 3)."""
    return np.array(PALETTES[palette], np.uint8)[draw_shades(events, look, window)]


def draw_shades(events: Parts, look: Look, window: Window | None = None) -> Shades:
    """Events at the sensor's own resolution, one shade a pixel of the region."""
    grid = Grid(look.region, look.region.width, look.region.height)
    return VIEWS[look.view](accumulate(events, grid, window), look.exposure)


def draw_pixels(
    events: Parts,
    look: Look,
    columns: int,
    rows: int,
    cell: Size,
    window: Window | None = None,
) -> Picture:
    """Events as a picture that fills at most ``columns`` × ``rows`` cells, undistorted.

    It has no more pixels than those cells, and no more than the region; the look's glyphs and cell
    aspect are not used.

    Args:
        cell: size of a cell in the terminal's pixels.
    """
    grid = fit(look.region, columns, rows, cell, cell[1] / cell[0])
    shades = VIEWS[look.view](accumulate(events, grid.within_pixels, window), look.exposure)
    return Picture(shades, grid.columns // cell[0], grid.rows // cell[1])


def auto_level(events: Events, look: Look, columns: int, rows: int) -> float:
    """The level an automatic exposure takes for these cells, to hold and nudge it from there."""
    grid = _grid(look, columns, rows).within_pixels
    return views.auto_level(look.view, accumulate(events, grid))


def _grid(look: Look, columns: int, rows: int) -> Grid:
    return fit(look.region, columns, rows, GLYPHS[look.glyphs].dots, look.cell_aspect)


def _enlarged(shades: Shades, grid: Grid) -> Shades:
    """One shade a dot of the grid, where a pixel covers several of them."""
    if shades.shape == (grid.rows, grid.columns):
        return shades
    rows = np.arange(grid.rows) * shades.shape[0] // grid.rows
    columns = np.arange(grid.columns) * shades.shape[1] // grid.columns
    return shades[np.ix_(rows, columns)]
