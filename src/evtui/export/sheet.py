"""A contact sheet: one PNG with a picture of every recording, and what is known of it below."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.errors import ExportError, LoadError, RecordingError
from evtui.export.job import ExportCancelled
from evtui.export.picture import write_png
from evtui.library.discovery import Dataset, Obstacle
from evtui.library.previews import make_preview
from evtui.recordings.base import (
    Cancelled,
    Progress,
    Recording,
    RecordingInfo,
    never_cancelled,
    no_progress,
)
from evtui.region import Region
from evtui.rendering.frame import Look, draw_pixels
from evtui.rendering.palettes import PALETTES, RGB
from evtui.units import format_count, format_duration, format_rate, printable

TILE = (320, 240)
"""Width and height of a recording's picture at most."""

MOST_TILES = 1_000
"""The sheet is made in memory, about 0.3 MB a tile."""

_GAP = 12
_LINE = 16
_LINES = 3
_FONT_SIZE = 13
_REASON_LINES = 6
_NOT_IN_FONT = str.maketrans("µ×", "ux")
"""Pillow's own font has little more than ASCII; a name in other letters shows boxes."""

_PITCH = (TILE[0] + _GAP, TILE[1] + _GAP + _LINES * _LINE)

OpenRecording = Callable[[Path], Recording]
"""Raises ``RecordingError`` or ``LoadError``."""


@dataclass(frozen=True, slots=True)
class ExportedSheet:
    """What was written."""

    target: Path
    shown: int
    unreadable: int
    bytes: int


def write_sheet(
    target: Path,
    found: Sequence[Dataset | Obstacle],
    opens: OpenRecording,
    view: str = "polarity",
    palette: str = "classic",
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> ExportedSheet:
    """Draw a tile for each recording, of where it is liveliest; one is open at a time.

    A recording that cannot be read has a tile that says why.

    Args:
        target: the PNG; an existing one is replaced.
        found: the recordings in order, left to right and down.
        opens: opens one of them.
        view: what is made visible.
        palette: its colours.
        progress: is told the share done.
        cancelled: asked between recordings.

    Raises:
        ExportCancelled: ``cancelled`` said so.
        ExportError: the file cannot be written, or there is nothing to show, or too much.
    """
    if not found:
        raise ExportError(f"{target}: there are no recordings to show")
    if len(found) > MOST_TILES:
        raise ExportError(
            f"{target}: a sheet has room for {MOST_TILES:,} recordings, not {len(found):,}"
            " (name fewer of them)"
        )
    sheet = _Sheet(len(found), view, palette)
    for number, item in enumerate(found):
        if cancelled():
            raise ExportCancelled(f"{target}: cancelled")
        sheet.add(number, item, opens)
        progress((number + 1) / len(found))
    write_png(target, sheet.pixels)
    shown = len(found) - sheet.unreadable
    return ExportedSheet(target, shown, sheet.unreadable, target.stat().st_size)


class _Sheet:
    """The sheet as it fills up."""

    def __init__(self, tiles: int, view: str, palette: str) -> None:
        from PIL import Image, ImageDraw, ImageFont

        self._view, self._palette = view, PALETTES[palette]
        self._columns = math.ceil(math.sqrt(tiles))
        size = (
            _GAP + self._columns * _PITCH[0],
            _GAP + math.ceil(tiles / self._columns) * _PITCH[1],
        )
        self._text, self._faint, around = _colours_beside(self._palette[0])
        self._image = Image.new("RGB", size, around)
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(_FONT_SIZE)
        self.unreadable = 0

    @property
    def pixels(self) -> NDArray[np.uint8]:
        return np.asarray(self._image)

    def add(self, number: int, item: Dataset | Obstacle, opens: OpenRecording) -> None:
        """Draw one tile: picture, name, figures; or the reason why there are none."""
        row, column = divmod(number, self._columns)
        left, top = _GAP + column * _PITCH[0], _GAP + row * _PITCH[1]
        self._draw.rectangle((left, top, left + TILE[0] - 1, top + TILE[1] - 1), self._palette[0])
        path = item.path
        try:
            if isinstance(item, Obstacle):
                raise RecordingError(path, item.reason)
            lines = self._draw_recording(left, top, path, opens)
        except (RecordingError, LoadError) as error:
            self.unreadable += 1
            lines = ["cannot be read"]
            self._draw_reason(left, top, str(error).removeprefix(f"{path}: "))
        name = f"{item.folder}/{path.name}" if isinstance(item, Dataset) and item.folder else ""
        self._write(left, top + TILE[1], name or path.name, self._text)
        for place, line in enumerate(lines, 1):
            self._write(left, top + TILE[1] + place * _LINE, line, self._faint)

    def _draw_recording(self, left: int, top: int, path: Path, opens: OpenRecording) -> list[str]:
        from PIL import Image

        with closing(opens(path)) as recording:
            preview = make_preview(recording)
        info = preview.info
        look = Look(self._view, "half", Region(0, 0, info.width, info.height))
        window = preview.at_us, preview.at_us + preview.window_us
        picture = draw_pixels(preview.events, look, *TILE, (1, 1), window)
        pixels = np.array(self._palette, np.uint8)[picture.enlarged((1, 1))]
        tile = Image.fromarray(pixels)
        place = left + (TILE[0] - tile.width) // 2, top + (TILE[1] - tile.height) // 2
        self._image.paste(tile, place)
        return _figures(info)

    def _draw_reason(self, left: int, top: int, reason: str) -> None:
        lines = textwrap.wrap(printable(reason), 42)[:_REASON_LINES]
        first = top + (TILE[1] - len(lines) * _LINE) // 2
        for number, line in enumerate(lines):
            self._write(left + _GAP, first + number * _LINE, line, self._faint, 2 * _GAP)

    def _write(self, left: int, top: int, text: str, colour: RGB, less: int = 0) -> None:
        """A line of text, cut where it would leave the tile."""
        shown = printable(text)
        while len(shown) > 1 and self._font.getlength(shown) > TILE[0] - less:
            shown = shown[:-2] + "…"
        self._draw.text((left, top), shown, colour, self._font)


def _figures(info: RecordingInfo) -> list[str]:
    about_events = "" if info.events_exact else "~"
    about_time = "" if info.duration_exact else "~"
    events = f"{about_events}{format_count(info.events)} events"
    duration = f"{about_time}{format_duration(info.duration_us)}"
    rate = f"{about_events or about_time}{format_rate(info.rate)}"
    lines = f"{duration} · {events} · {rate}", f"{info.format} · {info.width}×{info.height}"
    return [line.translate(_NOT_IN_FONT) for line in lines]


def _colours_beside(background: RGB) -> tuple[RGB, RGB, RGB]:
    """Text, lesser text and the sheet around the tiles, to go with pictures on a background."""
    if sum(background) < 3 * 128:
        return (235, 235, 235), (150, 155, 165), (32, 35, 42)
    return (20, 20, 20), (95, 95, 100), (225, 227, 230)
