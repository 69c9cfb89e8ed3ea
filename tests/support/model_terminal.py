"""A model of a terminal behind the app: what a user would see, and what they should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyte
from rich.color import Color, ColorSystem, ColorType
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Input

from evtui.tui.widgets.raster_view import RasterView

_ANSI = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")

Look = tuple[str, str, str]
"""A cell as one sees it: its character, the colour in front and the one behind."""


class ModelDriver(HeadlessDriver):
    """Hands everything the app writes to a model of a terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        columns, rows = self._get_terminal_size()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.characters = 0
        """How many were written."""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        columns, rows = self._get_terminal_size()
        if (self.screen.columns, self.screen.lines) != (columns, rows):
            self.screen.resize(rows, columns)
        self.characters += len(data)
        self._stream.feed(data)


def behind_a_model(app: App[Any]) -> App[Any]:
    """The app, to be run with ``run_test(headless=False)`` so that it writes to a model."""
    app.driver_class = ModelDriver
    app.console._color_system = ColorSystem.TRUECOLOR
    return app


def model_of(app: App[Any]) -> ModelDriver:
    """The model that a running app writes to."""
    assert isinstance(app._driver, ModelDriver)
    return app._driver


def wrong_cells(app: App[Any]) -> list[tuple[int, int, Look, Look]]:
    """Cells that do not show what a full repaint would: row, column, shown, wanted.

    Text fields are left out, as their cursor blinks.
    """
    shown = model_of(app).screen
    with _unnoticed(app):
        wanted = app.screen._compositor.render_strips()
    blinking = [field.region for field in app.screen.query(Input)]
    wrong = []
    for row, strip in enumerate(wanted):
        column = 0
        for text, style, _control in strip:
            colours = ("default", "default")
            if style is not None:
                colours = _name(style.color), _name(style.bgcolor)
                colours = colours[::-1] if style.reverse else colours
            for character in text:
                cell = shown.buffer[row][column]
                seen = _seen(
                    cell.data, *((cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg))
                )
                should = _seen(character, *colours)
                if seen != should and not any((column, row) in field for field in blinking):
                    wrong.append((row, column, seen, should))
                column += 1
    return wrong


@contextmanager
def _unnoticed(app: App[Any]) -> Iterator[None]:
    """Let somebody look into strips without the views hearing of it."""
    views = list(app.screen.query(RasterView))
    known = [view.known.copy() for view in views]
    paintings = [view._painting for view in views]
    for view in views:
        view._painting = None
    yield
    for view, rows, painting in zip(views, known, paintings, strict=True):
        view.known[:], view._painting = rows, painting


def _seen(character: str, front: str, back: str) -> Look:
    """A blank has no front; a full block has no back, and is a blank on its colour."""
    if character in (" ", ""):
        return " ", "", back
    return (" ", "", front) if character == "█" else (character, front, back)


def _name(colour: Color | None) -> str:
    if colour is None or colour.type is ColorType.DEFAULT:
        return "default"
    if colour.type is ColorType.TRUECOLOR and colour.triplet is not None:
        return colour.triplet.hex.removeprefix("#")
    number = colour.number or 0
    if number < 16:
        return ("bright" if number >= 8 else "") + _ANSI[number % 8]
    return str(pyte.graphics.FG_BG_256[number])
