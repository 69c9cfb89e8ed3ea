"""Pixels in the terminal: which graphics it has, and a frame as the picture that it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evtui.rendering.views import Shades


class Protocol(StrEnum):
    """How a terminal is sent pixels."""

    KITTY = "kitty"
    SIXEL = "sixel"


Size = tuple[int, int]
"""Width and height."""


@dataclass(frozen=True, slots=True)
class Graphics:
    """What a terminal can show besides text."""

    protocol: Protocol
    cell: Size
    """A cell's size in the terminal's pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame as pixels, and the block of cells it fills."""

    shades: Shades
    """One shade a pixel, no more of them than the sensor or the terminal has."""
    columns: int
    rows: int

    def enlarged(self, width: int, height: int) -> Shades:
        """The shades at this size, at least their own: a pixel becomes a block of equal ones."""
        rows, columns = self.shades.shape
        if (rows, columns) == (height, width):
            return self.shades
        down = np.arange(height) * rows // height
        across = np.arange(width) * columns // width
        return self.shades[np.ix_(down, across)]
