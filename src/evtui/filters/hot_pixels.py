"""Finds the pixels that never rest in a sample of a recording."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events

STRETCHES = 8
STRETCH_US = 100_000
"""A sample: so many stretches, each so long, spread evenly over the recording."""

MOST_STRETCH_EVENTS = 1 << 20
"""Of a stretch with more events only its first part is counted."""

_FEWEST_EVENTS = 20
_ABOVE_MAD = 10.0
_ABOVE_NEIGHBOURS = 4.0
_OF_STRETCHES = 0.75
_MAD_TO_SIGMA = 1.4826


def sample(
    window: Callable[[int, int], Events],
    duration_us: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Events]:
    """Stretches spread over a recording, one at a time, for ``find_hot_pixels``.

    Args:
        window: the recording's; its errors come through.
        duration_us: of the recording.
        cancelled: asked before each stretch; True ends the sample.
    """
    length = min(STRETCH_US, duration_us // STRETCHES + 1)
    last = max(0, duration_us + 1 - length)
    for start in np.linspace(0, last, STRETCHES).astype(np.int64).tolist():
        if cancelled():
            return
        yield window(start, start + length)[:MOST_STRETCH_EVENTS]


def find_hot_pixels(stretches: Iterable[Events], width: int, height: int) -> NDArray[np.uint16]:
    """The pixels that fire far more than others do, wherever one looks in a recording.

    A pixel is hot if it

    - has at least ``20`` events in the sample, in three quarters of the stretches at least, so
      that something that passes by is not taken for one;
    - has more than the median of the active pixels and 10 of their deviations (the median absolute
      deviation, as a normal distribution's σ; at least √median and at least 1);
    - has 4 times as many as the second busiest of its 8 neighbours, and 4 more; the second, so
      that two hot pixels side by side are both found;
    - has as much more than each neighbour that is not hot by these rules: so the end of a line, of
      a lamp or an edge that stays in place, is no hot pixel.

    Args:
        stretches: parts of a recording, each of a tenth of a second or so.
        width: columns of the sensor; events outside it are not looked at.
        height: rows of the sensor.

    Returns:
        Columns and rows, uint16 (N, 2), the busiest first.
    """
    counts = np.zeros((height, width), np.int64)
    seen_in = np.zeros((height, width), np.int64)
    number = 0
    for events in stretches:
        inside = (events.x < width) & (events.y < height)
        pixel = events.y[inside].astype(np.int64) * width + events.x[inside]
        here = np.bincount(pixel, minlength=width * height).reshape(height, width)
        counts += here
        seen_in += here > 0
        number += 1
    active = counts[counts > 0]
    if not len(active):
        return np.empty((0, 2), np.uint16)
    hot = (
        (counts >= _FEWEST_EVENTS)
        & (seen_in >= _OF_STRETCHES * number)
        & (counts > _far_above(active))
        & (counts >= _ABOVE_NEIGHBOURS * (_busiest_neighbours(counts)[1] + 1))
    )
    others = np.where(hot, 0, counts)
    hot &= counts >= _ABOVE_NEIGHBOURS * (_busiest_neighbours(others)[0] + 1)
    y, x = np.nonzero(hot)
    busiest = np.argsort(-counts[y, x], kind="stable")
    return np.stack([x, y], axis=1)[busiest].astype(np.uint16)


def _far_above(active: NDArray[np.int64]) -> float:
    middle = float(np.median(active))
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(active - middle)))
    return middle + _ABOVE_MAD * max(spread, math.sqrt(middle), 1.0)


def _busiest_neighbours(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each pixel the largest and second largest count of the 8 around it.

    Outside the sensor nothing happens.
    """
    height, width = counts.shape
    padded = np.pad(counts, 1)
    first, second = np.zeros_like(counts), np.zeros_like(counts)
    for dy in (0, 1, 2):
        for dx in (0, 1, 2):
            if (dy, dx) == (1, 1):
                continue
            neighbour = padded[dy : dy + height, dx : dx + width]
            second = np.maximum(second, np.minimum(first, neighbour))
            first = np.maximum(first, neighbour)
    return first, second
