"""A row of values as bars of eighth blocks, any number of rows high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def bars(values: Sequence[float], rows: int) -> list[str]:
    """Bars from the bottom up, scaled to the largest value, as ``rows`` strings from the top.

    A value above zero shows at least the smallest block, so that no activity is hidden.
    """
    peak = max(values, default=0.0)
    if peak <= 0:
        return [" " * len(values)] * rows
    heights = [max(1, round(value / peak * rows * 8)) if value > 0 else 0 for value in values]
    return [
        "".join(_EIGHTHS[min(8, max(0, height - 8 * below))] for height in heights)
        for below in range(rows - 1, -1, -1)
    ]


def mirrored(above: Sequence[float], below: Sequence[float], rows: int) -> list[str]:
    """Bars up and bars down from a line in the middle, both scaled to the largest of all.

    Returns:
        ``rows`` strings from the top, as many of them for ``below`` as for ``above`` or one more.
        Those for ``below`` have to be drawn reversed: no glyphs hang from the top, but what is
        left free of them stands at the bottom.
    """
    peak = max(*above, *below, 0.0) if above else 0.0
    up, down = rows // 2, rows - rows // 2
    upper = scaled(above, peak, up)
    lower = [line.translate(_REST) for line in reversed(scaled(below, peak, down))]
    return upper + lower


def scaled(values: Sequence[float], peak: float, rows: int) -> list[str]:
    """Bars where all values may be smaller than ``peak``, which fills all rows."""
    return [line[:-1] for line in bars([*values, peak], rows)]


_REST = str.maketrans(_EIGHTHS, _EIGHTHS[::-1])
"""The glyph for what a bar leaves free of its cell."""


def resample(
    values: NDArray[np.float64], bins: int, start: float = 0.0, stop: float = 1.0
) -> list[float]:
    """Counts per bin, or a stretch of them, spread over another number of bins, their sum kept.

    Args:
        values: counts, shape (N,).
        bins: wanted.
        start: where the stretch begins, as a share of all bins.
        stop: where it ends.
    """
    edges = np.concatenate(([0.0], np.cumsum(values)))
    places = np.linspace(start, stop, bins + 1) * len(values)
    resampled: list[float] = np.diff(np.interp(places, np.arange(len(edges)), edges)).tolist()
    return resampled
