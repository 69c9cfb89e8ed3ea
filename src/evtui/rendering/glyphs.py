"""Shades per dot → cells: half-blocks, quadrants, sextants, octants, braille and plain ASCII."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.cells import BLANK, Cells
from evtui.rendering.glyph_tables import (
    ASCII,
    BRAILLE,
    OCTANTS,
    QUADRANTS,
    SEXTANTS,
    Table,
)
from evtui.rendering.views import Shade, Shades

_UPPER_HALF, _LOWER_HALF, _FULL = (np.uint32(ord(glyph)) for glyph in "▀▄█")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A set of glyphs: the dots across and down one cell, and how a block of dots is drawn."""

    dots: tuple[int, int]
    draw: Callable[[Shades], Cells]


def half_blocks(shades: Shades) -> Cells:
    """Two dots a cell, each in its own shade.

    Of two shades the higher is always the one in front, so that along a row of mixed cells the
    glyph changes and the colours stay: that is a tenth less to send.
    """
    top, bottom = shades[0::2], shades[1::2]
    front, back = np.maximum(top, bottom), np.minimum(top, bottom)
    codes = np.where(top > bottom, _UPPER_HALF, _LOWER_HALF)
    same = top == bottom
    codes[same] = _FULL
    codes[front == Shade.NOTHING] = BLANK
    return Cells(codes, front, np.where(same, np.uint8(Shade.NOTHING), back))


def ascii_ramp(shades: Shades) -> Cells:
    """One dot a cell, its character telling polarity and level where colours cannot."""
    return Cells(ASCII.take(shades, mode="clip"), shades, np.zeros_like(shades))


def quadrants(shades: Shades) -> Cells:
    """Four dots a cell."""
    return _blocks(shades, 2, QUADRANTS)


def sextants(shades: Shades) -> Cells:
    """Six dots a cell, in characters of Unicode 13."""
    return _blocks(shades, 3, SEXTANTS)


def octants(shades: Shades) -> Cells:
    """Eight dots a cell, in characters of Unicode 16."""
    return _blocks(shades, 4, OCTANTS)


def braille(shades: Shades) -> Cells:
    """Eight dots a cell, as points in one shade: a back would show between them."""
    return _Block(shades, 4).in_one_shade(BRAILLE)


GLYPHS: dict[str, Glyphs] = {
    "half": Glyphs((1, 2), half_blocks),
    "quadrant": Glyphs((2, 2), quadrants),
    "sextant": Glyphs((2, 3), sextants),
    "octant": Glyphs((2, 4), octants),
    "braille": Glyphs((2, 4), braille),
    "ascii": Glyphs((1, 1), ascii_ramp),
}
"""Every set of glyphs by the name that settings and the status line use."""


def choose_glyphs(setting: str, environment: Mapping[str, str]) -> str:
    """The set to draw with: the one that was set, or ``ascii`` where the locale is not UTF-8.

    ``LC_ALL`` over ``LC_CTYPE`` over ``LANG`` names the character set (POSIX, 8.2).  Where none of
    them is set, or it is the plain C locale, nothing is said about the terminal: ssh often passes
    no locale on, and terminals are UTF-8.
    """
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), ""
    )
    _, named, character_set = locale.partition(".")
    is_utf8 = character_set.partition("@")[0].lower().replace("-", "") == "utf8"
    return "ascii" if named and not is_utf8 else setting


def _blocks(shades: Shades, down: int, table: Table) -> Cells:
    """Cells of two dots across; where both polarities fill one, OFF is the back of ON.

    Elsewhere a cell has one shade, since it has a place for two only.  Where ON and OFF mix
    finely, as a panning camera makes them, one shade shows large patches of either that are not
    there; two cost a twentieth more bytes.
    """
    block = _Block(shades, down)
    cells = block.in_one_shade(table)
    both = (block.lit == 2 * down) & (block.lit_off > 0) & (block.lit_off < block.lit)
    if both.any():
        on_dots = (shades >= Shade.ON_DIM).view(np.uint8)
        cells.codes[both] = table[_patterns(on_dots, down)[both]]
        cells.front[both] = block.strongest[both]
        cells.back[both] = block.strongest_off[both]
    return cells


class _Block:
    """What the dots of each cell come to; all arrays uint8 of shape (rows, columns)."""

    def __init__(self, shades: Shades, down: int) -> None:
        off = shades * (shades < Shade.ON_DIM)
        lit = (shades != Shade.NOTHING).view(np.uint8)
        self.patterns = _patterns(lit, down)
        self.lit = _folded(np.add, lit, down)
        self.lit_off = _folded(np.add, (off != Shade.NOTHING).view(np.uint8), down)
        self.strongest = _folded(np.maximum, shades, down)
        """The brightest ON shade, or of OFF where there is no ON."""
        self.strongest_off = _folded(np.maximum, off, down)

    def in_one_shade(self, table: Table) -> Cells:
        """The polarity that most lit dots have, ON where they are as many, at its brightest."""
        front = np.where(2 * self.lit_off > self.lit, self.strongest_off, self.strongest)
        return Cells(table.take(self.patterns, mode="clip"), front, np.zeros_like(front))


def _folded(combine: np.ufunc, dots: NDArray[np.uint8], down: int) -> NDArray[np.uint8]:
    """The dots of each cell combined into one value."""
    pairs: NDArray[np.uint8] = combine(dots[:, 0::2], dots[:, 1::2])
    cells = pairs[0::down]
    for row in range(1, down):
        cells = combine(cells, pairs[row::down])
    return cells


def _patterns(lit: NDArray[np.uint8], down: int) -> NDArray[np.uint8]:
    """Which dots of each cell are lit, as the tables' bits."""
    pairs = lit[:, 0::2] | lit[:, 1::2] << np.uint8(1)
    patterns = pairs[0::down].copy()
    for row in range(1, down):
        patterns |= pairs[row::down] << np.uint8(2 * row)
    return patterns
