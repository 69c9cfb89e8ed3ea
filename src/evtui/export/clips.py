"""Frames of a recording, drawn one after the other, into a picture or a clip."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evtui.export.job import ExportCancelled, check_target
from evtui.export.picture_kinds import ClipHeading, PictureKind, open_frames
from evtui.export.selection import ALL, Selection, parts_of
from evtui.playback.transport import DEFAULT_WINDOW_US
from evtui.recordings.base import Cancelled, Progress, Recording, never_cancelled, no_progress
from evtui.rendering.frame import Look, Window, draw_shades
from evtui.rendering.palettes import PALETTES
from evtui.rendering.views import Shades
from evtui.units import US_PER_S


@dataclass(frozen=True, slots=True)
class Drawing:
    """How frames are drawn, and how fast a clip of them plays."""

    view: str = "polarity"
    palette: str = "classic"
    scale: int | None = None
    """Pixels across and down one of the sensor; None for what suits the kind of file."""
    fps: float = 30.0
    """Frames a second."""
    speed: float = 1.0
    """Recording time over the clip's time."""
    window_us: int | None = None
    """Accumulation window; None for the time from one frame to the next, so that a clip shows each
    event once."""

    @property
    def step_us(self) -> float:
        """Recording time from one frame to the next, at least 1 µs."""
        return max(1.0, US_PER_S * self.speed / self.fps)


@dataclass(frozen=True, slots=True)
class ExportedClip:
    """What was written."""

    target: Path
    frames: int
    width: int
    height: int
    """Of a frame in pixels; video may have a line more."""
    bytes: int


def export_clip(
    recording: Recording,
    target: Path,
    kind: PictureKind,
    selection: Selection = ALL,
    drawing: Drawing = Drawing(),
    *,
    replace: bool = False,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> ExportedClip:
    """Draw the selected events into a picture or a clip; one frame is held at a time.

    Where time may go back unseen, all of the recording is read once before.

    Args:
        recording: open.
        target: the file.
        kind: what to write it as.
        selection: which events, and of which part of the sensor.
        drawing: how.
        replace: whether a file that is there may be replaced; never the recording itself.
        progress: is told the share done.
        cancelled: asked between frames.

    Raises:
        ExportCancelled: ``cancelled`` said so.
        ExportError: the file cannot be written, or is there already, or there is nothing to draw.
        RecordingError: the recording cannot be read.
    """
    check_target(target, recording.info.path, replace=replace)
    look = Look(drawing.view, "half", selection.region_in(recording))
    windows = _Windows.of(recording, selection, drawing, moves=kind.moves)
    if not recording.order_checked:
        recording.index(no_progress, cancelled)
    scale = drawing.scale or kind.scale
    width, height = look.region.width * scale, look.region.height * scale
    heading = ClipHeading(width, height, drawing.fps, PALETTES[drawing.palette])
    with open_frames(target, kind, heading) as writer:
        for number, window in enumerate(windows, 1):
            if cancelled():
                raise ExportCancelled(f"{target}: cancelled")
            t0, t1 = window
            events = parts_of(recording, selection, t0, min(t1, windows.stop_us))
            writer.append(scaled(draw_shades(events, look, window), scale))
            progress(number / windows.count)
    return ExportedClip(target, windows.count, width, height, target.stat().st_size)


def scaled(shades: Shades, scale: int) -> Shades:
    """Each pixel as a square of ``scale`` × ``scale``."""
    return shades.repeat(scale, axis=0).repeat(scale, axis=1)


@dataclass(frozen=True, slots=True)
class _Windows:
    """The time that each frame shows: it begins at the frame's own time, as in the player."""

    start_us: int
    stop_us: int
    """Events from here on are not shown."""
    step_us: float
    window_us: int | None
    """How long each is; None for up to the next frame's time."""
    count: int

    @classmethod
    def of(
        cls, recording: Recording, selection: Selection, drawing: Drawing, *, moves: bool
    ) -> _Windows:
        """Of a clip as many as it takes to the selection's end; of a picture one.

        A picture without a window of its own shows the selection up to its end, where it has one.

        Raises:
            ExportError: nothing is selected.
        """
        start, stop = selection.span_in(recording)
        if moves:
            count = math.ceil((stop - start) / drawing.step_us)
            return cls(start, stop, drawing.step_us, drawing.window_us, count)
        to_its_end = DEFAULT_WINDOW_US if selection.t1 is None else stop - start
        return cls(start, stop, to_its_end, drawing.window_us, 1)

    def __iter__(self) -> Iterator[Window]:
        for number in range(self.count):
            t0, after = (
                self.start_us + round(frames * self.step_us) for frames in (number, number + 1)
            )
            yield t0, after if self.window_us is None else t0 + self.window_us
