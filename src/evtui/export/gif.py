"""Clips as GIF: each frame in the palette's own colours, written as soon as it is there.

Source: Graphics Interchange Format, version 89a (CompuServe, 1990); the NETSCAPE2.0 extension for
clips that begin again.  Pillow compresses a frame; by itself it would hold all of them until the
last one came.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from evtui.errors import ExportError
from evtui.export.picture_kinds import ClipHeading, FrameWriter
from evtui.files import written_beside
from evtui.rendering.views import Shades

MOST_FPS = 50
"""A frame lasts whole hundredths of a second, and browsers show one of a single hundredth for ten
(as Firefox and Chromium do it)."""

_COLOUR_BITS = 4
_TRANSPARENT = (1 << _COLOUR_BITS) - 1
"""Stands for a pixel that stays as it was; no shade is as high."""

_LARGEST = 0xFFFF
_STAYS = 1
"""A frame is left in place when the next one comes (disposal method 1)."""
_AGAIN = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
"""After the last frame comes the first, for ever."""
_END = b";"


@contextmanager
def open_gif(path: Path, heading: ClipHeading) -> Iterator[FrameWriter]:
    """A clip that begins again at its end; see ``picture_kinds.OpenFrames``."""
    if heading.fps > MOST_FPS:
        raise ExportError(
            f"{path}: a GIF shows at most {MOST_FPS} frames a second"
            f" (ask for fewer than {heading.fps:g}, or write an .mp4)"
        )
    if max(heading.width, heading.height) > _LARGEST:
        raise ExportError(f"{path}: a GIF is at most {_LARGEST} pixels wide and high (scale less)")
    with written_beside(path) as beside, beside.open("wb") as file:
        file.write(_header(heading) + _AGAIN)
        yield _GifWriter(file, heading.fps)
        file.write(_END)


def _header(heading: ClipHeading) -> bytes:
    """Signature, size, and the colours that all frames share."""
    size = heading.width.to_bytes(2, "little") + heading.height.to_bytes(2, "little")
    has_colours, size_of_table = 0x80, _COLOUR_BITS - 1
    background, aspect = 0, 0
    colours = bytes(channel for colour in heading.colours for channel in colour)
    table = colours.ljust(3 << _COLOUR_BITS, b"\0")
    return b"GIF89a" + size + bytes([has_colours | size_of_table, background, aspect]) + table


class _GifWriter:
    """Writes each frame whole, or only what changed since the one before, as is shorter."""

    def __init__(self, file: BinaryIO, fps: float) -> None:
        self._file = file
        self._fps = fps
        self._count = 0
        self._shown: Shades | None = None

    def append(self, shades: Shades) -> None:
        # The hundredths that one frame has too many, the next one has too few.
        ends = [round(100 * count / self._fps) for count in (self._count, self._count + 1)]
        hundredths = min(ends[1] - ends[0], _LARGEST)
        encoded = _frame(shades, (0, 0), hundredths)
        if self._shown is not None:
            change = _frame(*_changed(self._shown, shades), hundredths)
            encoded = min(encoded, change, key=len)
        self._file.write(encoded)
        self._shown = shades
        self._count += 1


def _changed(before: Shades, after: Shades) -> tuple[Shades, tuple[int, int]]:
    """The smallest part of a frame that differs from the one before, and its left and top."""
    differs = before != after
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):  # each frame is there to be counted, also where nothing happens
        return np.full((1, 1), _TRANSPARENT, np.uint8), (0, 0)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    patch = np.where(differs[part], after[part], np.uint8(_TRANSPARENT))
    return patch, (int(columns[0]), int(rows[0]))


def _frame(shades: Shades, place: tuple[int, int], hundredths: int) -> bytes:
    """One frame with its duration: graphic control extension, image descriptor, image data."""
    from PIL import GifImagePlugin, Image

    picture = Image.fromarray(shades)
    encoded = GifImagePlugin.getdata(
        picture, place, duration=10 * hundredths, transparency=_TRANSPARENT, disposal=_STAYS
    )
    return b"".join(encoded)
