"""A model of a terminal with graphics behind the app, as unkind as real ones are.

Text takes away the pixels of the cells it is written in, as on xterm, foot and WezTerm.  What is
not known is an error.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyte
from textual.app import App

from evtui.rendering.pixels import Graphics, GraphicsProtocol
from support.kitty_decoder import SEQUENCE, KittyPictures
from support.model_terminal import ModelDriver, behind_a_model
from support.sixel_decoder import SixelCanvas

_PICTURES = re.compile(r"(\x1b_G[^\x1b]*\x1b\\|\x1bP[^\x1b]*\x1b\\)")
CELL = (4, 9)


class TouchedScreen(pyte.Screen):
    """Notes each cell that text or an erasure changes."""

    def __init__(self, columns: int, lines: int) -> None:
        self.touched: set[tuple[int, int]] = set()
        super().__init__(columns, lines)

    def draw(self, data: str) -> None:
        for character in data:
            self.touched.add((self.cursor.x, self.cursor.y))
            super().draw(character)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        assert how == 0
        self.touched.update((x, self.cursor.y) for x in range(self.cursor.x, self.columns))
        super().erase_in_line(how, private)

    def erase_in_display(self, how: int = 0, *rest: Any, **options: Any) -> None:
        self.touched.update((x, y) for x in range(self.columns) for y in range(self.lines))
        super().erase_in_display(how, *rest, **options)


class GraphicsDriver(ModelDriver):
    """Hands pictures to decoders, at the place where the cursor is."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.screen: TouchedScreen = TouchedScreen(self.screen.columns, self.screen.lines)
        self._stream = pyte.Stream(self.screen)
        self.kitty = KittyPictures()
        self.sixels = SixelCanvas()
        self.picture_characters = 0

    def write(self, data: str) -> None:
        for part in _PICTURES.split(data):
            if not _PICTURES.fullmatch(part):
                super().write(part)
                self._take_pixels()
                continue
            self.picture_characters += len(part)
            column, row = self.screen.cursor.x, self.screen.cursor.y
            if match := SEQUENCE.fullmatch(part):
                self.kitty.feed(match[1], match[2] or "", column, row)
            else:
                self.sixels.draw(part, column * CELL[0], row * CELL[1])
                last = max(y for _, y in self.sixels.pixels) // CELL[1]
                assert last < self.screen.lines - 1, "a terminal might scroll"

    def _take_pixels(self) -> None:
        touched = self.screen.touched
        columns, rows = self.screen.columns, self.screen.lines
        if touched and self.sixels.pixels:
            self.sixels.pixels = {
                (x, y): rgb
                for (x, y), rgb in self.sixels.pixels.items()
                if (cell := (x // CELL[0], y // CELL[1])) not in touched
                and cell[0] < columns
                and cell[1] < rows
            }
        for placed in self.kitty.placed.values():
            for column, row in touched:
                across, down = column - placed.column, row - placed.row
                if 0 <= across < placed.columns and 0 <= down < placed.rows:
                    placed.lost.add((across, down))
        touched.clear()


def behind_graphics(app: App[Any]) -> App[Any]:
    """The app, to be run with ``run_test(headless=False)``, on a terminal with graphics."""
    behind_a_model(app)
    app.driver_class = GraphicsDriver
    return app


def graphics_of(app: App[Any]) -> GraphicsDriver:
    assert isinstance(app._driver, GraphicsDriver)
    return app._driver


def graphics(protocol: GraphicsProtocol) -> Graphics:
    return Graphics(protocol, CELL)


def seen_sixels(app: App[Any]) -> np.ndarray:
    """Percentages of every pixel of the terminal; −1 where there is none."""
    driver = graphics_of(app)
    width, height = driver.screen.columns * CELL[0], driver.screen.lines * CELL[1]
    return driver.sixels.array(width, height)
