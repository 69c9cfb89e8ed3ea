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


def resample(values: NDArray[np.float64], bins: int) -> list[float]:
    """Counts per bin spread over another number of bins, their sum kept."""
    edges = np.concatenate(([0.0], np.cumsum(values)))
    wanted = np.interp(np.linspace(0, len(values), bins + 1), np.arange(len(edges)), edges)
    resampled: list[float] = np.diff(wanted).tolist()
    return resampled
