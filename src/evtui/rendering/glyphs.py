"""Shades per dot → cells: half-blocks, quadrants, braille."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.cells import BLANK, Cells
from evtui.rendering.views import Shade, Shades

_QUADRANTS = np.array([ord(char) for char in " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"], np.uint32)
"""Block of four dots by bits: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""

_QUADRANT_BITS = np.array([[1, 2], [4, 8]], np.uint32)

_BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)
"""Unicode's braille patterns: code point 0x2800 plus these bits (Unicode 15, chapter 21.1)."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A set of glyphs: the dots across and down one cell, and how a block of dots is drawn."""

    dots: tuple[int, int]
    draw: Callable[[Shades], Cells]


def half_blocks(shades: Shades) -> Cells:
    """Two dots a cell, each in its own shade."""
    top, bottom = shades[0::2], shades[1::2]
    codes = np.full(top.shape, ord("▀"), np.uint32)
    codes[top == bottom] = ord("█")
    only_bottom = (top == Shade.NOTHING) & (bottom != Shade.NOTHING)
    codes[only_bottom] = ord("▄")
    front = np.where(only_bottom, bottom, top)
    back = np.where(only_bottom | (top == bottom), np.uint8(Shade.NOTHING), bottom)
    codes[front == Shade.NOTHING] = BLANK
    return Cells(codes, front, back)


def quadrants(shades: Shades) -> Cells:
    """Four dots a cell in one shade, of the polarity most of them have."""
    blocks = _blocks(shades, 2, 2)
    return _one_shade(blocks, _QUADRANTS[_bits(blocks, _QUADRANT_BITS)])


def braille(shades: Shades) -> Cells:
    """Eight dots a cell in one shade, of the polarity most of them have."""
    blocks = _blocks(shades, 4, 2)
    bits = _bits(blocks, _BRAILLE_BITS)
    return _one_shade(blocks, np.where(bits == 0, BLANK, 0x2800 + bits).astype(np.uint32))


GLYPHS: dict[str, Glyphs] = {
    "half": Glyphs((1, 2), half_blocks),
    "quadrant": Glyphs((2, 2), quadrants),
    "braille": Glyphs((2, 4), braille),
}
"""Every set of glyphs by the name that settings and the status line use."""


def _blocks(shades: Shades, down: int, across: int) -> NDArray[np.uint8]:
    """Dots grouped by cell: (rows, columns, down, across)."""
    rows, columns = shades.shape[0] // down, shades.shape[1] // across
    return shades.reshape(rows, down, columns, across).swapaxes(1, 2)


def _bits(blocks: NDArray[np.uint8], weights: NDArray[np.uint32]) -> NDArray[np.uint32]:
    bits: NDArray[np.uint32] = np.tensordot(blocks != Shade.NOTHING, weights, axes=2)
    return bits.astype(np.uint32)


def _one_shade(blocks: NDArray[np.uint8], codes: NDArray[np.uint32]) -> Cells:
    """One shade for a cell of many dots: the polarity most of its dots have, at its brightest."""
    on = _strongest(blocks, Shade.ON_DIM, Shade.ON_BRIGHT)
    off = _strongest(blocks, Shade.OFF_DIM, Shade.OFF_BRIGHT)
    heat = blocks.max(axis=(2, 3))
    on_dots = np.count_nonzero(blocks >= Shade.ON_DIM, axis=(2, 3))
    off_dots = np.count_nonzero(blocks, axis=(2, 3)) - on_dots
    front = np.where(on_dots >= off_dots, on, off)
    front = np.where(heat >= Shade.HEAT_1, heat, front).astype(np.uint8)
    return Cells(codes, front, np.zeros_like(front))


def _strongest(blocks: NDArray[np.uint8], least: Shade, most: Shade) -> NDArray[np.uint8]:
    inside = (blocks >= least) & (blocks <= most)
    strongest: NDArray[np.uint8] = np.where(inside, blocks, Shade.NOTHING).max(axis=(2, 3))
    return strongest
