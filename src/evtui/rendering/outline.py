"""The outline of a region, drawn over the cells of the picture it lies in."""

from __future__ import annotations

import numpy as np

from evtui.region import Region
from evtui.rendering.cells import Cells
from evtui.rendering.views import Shade, Shades

OUTLINE = Shade.HEAT_6
"""The shade of outlines: the brightest of a palette, and seldom seen in a picture of polarity."""

_CORNERS = "┌┐└┘"
_SIDES = "─│"


def outlined(cells: Cells, shown: Region, region: Region) -> Cells:
    """Cells with a box around the pixels of a region, as far as it is in the picture.

    Args:
        cells: of the picture.
        shown: the part of the sensor that it shows.
        region: what the box holds.
    """
    left, right = (
        (x - shown.x) * cells.columns // shown.width for x in (region.x, region.x + region.width)
    )
    top, bottom = (
        (y - shown.y) * cells.rows // shown.height for y in (region.y, region.y + region.height)
    )
    right, bottom = max(left + 1, right - 1), max(top + 1, bottom - 1)
    codes, front, back = cells.codes.copy(), cells.front.copy(), cells.back.copy()

    def draw(rows: range, columns: range, glyph: str) -> None:
        inside = np.ix_(
            [row for row in rows if 0 <= row < cells.rows],
            [column for column in columns if 0 <= column < cells.columns],
        )
        codes[inside], front[inside], back[inside] = ord(glyph), OUTLINE, Shade.NOTHING

    for row in (top, bottom):
        draw(range(row, row + 1), range(left + 1, right), _SIDES[0])
    for column in (left, right):
        draw(range(top + 1, bottom), range(column, column + 1), _SIDES[1])
    corners = [(row, column) for row in (top, bottom) for column in (left, right)]
    for (row, column), glyph in zip(corners, _CORNERS, strict=True):
        draw(range(row, row + 1), range(column, column + 1), glyph)
    return Cells(codes, front, back)


def framed(shades: Shades, shown: Region, region: Region) -> Shades:
    """Shades of a picture with a line around the pixels of a region, as far as they are shown."""
    rows, columns = shades.shape
    left, right = (
        (x - shown.x) * columns // shown.width for x in (region.x, region.x + region.width)
    )
    top, bottom = (
        (y - shown.y) * rows // shown.height for y in (region.y, region.y + region.height)
    )
    framed = shades.copy()
    across = slice(max(0, left), max(0, right))
    down = slice(max(0, top), max(0, bottom))
    for row in (top, bottom - 1):
        if 0 <= row < rows:
            framed[row, across] = OUTLINE
    for column in (left, right - 1):
        if 0 <= column < columns:
            framed[down, column] = OUTLINE
    return framed
