"""Screenshots of the event view: what ``s`` saves."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from evtui import paths
from evtui.events import Events
from evtui.export.picture import write_png
from evtui.files import free_path
from evtui.rendering.frame import Look, Window, draw_picture
from evtui.units import format_position, printable

_SAVING = threading.Lock()
"""One after the other, or two pictures of one place would choose the same name."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A frame as the player shows it."""

    recording: Path
    events: Events
    window: Window
    """The time shown in µs."""
    look: Look
    palette: str


def save_frame(shown: Shown) -> Path:
    """Write a frame as a PNG at the sensor's resolution; an older picture is never replaced.

    Takes a while, so not for the screen's thread.

    Returns:
        The file, named after the recording and the frame's time; see ``paths.folder_for_results``.

    Raises:
        ExportError: it cannot be written.
    """
    pixels = draw_picture(shown.events, shown.look, shown.palette, shown.window)
    stem = printable(shown.recording.stem).replace("�", "_")
    position = format_position(shown.window[0]).replace(":", "-")
    folder = paths.folder_for_results(shown.recording)
    with _SAVING:
        target = free_path(folder / f"{stem}_{position}.png")
        write_png(target, pixels)
    return target
