"""Screenshots of the event view: what ``s`` saves."""

from __future__ import annotations

from pathlib import Path

from evtui import paths
from evtui.events import Events
from evtui.export.picture import write_png
from evtui.rendering.frame import Look, draw_picture
from evtui.units import format_position


def save_frame(recording: Path, position_us: int, events: Events, look: Look, palette: str) -> Path:
    """Write a frame as a PNG at the sensor's resolution; an older picture is never replaced.

    Returns:
        The file, named after the recording and the position.

    Raises:
        ExportError: it cannot be written.
    """
    position = format_position(position_us).replace(":", "-")
    target = _free(paths.pictures_folder() / f"{recording.stem}_{position}.png")
    write_png(target, draw_picture(events, look, palette))
    return target


def _free(path: Path) -> Path:
    """The path, or the first of ``name-2``, ``name-3``, … that does not exist."""
    taken, number = path, 1
    while taken.exists():
        number += 1
        taken = path.with_stem(f"{path.stem}-{number}")
    return taken
