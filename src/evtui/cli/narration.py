"""What commands say beside their data: lines and progress bars on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from evtui.errors import EvtuiError
from evtui.units import printable

if TYPE_CHECKING:
    from rich.progress import Progress

Show = Callable[[float], None]
"""Told the share done, 0.0 to 1.0."""


def warn(text: str) -> None:
    """Something worth knowing that stops nothing."""
    click.echo(f"evtui: {printable(text)}", err=True)


def narrate(text: str) -> None:
    """What was done."""
    click.echo(printable(text), err=True)


@contextmanager
def errors_on_stderr() -> Iterator[None]:
    """Turns an error of evtui's own into a line on stderr and exit code 1."""
    try:
        yield
    except EvtuiError as error:
        warn(str(error))
        sys.exit(1)


@contextmanager
def progress_bar(task: str) -> Iterator[Show]:
    """A bar on stderr until the body ends; nothing where stderr is no terminal.

    It has no share to show, and says only that something goes on, until it is told one.
    """
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    with bars_on_stderr() as bar:
        number = bar.add_task(printable(task), total=None)
        yield lambda share: bar.update(number, completed=share, total=1.0)


def bars_on_stderr() -> Progress:
    """Bars for a terminal, each with its share and the time left; gone when they end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeLeft(),
    )
    # Not stdout: what a command prints there meanwhile is data, and none of the bar's business.
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, redirect_stdout=False)
