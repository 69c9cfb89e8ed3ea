"""``evtui bench``: how fast a recording of the user's is, on the user's machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evtui.cli.narration import warn
from evtui.units import format_bytes, format_rate, printable

if TYPE_CHECKING:
    from evtui.cli.benching import Figures, Timed

_UNREADABLE = 2


@click.command()
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--windows",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    metavar="N",
    help="So many windows at random places.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def bench(path: Path, windows: int, as_json: bool) -> None:
    """Time how a recording opens, plays and loads on this machine.

    The system is asked to forget the file before each step.  "cold" says that it did, so that the
    disk is in the figure; "warm" that it holds some of the file in memory all the same; "unknown"
    that it does not tell.  A load that does not fit into available memory is not tried.

    The keys of the JSON form: path, format, bytes and events; open, first_window, decode, evlib,
    load and reopen, each an object with seconds, page_cache and problem; and windows, an object
    with count, window_us, median_s, p95_s, page_cache and problem.  What was not timed is null,
    and problem says why.

    Exit code 0, or 2 where the recording cannot be read.

    \b
    Examples:
      evtui bench fan.h5
      evtui bench --windows 500 fan.raw
      evtui bench --json fan.h5 | jq .windows.p95_s
    """
    from evtui.cli.benching import measure
    from evtui.errors import RecordingError

    try:
        figures = measure(path, windows)
    except RecordingError as error:
        warn(str(error))
        sys.exit(_UNREADABLE)
    if as_json:
        click.echo(json.dumps(figures.as_object()))
    else:
        click.echo(_report(figures))


def _report(figures: Figures) -> str:
    from evtui.cli.tables import table_text

    events = "" if figures.events is None else f", {figures.events:,} events"
    heading = f"{figures.path}: {figures.format}, {format_bytes(figures.bytes)}{events}"
    table = table_text(("step", "time", "rate", "page cache"), list(_rows(figures)))
    return "\n".join([printable(heading), table, *map(printable, _problems(figures))])


def _rows(figures: Figures) -> Iterator[tuple[str, str, str, str]]:
    """Step, time, event rate and page cache."""
    yield _row("open", figures.open)
    yield _row("first window (10 ms)", figures.first_window)
    windows, cache = figures.windows, figures.windows.page_cache or ""
    for name, seconds in (("median", windows.median_s), ("p95", windows.p95_s)):
        yield f"{windows.count} random windows, {name}", _time(seconds), "", cache
    yield _row("decode all", figures.decode, figures.events)
    yield _row("load by evlib", figures.evlib, figures.events)
    yield _row("load into memory", figures.load, figures.events)
    yield _row("open again from memory", figures.reopen)


def _row(name: str, timed: Timed, events: int | None = None) -> tuple[str, str, str, str]:
    rate = format_rate(events / timed.seconds) if events and timed.seconds else ""
    return name, _time(timed.seconds), rate, timed.page_cache or ""


def _problems(figures: Figures) -> Iterator[str]:
    """Why there is no time, once for each reason."""
    problems = (
        figures.open.problem,
        figures.evlib.problem and f"load by evlib: {figures.evlib.problem}",
        figures.load.problem and f"load into memory: {figures.load.problem}",
    )
    return (problem for problem in problems if problem)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"
