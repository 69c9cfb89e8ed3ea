"""``evtui check``: the health report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from evtui.cli.reading import Reading, readings
from evtui.recordings.findings import Severity
from evtui.units import printable

_UNREADABLE, _FOUND, _SOUND = 2, 1, 0


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--again", is_flag=True, help="Read also what was read before and has not changed.")
def check(paths: tuple[Path, ...], again: bool) -> None:
    """Read every event and report what is wrong, or was guessed.

    What was read before is remembered, until the file's size or time of change differs.

    A line for each finding: path, severity, code and message; "ok" for a recording that has no
    warning and no error.  A note tells what was guessed or is unusual.  Folders are walked.

    Exit code 0 where all is ok; 1 where a recording has findings of severity warning or error; 2
    where one cannot be read or there is none.

    \b
    Examples:
      evtui check fan.h5
      evtui check flights/ && rsync -a flights/ archive:
    """
    worst = _SOUND
    for reading in readings(paths, exact=True, again=again):
        for line in report(reading):
            click.echo(line)
        worst = max(worst, _exit_code(reading))
    sys.exit(worst)


def report(reading: Reading) -> Iterator[str]:
    """The lines on one recording, each of which begins with its path."""
    path, summary = printable(str(reading.path)), reading.summary
    if summary.problem:
        yield f"{path}: cannot be read: {printable(summary.problem)}"
        return
    if _exit_code(reading) == _SOUND:
        yield f"{path}: ok"
    for found in summary.findings:
        yield f"{path}: {found.severity} {found.code}: {printable(found.message)}"


def _exit_code(reading: Reading) -> int:
    if reading.summary.problem:
        return _UNREADABLE
    return _SOUND if reading.summary.health in (None, Severity.NOTE) else _FOUND
