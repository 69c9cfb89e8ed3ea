"""Cells back to dots, as a terminal draws them: told from the characters' Unicode names."""

import re
import unicodedata

import numpy as np

from evtui.rendering.cells import Cells

_HALVES = {
    "SPACE": set(),
    "UPPER HALF BLOCK": {(0, 0), (0, 1)},
    "LOWER HALF BLOCK": {(1, 0), (1, 1)},
    "LEFT HALF BLOCK": {(0, 0), (1, 0)},
    "RIGHT HALF BLOCK": {(0, 1), (1, 1)},
    "FULL BLOCK": {(0, 0), (0, 1), (1, 0), (1, 1)},
}
_QUADRANT = {"UPPER LEFT": (0, 0), "UPPER RIGHT": (0, 1), "LOWER LEFT": (1, 0)}
_QUADRANT["LOWER RIGHT"] = (1, 1)
_BRAILLE = {
    **{"1": (0, 0), "2": (1, 0), "3": (2, 0), "7": (3, 0)},
    **{"4": (0, 1), "5": (1, 1), "6": (2, 1), "8": (3, 1)},
}


def lit_dots(code: int, across: int, down: int) -> np.ndarray:
    """Which dots of a cell a character draws in its own colour; bool of shape (down, across)."""
    name = unicodedata.name(chr(code))
    if braille := re.fullmatch(r"BRAILLE PATTERN (?:BLANK|DOTS-(\d+))", name):
        lit = {_BRAILLE[number] for number in braille[1] or ""}
    elif name.startswith("QUADRANT "):
        lit = {_QUADRANT[part] for part in name.removeprefix("QUADRANT ").split(" AND ")}
    else:
        lit = _HALVES[name]
    dots = np.zeros((down, across), bool)
    for row, column in lit:
        dots[row, min(column, across - 1)] = True
    return dots


def decoded(cells: Cells, dots: tuple[int, int]) -> np.ndarray:
    """The shade of every dot that a terminal would show."""
    across, down = dots
    shown = np.zeros((cells.rows * down, cells.columns * across), np.uint8)
    for row in range(cells.rows):
        for column in range(cells.columns):
            lit = lit_dots(int(cells.codes[row, column]), across, down)
            place = np.s_[row * down : (row + 1) * down, column * across : (column + 1) * across]
            shown[place] = np.where(lit, cells.front[row, column], cells.back[row, column])
    return shown
