"""Pictures: an array of pixels into a PNG file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.files import written_beside


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a picture as PNG, whole or not at all.

    Args:
        path: the file; an existing one is replaced.
        pixels: red, green, blue; uint8 of shape (height, width, 3), the first row at the top.

    Raises:
        ExportError: the file cannot be written.
        ValueError: the array is of another shape or dtype.
    """
    from PIL import Image

    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(
            f"a picture is uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}"
        )
    with written_beside(path) as beside:
        Image.fromarray(pixels).save(beside, format="PNG")
