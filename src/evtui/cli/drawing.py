"""Options that tell how events are drawn, shared by the commands that make pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
from click.core import ParameterSource

from evtui.cli.choosing import TIME
from evtui.cli.narration import warn
from evtui.export.clips import Drawing
from evtui.settings import Settings, choices_of


class SizeType(click.ParamType):  # type: ignore[type-arg]
    """A size in cells of the terminal, ``CxR``; becomes columns and rows."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        columns, _, rows = value.lower().replace("×", "x").partition("x")
        if all(part.isascii() and part.isdecimal() for part in (columns, rows)):
            size = int(columns), int(rows)
            if min(size) > 0 and max(size) <= LARGEST_SIZE:
                return size
        self.fail(
            f"{value!r} is not a size; write columns x rows, 1 to {LARGEST_SIZE}: 80x24", param, ctx
        )


LARGEST_SIZE = 2_000
"""Columns or rows; no terminal has as many."""

SIZE = SizeType()

LARGEST_SCALE = 16

_OPTIONS = (
    click.option("--view", type=click.Choice(choices_of("view")), help="What is made visible."),
    click.option("--palette", type=click.Choice(choices_of("palette")), help="Its colours."),
    click.option(
        "--scale",
        type=click.IntRange(1, LARGEST_SCALE),
        metavar="N",
        help="A picture's pixels across and down one of the sensor.",
    ),
)


_OPTIONS_OF_CLIPS = (
    click.option(
        "--fps", type=click.FloatRange(0.1, 1_000), metavar="N", help="Frames a second; default 30."
    ),
    click.option(
        "--speed",
        type=click.FloatRange(1e-5, 1_000),
        metavar="N",
        help="Recording time over the clip's; 0.1 is ten times slower.  Default 1.",
    ),
    click.option(
        "--window",
        type=TIME,
        metavar="D",
        help="A frame's accumulation window; default: up to the next frame.",
    ),
)

PICTURE_OPTIONS = ("fps", "speed", "window", "view", "palette", "scale")
"""Parameters that ``clip_options`` takes."""


def drawing_options(command: Any) -> Any:
    """Adds ``--view``, ``--palette`` and ``--scale``; the command gets each, None if not given."""
    return _with_options(command, _OPTIONS)


def clip_options(command: Callable[..., Any]) -> Any:
    """Adds the options of pictures and clips; the command gets ``drawing``, a ``DrawingChoice``."""

    @wraps(command)
    def with_drawing(*arguments: Any, **others: Any) -> Any:
        given = {name: others.pop(name) for name in PICTURE_OPTIONS}
        return command(*arguments, drawing=DrawingChoice(**given), **others)

    return _with_options(with_drawing, (*_OPTIONS_OF_CLIPS, *_OPTIONS))


def _with_options(command: Any, options: Sequence[Callable[[Any], Any]]) -> Any:
    for option in reversed(options):  # the one nearest the function comes first
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class DrawingChoice:
    """How options ask for frames to be drawn; None where they do not say."""

    fps: float | None
    speed: float | None
    window: int | None
    view: str | None
    palette: str | None
    scale: int | None

    def drawing(self) -> Drawing:
        """With view and palette from the settings where no option names them.

        Raises:
            SettingsError: the config file or the environment holds what cannot be taken.
        """
        settings = drawing_settings(view=self.view, palette=self.palette)
        return Drawing(
            view=settings.view,
            palette=settings.palette,
            scale=self.scale,
            fps=self.fps or 30.0,
            speed=self.speed or 1.0,
            window_us=None if self.window is None else max(1, self.window),
        )


def refuse_options(ctx: click.Context, names: Iterable[str], why: str) -> None:
    """End the command where options were given that would do nothing.

    Args:
        ctx: of the command.
        names: of its parameters.
        why: follows an option in the message.
    """
    for name in names:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = next(param.opts[-1] for param in ctx.command.params if param.name == name)
            raise click.UsageError(f"{option} {why}", ctx)


def drawing_settings(**given: str | None) -> Settings:
    """The settings, with what the command line gives of them.

    Raises:
        SettingsError: the config file or the environment holds what cannot be taken.
    """
    from evtui import paths, settings

    command_line = {key: value for key, value in given.items() if value is not None}
    return settings.load(paths.config_file(), os.environ, command_line, warn)
