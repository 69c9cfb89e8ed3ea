"""``evtui export``: events of recordings, written as another format."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from evtui.cli.choosing import TIME, FilterChoice, filter_options, roi_option
from evtui.cli.narration import narrate, progress_bar, warn
from evtui.cli.opening import count_events, opened_catalogue, opened_recording
from evtui.cli.targets import Planned, plan_targets
from evtui.errors import ExportError, LoadError, RecordingError
from evtui.export.job import Exported, Job, check_target
from evtui.export.job import export as write_events
from evtui.export.kinds import KINDS
from evtui.export.selection import Selection
from evtui.library.catalogue import Catalogue
from evtui.recordings.base import Recording
from evtui.region import Region
from evtui.units import format_bytes

_UNREADABLE, _FAILED, _DONE = 2, 1, 0

_FORMATS = "\n".join(f"  {kind.name:<9}{kind.ending:<10}{kind.about}" for kind in KINDS)
_EPILOG = f"""
\b
Formats, by name and ending; the first of an ending is its usual one:
{_FORMATS}
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of each recording is written, and how."""

    since: int
    until: int | None
    region: Region | None
    filters: FilterChoice
    relative: bool
    replace: bool


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="A file, whose ending tells the format; or a folder that is there.",
)
@click.option("--format", "name", metavar="NAME", help="The format, where OUT does not tell it.")
@click.option("--from", "since", type=TIME, default=0, metavar="T", help="Start; 0 by default.")
@click.option("--to", "until", type=TIME, metavar="T", help="End, which is not included.")
@roi_option
@filter_options
@click.option("--relative", is_flag=True, help="Write times since the recording's first event.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(
    paths: tuple[Path, ...],
    out: Path,
    name: str | None,
    since: int,
    until: int | None,
    roi: Region | None,
    filters: FilterChoice,
    relative: bool,
    force: bool,
) -> None:
    """Write events as another format: all of them, or a selection.

    One recording becomes the file OUT.  Several, or those of a folder, go into the folder OUT under
    their own names.

    T and D are times: 1.5, 1.5s, 250ms, 80us, 00:01:02.5; T since the recording's first event.
    What is written has the times of the sensor's clock, unless --relative is given.  Filters look
    at every event, also at those before --from and outside --roi.

    Exit code 0; 1 where a file could not be written, though the others are; 2 where the command
    makes no sense or a recording cannot be read.

    \b
    Examples:
      evtui export fan.raw -o fan.h5
      evtui export fan.h5 --from 1.5s --to 1.6s --roi 100,80,64,48 -o cut.csv
      evtui export fan.h5 --polarity on --isolated 5ms --mask-hot -o clean.parquet
      evtui export flights/ --format parquet -o tables/
    """
    if until is not None and until <= since:
        raise click.UsageError("--to is not after --from")
    plan = plan_targets(paths, out, name)
    wanted = Wanted(since, until, roi, filters, relative, force)
    worst = _DONE if plan.is_complete else _UNREADABLE
    with opened_catalogue() as catalogue:
        for planned in plan.files:
            worst = max(worst, _export_one(planned, wanted, catalogue))
    sys.exit(worst)


def _export_one(planned: Planned, wanted: Wanted, catalogue: Catalogue) -> int:
    """Write one file and say so; the exit code."""
    try:
        check_target(planned.target, planned.source, replace=wanted.replace)
        with opened_recording(planned.source, catalogue) as recording:
            done = _export(recording, planned, wanted)
    except ExportError as error:
        warn(str(error))
        return _FAILED
    except (RecordingError, LoadError) as error:
        warn(str(error))
        return _UNREADABLE
    narrate(f"{done.target}: {done.events:,} events, {format_bytes(done.bytes)}")
    return _DONE


def _export(recording: Recording, planned: Planned, wanted: Wanted) -> Exported:
    if not recording.order_checked or wanted.filters.lacks_counts(recording):
        count_events(recording)
    filters = wanted.filters.of(recording)
    selection = Selection(wanted.since, wanted.until, wanted.region, filters)
    job = Job(planned.target, planned.kind, selection, wanted.relative, wanted.replace)
    with progress_bar(f"writing {planned.target.name}") as show:
        return write_events(recording, job, show)
