"""A row of values as bars of eighth blocks, any number of rows high."""

from __future__ import annotations

from collections.abc import Sequence

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
