"""Options that tell how events are drawn, shared by the commands that make pictures."""

from __future__ import annotations

import os
from typing import Any

import click

from evtui.cli.narration import warn
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


def drawing_options(command: Any) -> Any:
    """Adds ``--view``, ``--palette`` and ``--scale``; the command gets each, None if not given."""
    for option in reversed(_OPTIONS):  # the one nearest the function comes first
        command = option(command)
    return command


def drawing_settings(**given: str | None) -> Settings:
    """The settings, with what the command line gives of them.

    Raises:
        SettingsError: the config file or the environment holds what cannot be taken.
    """
    from evtui import paths, settings

    command_line = {key: value for key, value in given.items() if value is not None}
    return settings.load(paths.config_file(), os.environ, command_line, warn)
