"""``evtui export``: events of recordings as another format, or drawn into pictures and clips."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from evtui.cli.choosing import TIME, FilterChoice, filter_options, roi_option
from evtui.cli.drawing import PICTURE_OPTIONS, DrawingChoice, clip_options, refuse_options
from evtui.cli.narration import narrate, progress_bar, warn
from evtui.cli.opening import count_events, opened_catalogue, opened_recording
from evtui.cli.picturing import is_sheet, write_clip, write_sheet_of
from evtui.cli.targets import Planned, plan_targets
from evtui.errors import ExportError, LoadError, RecordingError, SettingsError
from evtui.export.job import Job, check_target
from evtui.export.job import export as write_events
from evtui.export.kinds import KINDS, Kind
from evtui.export.picture_kinds import PICTURE_KINDS, PictureKind
from evtui.export.selection import Selection
from evtui.library.catalogue import Catalogue
from evtui.recordings.base import Recording
from evtui.region import Region
from evtui.units import format_bytes

_UNREADABLE, _FAILED, _DONE = 2, 1, 0

_KINDS: tuple[Kind | PictureKind, ...] = (*KINDS, *PICTURE_KINDS)
_FORMATS = "\n".join(f"  {kind.name:<9}{kind.ending:<10}{kind.about}" for kind in _KINDS)
_OF_PICTURES = "is of pictures: it does nothing for events"
_OF_EVENTS = "is of events: it does nothing for pictures"
_NOT_OF_SHEETS = "does nothing for a contact sheet, which shows each recording at its liveliest"
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
    drawing: DrawingChoice
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
@clip_options
@click.option("--relative", is_flag=True, help="Write times since the recording's first event.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.pass_context
def export(
    ctx: click.Context,
    *,
    paths: tuple[Path, ...],
    out: Path,
    name: str | None,
    since: int,
    until: int | None,
    roi: Region | None,
    filters: FilterChoice,
    drawing: DrawingChoice,
    relative: bool,
    force: bool,
) -> None:
    """Write events as another format, or draw them: all of them, or a selection.

    One recording becomes the file OUT.  Several, or those of a folder, go into the folder OUT under
    their own names.

    T and D are times: 1.5, 1.5s, 250ms, 80us, 00:01:02.5; T since the recording's first event.
    Events are written with the times of the sensor's clock, unless --relative is given.  Filters
    look at every event, also at those before --from and outside --roi.

    A clip, .gif or .mp4, has --fps frames for each second at --speed 1, each of which shows the
    events up to the next.  A .png of one recording is one frame: of --window from --from on, or up
    to --to.  A .png of several recordings, or of a folder, is a contact sheet of them all.  Video
    keeps fewer colours than pixels, so that .mp4 shows each of the sensor's as 2×2 unless --scale
    says otherwise; it needs PyAV: pip install 'evtui[video]'.

    Exit code 0; 1 where a file could not be written, though the others are; 2 where the command
    makes no sense or a recording cannot be read.

    \b
    Examples:
      evtui export fan.raw -o fan.h5
      evtui export fan.h5 --from 1.5s --to 1.6s --roi 100,80,64,48 -o cut.csv
      evtui export fan.h5 --polarity on --isolated 5ms --mask-hot -o clean.parquet
      evtui export flights/ --format parquet -o tables/
      evtui export fan.h5 --from 1.5s --to 1.6s --speed 0.02 --window 5ms -o slow.gif
      evtui export fan.h5 --fps 60 --window 5ms --palette frost -o fan.mp4
      evtui export flights/ -o sheet.png
    """
    if until is not None and until <= since:
        raise click.UsageError("--to is not after --from")
    if is_sheet(paths, out):
        refuse_options(ctx, _idle_for_sheets(ctx), _NOT_OF_SHEETS)
        sys.exit(_export_sheet(paths, out, drawing, replace=force))
    plan = plan_targets(paths, out, name)
    for planned in plan.files:
        if isinstance(planned.kind, PictureKind):
            refuse_options(ctx, ["relative"], _OF_EVENTS)
        else:
            refuse_options(ctx, PICTURE_OPTIONS, _OF_PICTURES)
    wanted = Wanted(since, until, roi, filters, drawing, relative, force)
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
            narrate(_export(recording, planned, wanted))
    except (ExportError, SettingsError) as error:
        warn(str(error))
        return _FAILED
    except (RecordingError, LoadError) as error:
        warn(str(error))
        return _UNREADABLE
    return _DONE


def _export(recording: Recording, planned: Planned, wanted: Wanted) -> str:
    """Write one file and tell what it holds."""
    if not recording.order_checked or wanted.filters.lacks_counts(recording):
        count_events(recording)
    filters = wanted.filters.of(recording)
    selection = Selection(wanted.since, wanted.until, wanted.region, filters)
    target, kind, replace = planned.target, planned.kind, wanted.replace
    if isinstance(kind, PictureKind):
        return write_clip(recording, target, kind, selection, wanted.drawing, replace=replace)
    job = Job(target, kind, selection, wanted.relative, replace)
    with progress_bar(f"writing {target.name}") as show:
        done = write_events(recording, job, show)
    return f"{target}: {done.events:,} events, {format_bytes(done.bytes)}"


def _export_sheet(
    paths: tuple[Path, ...], out: Path, drawing: DrawingChoice, *, replace: bool
) -> int:
    """Draw one picture of all recordings; the exit code."""
    try:
        return _DONE if write_sheet_of(paths, out, drawing, replace=replace) else _UNREADABLE
    except (ExportError, SettingsError) as error:
        warn(str(error))
        return _FAILED


def _idle_for_sheets(ctx: click.Context) -> list[str]:
    names = [param.name for param in ctx.command.params if param.name is not None]
    return [name for name in names if name not in ("paths", "out", "view", "palette", "force")]
