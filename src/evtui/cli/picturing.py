"""The part of ``evtui export`` that makes pictures: clips, single frames, contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evtui.cli.drawing import DrawingChoice
from evtui.cli.narration import narrate, progress_bar, warn
from evtui.export.clips import export_clip
from evtui.export.job import check_target
from evtui.export.picture_kinds import PictureKind
from evtui.export.selection import Selection
from evtui.library.discovery import discover
from evtui.recordings.base import Recording
from evtui.store.opening import open_or_load
from evtui.units import format_bytes

SHEET_ENDING = ".png"

_SHORT_S = 0.2


def is_sheet(paths: Sequence[Path], out: Path) -> bool:
    """Whether many recordings are to become one picture."""
    many = len(paths) > 1 or paths[0].is_dir()
    return many and out.suffix.lower() == SHEET_ENDING and not out.is_dir()


def write_clip(
    recording: Recording,
    target: Path,
    kind: PictureKind,
    selection: Selection,
    choice: DrawingChoice,
    *,
    replace: bool,
) -> str:
    """Draw a recording into a file, and tell what that holds; raises as ``export_clip`` does."""
    drawing = choice.drawing()
    with progress_bar(f"drawing {target.name}") as show:
        done = export_clip(
            recording, target, kind, selection, drawing, replace=replace, progress=show
        )
    lasts = done.frames / drawing.fps
    if kind.moves and lasts < _SHORT_S:
        warn(f"{target}: the clip lasts {lasts:.2g} s; a lower --speed makes it longer")
    frames = f"{done.frames:,} frame{'s' if done.frames != 1 else ''}"
    return f"{target}: {frames} of {done.width}×{done.height}, {format_bytes(done.bytes)}"


def write_sheet_of(
    paths: Sequence[Path], out: Path, choice: DrawingChoice, *, replace: bool
) -> bool:
    """Draw all recordings under the paths into one picture, and say so.

    Returns:
        Whether all of them could be read; the picture says why the others cannot.

    Raises:
        ExportError: the picture cannot be written, or there is nothing to show.
        SettingsError: see ``DrawingChoice.drawing``.
    """
    from evtui.export.sheet import write_sheet

    found = list(discover(paths))
    for one in found:
        check_target(out, one.path, replace=replace)
    drawing = choice.drawing()
    with progress_bar(f"drawing {out.name}") as show:
        done = write_sheet(out, found, open_or_load, drawing.view, drawing.palette, show)
    unreadable = f", {done.unreadable} of which cannot be read" if done.unreadable else ""
    narrate(f"{out}: {len(found)} recordings{unreadable}, {format_bytes(done.bytes)}")
    return not done.unreadable
