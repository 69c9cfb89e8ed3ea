"""Writing the selected events of a recording into a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evtui.errors import EvtuiError, ExportError
from evtui.export.kinds import Heading, Kind, open_writer
from evtui.export.selection import ALL, Selection, selected
from evtui.recordings.base import (
    Cancelled,
    Progress,
    Recording,
    never_cancelled,
    no_progress,
)
from evtui.units import printable


class ExportCancelled(EvtuiError):
    """Someone asked for the export to stop; nothing is left of it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    target: Path
    events: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be written from a recording."""

    target: Path
    kind: Kind
    selection: Selection = ALL
    relative: bool = False
    """Whether times are from the recording's first event, not of the sensor's clock."""
    replace: bool = False
    """Whether a file that is there may be replaced; never the recording itself."""


def export(
    recording: Recording,
    job: Job,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Exported:
    """Write the selected events; memory does not grow with their number.

    Where time may go back unseen, all of the recording is read once before.

    Args:
        recording: open.
        job: what to write, and where.
        progress: is told the share done.
        cancelled: asked between pieces.

    Raises:
        ExportCancelled: ``cancelled`` said so.
        ExportError: the file cannot be written, or is there already, or nothing is selected.
        RecordingError: the recording cannot be read.
    """
    check_target(job.target, recording.info.path, replace=job.replace)
    if not recording.order_checked:
        recording.index(no_progress, cancelled)
    info = recording.info
    start, stop = job.selection.span_in(recording)
    job.selection.region_in(recording)  # refuses one outside the sensor
    heading = Heading(
        info.width,
        info.height,
        0 if job.relative else info.t_first_us,
        {"source": printable(info.path.name)},
    )
    count = 0
    with open_writer(job.target, job.kind, heading) as writer:
        for done, events in selected(recording, job.selection):
            writer.append(events)
            count += len(events)
            progress((done - start) / (stop - start))
            _check(cancelled, job)
        _check(cancelled, job)  # the last moment, for the file is about to take its name
    return Exported(job.target, count, job.target.stat().st_size)


def _check(cancelled: Cancelled, job: Job) -> None:
    if cancelled():
        raise ExportCancelled(f"{job.target}: cancelled")


def check_target(target: Path, source: Path, *, replace: bool) -> None:
    """Whether a file may be written there.

    Raises:
        ExportError: it is the recording itself, or is there already.
    """
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise ExportError(f"{target}: is the recording itself; name another file")
    if not replace:
        raise ExportError(f"{target}: is there already (--force replaces it)")
