"""Shades → Sixel, the graphics of the VT240 and VT340 (VT330/VT340 Programmer Reference, ch. 14).

A picture is sent in bands of six rows.  In each band every colour has a line of characters, one
for six pixels of a column, and repeated ones are counted.  Pixels of an event frame are few, so all
work is done on those that are lit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.palettes import RGB
from evtui.rendering.views import Shades

BAND = 6
"""Rows in a band."""

_BLANK = ord("?")
"""The character of six pixels left alone; each bit above it is a pixel, the top one first."""

_SHADES = 32
_FEWEST_COUNTED = 4
_CHARACTER = 1
"""Stands for the repeated character in the table of repeats."""


def bands_of(height: int) -> int:
    """How many bands a picture of this height has."""
    return -(-height // BAND)


def encode(shades: Shades, palette: Sequence[RGB], bands: NDArray[np.bool_] | None = None) -> str:
    """A picture, or some bands of it, to be drawn where the cursor is.

    A band covers what was there: it is filled with the background first, and no pixel of it stays
    transparent.  Bands that are left out leave what is there.

    Args:
        shades: the picture, each below 32.
        palette: the colour of each shade, that of the background first.
        bands: which bands are sent, shape (bands,); all of them without it.

    Returns:
        One device control string; empty where there is nothing to send.
    """
    height, width = shades.shape
    chosen = np.ones(bands_of(height), np.bool_) if bands is None else bands
    if not chosen.any() or not width:
        return ""
    lines = _lines(shades, np.repeat(chosen, BAND)[:height])
    used = sorted({0, *(shade for _, shade, _ in lines)})
    colours = "".join(f"#{shade};2;{_percentages(palette[shade])}" for shade in used)
    band_texts = [""] * (int(np.flatnonzero(chosen)[-1]) + 1)
    for band in np.flatnonzero(chosen).tolist():
        band_texts[band] = _filled(width, min(BAND, height - band * BAND))
    for band, shade, text in lines:
        band_texts[band] += f"$#{shade}{text}"
    # P2 = 1: pixels that are not drawn stay as they are.
    return f'\x1bP0;1;0q"1;1;{width};{height}{colours}{"-".join(band_texts)}\x1b\\'


class _Runs(NamedTuple):
    """Equal columns beside each other in the order they are sent; arrays of one length."""

    line: NDArray[np.signedinteger]
    """``band * 32 + shade``."""
    skipped: NDArray[np.signedinteger]
    """Columns between the run before, or the line's beginning, and this one."""
    pixels: NDArray[np.uint8]
    """Which pixels of the columns are lit, the top one in bit 0."""
    length: NDArray[np.signedinteger]


def _lines(shades: Shades, rows: NDArray[np.bool_]) -> list[tuple[int, int, str]]:
    """Each line of characters: band, shade, text; in that order, lines without pixels left out."""
    runs = _runs(shades, rows)
    if not len(runs.line):
        return []
    repeats = _repeats(shades.shape[1])
    skips = repeats.take(runs.skipped, axis=0)
    np.copyto(skips, np.uint8(_BLANK), where=skips == _CHARACTER)
    drawn = repeats.take(runs.length, axis=0)
    np.copyto(drawn, (runs.pixels + np.uint8(_BLANK))[:, None], where=drawn == _CHARACTER)
    both = np.concatenate((skips, drawn), axis=1)
    text = both.tobytes().translate(None, b"\0").decode("ascii")
    sizes = np.count_nonzero(repeats, axis=1)
    ends = np.cumsum(sizes[runs.skipped] + sizes[runs.length])
    lasts = np.flatnonzero(np.diff(runs.line, append=-1))
    borders = pairwise([0, *ends[lasts].tolist()])
    return [
        (line // _SHADES, line % _SHADES, text[start:stop])
        for line, (start, stop) in zip(runs.line[lasts].tolist(), borders, strict=True)
    ]


def _runs(shades: Shades, rows: NDArray[np.bool_]) -> _Runs:
    width = shades.shape[1]
    # Half as many bytes are twice as fast, where the numbers fit.
    largest = bands_of(len(shades)) * _SHADES * width * 8
    whole = np.int32 if largest < 1 << 31 else np.int64
    places = np.flatnonzero((shades != 0) & rows[:, None]).astype(whole)
    row, column = np.divmod(places, whole(width))
    band, row_in_band = np.divmod(row, whole(BAND))
    line = band * whole(_SHADES) + shades.reshape(-1)[places]
    # Sorted, the pixels of one column of one line lie beside each other: the row comes last.
    ordered = (line * whole(width) + column) * whole(8) + row_in_band
    ordered.sort()
    cells = ordered >> 3
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    bits = np.left_shift(np.uint8(1), (ordered & 7).astype(np.uint8))
    pixels = np.bitwise_or.reduceat(bits, firsts) if len(firsts) else bits
    return _merged(cells[firsts], pixels, width)


def _merged(cells: NDArray[np.signedinteger], pixels: NDArray[np.uint8], width: int) -> _Runs:
    """Runs of equal columns, from ``line * width + column`` ascending and the pixels of each."""
    line, column = np.divmod(cells, width)
    new_line = np.diff(line, prepend=-1) != 0
    starts = new_line | (np.diff(cells, prepend=-2) != 1)
    starts[1:] |= pixels[1:] != pixels[:-1]
    firsts = np.flatnonzero(starts)
    length = np.diff(firsts, append=len(cells))
    ends = column[firsts] + length
    skipped = column[firsts] - np.where(new_line[firsts], 0, np.roll(ends, 1))
    return _Runs(line[firsts], skipped, pixels[firsts], length)


@lru_cache(maxsize=8)
def _repeats(width: int) -> NDArray[np.uint8]:
    """How so many equal columns are written, by their number: ASCII, zeros before it.

    A repeat, ``!`` with a number, is longer than three characters themselves.
    """
    longest = len(f"!{width}") + 1
    table = np.zeros((width + 1, max(longest, _FEWEST_COUNTED - 1)), np.uint8)
    for number in range(1, width + 1):
        counted = f"!{number}".encode() + bytes([_CHARACTER])
        text = counted if number >= _FEWEST_COUNTED else bytes([_CHARACTER]) * number
        table[number, -len(text) :] = np.frombuffer(text, np.uint8)
    return table


def _filled(width: int, rows: int) -> str:
    """A band's background: this many of its rows from the top, in shade 0."""
    return f"#0!{width}{chr(_BLANK + (1 << rows) - 1)}"


def _percentages(rgb: RGB) -> str:
    """Red, green, blue as Sixel counts them, from 0 to 100."""
    return ";".join(str(round(channel * 100 / 255)) for channel in rgb)
