"""Pictures: an array of pixels as PNG."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.export.picture_kinds import ClipHeading, FrameWriter
from evtui.files import written_beside
from evtui.rendering.views import Shades


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a picture as PNG, whole or not at all.

    Args:
        path: the file; an existing one is replaced.
        pixels: red, green, blue; uint8 of shape (height, width, 3), the first row at the top.

    Raises:
        ExportError: the file cannot be written.
        ValueError: the array is of another shape or dtype.
    """
    encoded = png(pixels)
    with written_beside(path) as beside:
        beside.write_bytes(encoded)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a PNG file.

    Args:
        pixels: as ``write_png`` takes them.

    Raises:
        ValueError: the array is of another shape or dtype.
    """
    from PIL import Image

    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(
            f"a picture is uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}"
        )
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


@contextmanager
def open_png(path: Path, heading: ClipHeading) -> Iterator[FrameWriter]:
    """One frame as a picture; see ``picture_kinds.OpenFrames``."""
    yield _Still(path, heading)


class _Still:
    """Takes the one frame that a picture has."""

    def __init__(self, path: Path, heading: ClipHeading) -> None:
        self._path = path
        self._colours = np.array(heading.colours, np.uint8)

    def append(self, shades: Shades) -> None:
        write_png(self._path, self._colours[shades])
