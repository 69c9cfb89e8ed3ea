"""``evtui info``: what is known of recordings, as text or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from evtui.cli.narration import warn
from evtui.cli.reading import Reading, readings
from evtui.library.summary import Summary
from evtui.units import format_bytes, format_duration, format_rate, printable

_FIGURES = (
    "width",
    "height",
    "events",
    "events_exact",
    "t_first_us",
    "duration_us",
    "duration_exact",
    "on_fraction",
)
"""Keys of the JSON form that are a summary's own; they are promised to stay."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--exact", is_flag=True, help="Read every event, so that no figure is an estimate.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a recording.")
def info(paths: tuple[Path, ...], exact: bool, as_json: bool) -> None:
    """Tell format, sensor, events, duration, rate and findings.

    They come from headers and endpoints, or from an earlier count, which is remembered until the
    file changes.  Folders are walked.  An estimate is marked with ~.

    The keys of the JSON form: path, format, bytes, width, height, events, events_exact,
    t_first_us, duration_us, duration_exact, on_fraction (null until counted), and findings, a list
    of objects with code, severity and message.  A recording that cannot be read has path and error
    instead.

    Exit code 0, or 2 where a recording cannot be read or there is none.

    \b
    Examples:
      evtui info fan.h5
      evtui info --exact flights/
      evtui info --json flights/ | jq -r 'select(.duration_us > 60e6) | .path'
    """
    failed = False
    for number, reading in enumerate(readings(paths, exact=exact)):
        failed = failed or bool(reading.summary.problem)
        if as_json:
            click.echo(json.dumps(as_object(reading)))
        elif reading.summary.problem:
            warn(f"{reading.path}: {reading.summary.problem}")
        else:
            click.echo("\n" * bool(number) + "\n".join(as_lines(reading)))
    sys.exit(2 if failed else 0)


def as_object(reading: Reading) -> dict[str, object]:
    """A reading as its JSON object."""
    summary, path = reading.summary, str(reading.path)
    if summary.problem:
        return {"path": path, "error": summary.problem}
    return {
        "path": path,
        "format": summary.format,
        "bytes": reading.bytes,
        **{key: getattr(summary, key) for key in _FIGURES},
        "findings": [
            {"code": found.code, "severity": found.severity.value, "message": found.message}
            for found in summary.findings
        ],
    }


def as_lines(reading: Reading) -> Iterator[str]:
    """A reading as lines of text: its path, then name and value of what is known."""
    yield printable(str(reading.path))
    for name, value in _facts(reading.bytes or 0, reading.summary):
        yield f"  {name:<10}{printable(value)}"


def _facts(size: int, known: Summary) -> Iterator[tuple[str, str]]:
    about_events = "" if known.events_exact else "~"
    about_time = "" if known.duration_exact else "~"
    events, first, duration = known.events or 0, known.t_first_us or 0, known.duration_us or 0
    yield "format", f"{known.format} ({known.layout})" if known.layout else known.format
    yield "size", format_bytes(size)
    yield "sensor", f"{known.width}×{known.height}"
    yield "events", f"{about_events}{events:,}"
    if events:
        yield "duration", f"{about_time}{format_duration(duration)}"
        if known.rate is not None:
            yield "rate", f"{about_events or about_time}{format_rate(known.rate)}"
        if known.on_fraction is not None:
            yield "ON", f"{known.on_fraction:.1%}"
        yield "first", f"{first:,} µs on the sensor's clock"
        yield "last", f"{about_time}{first + duration:,} µs"
    for found in known.findings:
        yield found.severity.value, f"{found.code}: {found.message}"
