"""Shades → the Kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol).

The picture goes as a PNG of 16 colours, which is a tenth of what its pixels are; the terminal
scales it to the cells it is given.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence

from evtui.rendering.palettes import RGB
from evtui.rendering.views import Shades

CHUNK = 4096
"""The most characters of data in one sequence."""

BENEATH_BACKGROUNDS = -(1 << 30) - 1
"""A z-index, the first that lies under coloured cells too; only the usual background is over it."""

_START, _END = "\x1b_G", "\x1b\\"
_QUIET = "q=2"
"""No answers: Textual would take them for keys."""


def show(shades: Shades, palette: Sequence[RGB], image: int, cells: tuple[int, int]) -> str:
    """A picture at the cursor, which stays where it is; the background is transparent.

    A picture sent again under its number vanishes until it is decoded, so a moving one takes two
    numbers in turn, each frame followed by ``delete`` of the one before.

    Args:
        shades: the picture, each below 16.
        palette: the colour of each shade.
        image: the number by which the terminal knows it, 1 to 2³² − 1.
        cells: columns and rows that the terminal scales it to.
    """
    data = base64.b64encode(png(shades, palette)).decode("ascii")
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    columns, rows = cells
    said = f"a=T,{_QUIET},f=100,C=1,i={image},p=1,c={columns},r={rows},z={BENEATH_BACKGROUNDS},"
    sequences = []
    for number, chunk in enumerate(chunks, 1):
        more = int(number < len(chunks))
        sequences.append(f"{_START}{said}m={more};{chunk}{_END}")
        said = ""
    return "".join(sequences)


def delete(image: int) -> str:
    """Take a picture away, and out of the terminal's memory."""
    return f"{_START}a=d,{_QUIET},d=I,i={image}{_END}"


def png(shades: Shades, palette: Sequence[RGB]) -> bytes:
    """A PNG with a palette, 4 bits a pixel; shade 0 is transparent.

    Only runs of equal bytes are looked for: on event frames that is both the quickest and the
    shortest that zlib can do.
    """
    from PIL import Image

    picture = Image.fromarray(shades)
    picture.putpalette([channel for rgb in palette for channel in rgb])
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=0, compress_level=1, compress_type=zlib.Z_RLE)
    return file.getvalue()
