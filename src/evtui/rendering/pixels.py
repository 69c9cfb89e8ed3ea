"""Pixels in the terminal: which graphics it has, and the text that makes it show a picture."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evtui.rendering import kitty, sixel
from evtui.rendering.palettes import RGB
from evtui.rendering.views import Shades

Size = tuple[int, int]
"""Width and height."""

Place = tuple[int, int]
"""Column and row of a cell of the terminal, from 0."""


class GraphicsProtocol(StrEnum):
    """How a terminal is sent pixels."""

    KITTY = "kitty"
    SIXEL = "sixel"


@dataclass(frozen=True, slots=True)
class Graphics:
    """What a terminal can show besides text."""

    protocol: GraphicsProtocol
    cell: Size
    """A cell's size in the terminal's pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame as pixels, and the block of cells it fills."""

    shades: Shades
    """One shade a pixel, no more of them than the sensor or the terminal has."""
    columns: int
    rows: int

    def enlarged(self, cell: Size) -> Shades:
        """The shades at the size of the cells: a pixel becomes a block of equal ones."""
        width, height = self.columns * cell[0], self.rows * cell[1]
        rows, columns = self.shades.shape
        if (rows, columns) == (height, width):
            return self.shades
        down = np.arange(height) * rows // height
        across = np.arange(width) * columns // width
        # One axis after the other, the longer copies last, is six times as fast as both at once.
        wide: Shades = self.shades.take(across, axis=1, mode="clip")
        high: Shades = wide.take(down, axis=0, mode="clip")
        return high


class Canvas(ABC):
    """What the terminal shows of pictures, and the text that leads from there to the next one."""

    @abstractmethod
    def draw(self, picture: Picture, palette: Sequence[RGB], at: Place) -> str:
        """Show a picture in place of the one before; the cursor stays where it is.

        Args:
            picture: what is to be seen.
            palette: the colour of each shade.
            at: its upper left cell.
        """

    @abstractmethod
    def drawn_over(self, row: int) -> None:
        """Text was written in this row of the terminal: some terminals then show it alone."""

    @abstractmethod
    def forget(self) -> None:
        """It is not known what the terminal shows."""

    @abstractmethod
    def take_away(self) -> str:
        """Remove the picture, as far as text that is written over it does not."""


def canvas_for(graphics: Graphics) -> Canvas:
    """An empty canvas."""
    if graphics.protocol is GraphicsProtocol.KITTY:
        return KittyCanvas()
    return SixelCanvas(graphics.cell)


class KittyCanvas(Canvas):
    """Two pictures in turn, so that one is always there and never more than two are kept."""

    def __init__(self) -> None:
        # Another program's pictures on the same terminal are likely to have other numbers.
        first = (os.getpid() & 0x3FFFFF) << 8 | 1
        self._images = [first, first + 1]
        self._shown: tuple[Picture, Sequence[RGB], Place] | None = None
        self._is_there = False

    def draw(self, picture: Picture, palette: Sequence[RGB], at: Place) -> str:
        if self._shows(picture, palette, at):
            return ""
        before, image = self._images
        self._images.reverse()
        text = kitty.show(picture.shades, palette, image, (picture.columns, picture.rows))
        if self._is_there:
            text += kitty.delete(before)
        self._shown, self._is_there = (picture, palette, at), True
        return _at(at, text)

    def drawn_over(self, row: int) -> None:
        self._shown = None

    def forget(self) -> None:
        self._shown = None

    def take_away(self) -> str:
        if not self._is_there:
            return ""
        self._shown, self._is_there = None, False
        return kitty.delete(self._images[0])

    def _shows(self, picture: Picture, palette: Sequence[RGB], at: Place) -> bool:
        if self._shown is None:
            return False
        shown, colours, place = self._shown
        same_block = (picture.columns, picture.rows) == (shown.columns, shown.rows)
        same = same_block and (palette, at) == (colours, place)
        return same and np.array_equal(picture.shades, shown.shades)


class SixelCanvas(Canvas):
    """One picture, of which the bands are sent that changed."""

    def __init__(self, cell: Size) -> None:
        self._cell = cell
        self._place: tuple[Sequence[RGB], Place] | None = None
        self._shown = np.zeros((0, 0), np.uint8)
        self._written: set[int] = set()
        """Rows of the terminal that text was written in since."""

    def draw(self, picture: Picture, palette: Sequence[RGB], at: Place) -> str:
        shades = picture.enlarged(self._cell)
        if self._place == (palette, at) and self._shown.shape == shades.shape:
            bands = self._changed(shades, at[1])
        else:
            bands = np.ones(sixel.bands_of(len(shades)), np.bool_)
        self._place, self._shown = (palette, at), shades
        self._written.clear()
        text = sixel.encode(shades, palette, bands)
        return _at(at, text) if text else ""

    def drawn_over(self, row: int) -> None:
        self._written.add(row)

    def forget(self) -> None:
        self._place = None

    def take_away(self) -> str:
        self.forget()
        return ""

    def _changed(self, shades: Shades, top: int) -> NDArray[np.bool_]:
        """Which bands differ from what is shown, or lie in rows that were written in."""
        rows = (shades != self._shown).any(axis=1)
        high = self._cell[1]
        for row in self._written:
            rows[max(0, (row - top) * high) : max(0, (row - top + 1) * high)] = True
        bands: NDArray[np.bool_] = np.logical_or.reduceat(rows, np.arange(0, len(rows), sixel.BAND))
        return bands


def _at(place: Place, text: str) -> str:
    """Text at another place, and back (DECSC, CUP, DECRC)."""
    return f"\x1b7\x1b[{place[1] + 1};{place[0] + 1}H{text}\x1b8"
