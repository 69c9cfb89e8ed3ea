"""Cells back to dots, as a terminal draws them: told from the characters' Unicode names."""

import re
import unicodedata
from functools import cache

import numpy as np

from evtui.rendering.cells import Cells
from support.octant_names import NEWER_NAMES

_FINE = 12
"""Rows a cell is drawn in: a whole number of them for halves, thirds and quarters."""

_LEFT, _RIGHT, _BOTH = np.s_[:1], np.s_[1:], np.s_[:]
_PARTS = {
    "SPACE": (0, 0, _BOTH),
    "FULL BLOCK": (0, 12, _BOTH),
    "UPPER HALF BLOCK": (0, 6, _BOTH),
    "LOWER HALF BLOCK": (6, 12, _BOTH),
    "LEFT HALF BLOCK": (0, 12, _LEFT),
    "RIGHT HALF BLOCK": (0, 12, _RIGHT),
    "UPPER ONE QUARTER BLOCK": (0, 3, _BOTH),
    "LOWER ONE QUARTER BLOCK": (9, 12, _BOTH),
    "UPPER THREE QUARTERS BLOCK": (0, 9, _BOTH),
    "LOWER THREE QUARTERS BLOCK": (3, 12, _BOTH),
    "LEFT HALF UPPER ONE QUARTER BLOCK": (0, 3, _LEFT),
    "RIGHT HALF UPPER ONE QUARTER BLOCK": (0, 3, _RIGHT),
    "LEFT HALF LOWER ONE QUARTER BLOCK": (9, 12, _LEFT),
    "RIGHT HALF LOWER ONE QUARTER BLOCK": (9, 12, _RIGHT),
    # Of the four quarters, the two in the middle.
    "MIDDLE LEFT ONE QUARTER BLOCK": (3, 9, _LEFT),
    "MIDDLE RIGHT ONE QUARTER BLOCK": (3, 9, _RIGHT),
    "UPPER LEFT": (0, 6, _LEFT),
    "UPPER RIGHT": (0, 6, _RIGHT),
    "LOWER LEFT": (6, 12, _LEFT),
    "LOWER RIGHT": (6, 12, _RIGHT),
}
"""The rows from and to, and the columns, that a name or a part of it says are drawn."""

_BRAILLE = {
    **{"1": (0, 0), "2": (1, 0), "3": (2, 0), "7": (3, 0)},
    **{"4": (0, 1), "5": (1, 1), "6": (2, 1), "8": (3, 1)},
}


def name_of(code: int) -> str:
    """The character's Unicode 16 name."""
    return unicodedata.name(chr(code), None) or NEWER_NAMES[code]


@cache
def lit_dots(code: int, across: int, down: int) -> np.ndarray:
    """Which dots of a cell a character draws in its own colour; bool of shape (down, across)."""
    fine = _drawn(code).reshape(down, _FINE // down, 2)
    assert np.all(fine == fine[:, :1]), f"{name_of(code)} cuts through dots"
    dots = fine[:, 0]
    if across == 1:
        assert np.all(dots[:, 0] == dots[:, 1]), f"{name_of(code)} cuts through dots"
    return dots[:, :across]


def _drawn(code: int) -> np.ndarray:
    name = name_of(code)
    fine = np.zeros((_FINE, 2), bool)
    if braille := re.fullmatch(r"BRAILLE PATTERN (?:BLANK|DOTS-(\d+))", name):
        for row, column in (_BRAILLE[number] for number in braille[1] or ""):
            fine[3 * row : 3 * row + 3, column] = True
    elif numbered := re.fullmatch(r"BLOCK (SEXTANT|OCTANT)-(\d+)", name):
        high = {"SEXTANT": 4, "OCTANT": 3}[numbered[1]]
        for number in map(int, numbered[2]):
            row, column = divmod(number - 1, 2)
            fine[high * row : high * row + high, column] = True
    else:
        for part in name.removeprefix("QUADRANT ").split(" AND "):
            first, past, columns = _PARTS[part]
            fine[first:past, columns] = True
    return fine


def decoded(cells: Cells, dots: tuple[int, int]) -> np.ndarray:
    """The shade of every dot that a terminal would show; one dot a cell is the front's."""
    if dots == (1, 1):
        assert not cells.back.any()
        return np.where(cells.codes == ord(" "), 0, cells.front)
    across, down = dots
    shown = np.zeros((cells.rows * down, cells.columns * across), np.uint8)
    for row in range(cells.rows):
        for column in range(cells.columns):
            lit = lit_dots(int(cells.codes[row, column]), across, down)
            place = np.s_[row * down : (row + 1) * down, column * across : (column + 1) * across]
            shown[place] = np.where(lit, cells.front[row, column], cells.back[row, column])
    return shown
