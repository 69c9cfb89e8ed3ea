"""The characters of each set of glyphs, by the pattern of dots they draw.

A pattern's lowest bit is the dot at the upper left, the next the one right of it, and so on row
by row: dot n of Unicode's sextant and octant names is bit n - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.cells import BLANK
from evtui.rendering.views import Shade

Table = NDArray[np.uint32]

_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

_OLDER_SEXTANTS = {0: " ", 0b010101: "▌", 0b101010: "▐", 0b111111: "█"}

_OLDER_OCTANTS = {
    0b00_00_00_01: 0x1CEA8,  # LEFT HALF UPPER ONE QUARTER BLOCK
    0b00_00_00_10: 0x1CEAB,  # RIGHT HALF UPPER ONE QUARTER BLOCK
    0b00_00_00_11: 0x1FB82,  # UPPER ONE QUARTER BLOCK
    0b00_01_01_00: 0x1FBE6,  # MIDDLE LEFT ONE QUARTER BLOCK
    0b00_10_10_00: 0x1FBE7,  # MIDDLE RIGHT ONE QUARTER BLOCK
    0b00_11_11_11: 0x1FB85,  # UPPER THREE QUARTERS BLOCK
    0b01_00_00_00: 0x1CEA3,  # LEFT HALF LOWER ONE QUARTER BLOCK
    0b10_00_00_00: 0x1CEA0,  # RIGHT HALF LOWER ONE QUARTER BLOCK
    0b11_00_00_00: 0x2582,  # LOWER ONE QUARTER BLOCK
    0b11_11_11_00: 0x2586,  # LOWER THREE QUARTERS BLOCK
}
"""Octants other than quadrants that are not among BLOCK OCTANT-…, with their Unicode 16 names."""


def _sextants() -> Table:
    """U+1FB00 on in the order of their patterns, less those that older characters draw.

    Source: Unicode 13, Symbols for Legacy Computing, BLOCK SEXTANT-1 … BLOCK SEXTANT-23456.
    """
    older = {pattern: ord(character) for pattern, character in _OLDER_SEXTANTS.items()}
    return _in_order(0x1FB00, 64, older)


def _octants() -> Table:
    """U+1CD00 on in the order of their patterns, less those that other characters draw.

    Source: Unicode 16, Symbols for Legacy Computing Supplement, BLOCK OCTANT-3 … -2345678.
    """
    quadrants = {_as_octants(pattern): ord(code) for pattern, code in enumerate(_QUADRANTS)}
    return _in_order(0x1CD00, 256, quadrants | _OLDER_OCTANTS)


def _as_octants(quadrants: int) -> int:
    """A pattern of quadrants as one of octants: each of its rows is two of theirs."""
    upper, lower = quadrants & 0b11, quadrants >> 2
    return upper | upper << 2 | lower << 4 | lower << 6


def _in_order(first: int, patterns: int, elsewhere: dict[int, int]) -> Table:
    table = np.empty(patterns, np.uint32)
    code = first
    for pattern in range(patterns):
        if pattern in elsewhere:
            table[pattern] = elsewhere[pattern]
        else:
            table[pattern] = code
            code += 1
    return table


def _braille() -> Table:
    """Code point 0x2800 plus a bit a point, whose order is not that of the rows.

    Source: Unicode 15, chapter 21.1: points 1 2 3 7 down the left, 4 5 6 8 down the right.
    """
    points = (1, 4, 2, 5, 3, 6, 7, 8)
    patterns = np.arange(256)
    codes = np.full(256, 0x2800)
    for bit, point in enumerate(points):
        codes += (patterns >> bit & 1) << (point - 1)
    codes[0] = BLANK
    return codes.astype(np.uint32)


def _ascii() -> Table:
    """A character a shade: strokes for OFF, crosses for ON, and a ramp of ink for heat."""
    heat = dict(zip((shade for shade in Shade if shade >= Shade.HEAT_1), ".:-+*#", strict=True))
    characters = {
        Shade.NOTHING: " ",
        **{Shade.OFF_DIM: ".", Shade.OFF_BRIGHT: "-", Shade.OFF_NEWEST: "="},
        **{Shade.ON_DIM: ":", Shade.ON_BRIGHT: "+", Shade.ON_NEWEST: "#"},
        **heat,
    }
    return np.array([ord(characters[shade]) for shade in Shade], np.uint32)


QUADRANTS: Table = np.array([ord(character) for character in _QUADRANTS], np.uint32)
SEXTANTS = _sextants()
OCTANTS = _octants()
BRAILLE = _braille()
ASCII = _ascii()
"""By ``Shade``, not by pattern."""
