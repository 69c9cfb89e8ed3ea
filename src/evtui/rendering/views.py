"""What is made visible of a raster: each view turns counts into one shade per dot."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.raster import Raster


class Shade(IntEnum):
    """What a dot shows.  A palette gives each shade its colour; NOTHING is the background."""

    NOTHING = 0
    OFF_DIM = 1
    OFF_BRIGHT = 2
    ON_DIM = 3
    ON_BRIGHT = 4
    HEAT_1 = 5
    HEAT_2 = 6
    HEAT_3 = 7
    HEAT_4 = 8


Shades = NDArray[np.uint8]
"""One ``Shade`` per dot, shape (rows, columns)."""

View = Callable[[Raster], Shades]


def polarity(raster: Raster) -> Shades:
    """The majority polarity of each dot, bright where it has more events than most dots have.

    Where ON and OFF are equal, ON is shown.  Two levels read best: more hide the shape.
    """
    total = raster.total
    bright = total > _usual(total)
    shades = np.where(raster.on >= raster.off, Shade.ON_DIM, Shade.OFF_DIM).astype(np.uint8)
    shades += bright
    shades[total == 0] = Shade.NOTHING
    return shades


def on_only(raster: Raster) -> Shades:
    """ON events alone."""
    return _one_polarity(raster.on, Shade.ON_DIM)


def off_only(raster: Raster) -> Shades:
    """OFF events alone."""
    return _one_polarity(raster.off, Shade.OFF_DIM)


def count(raster: Raster) -> Shades:
    """Events of either polarity in four levels: up to what most dots have, to 2×, to 4×, above."""
    total = raster.total
    usual = _usual(total)
    steps = np.array([0, usual, 2 * usual, 4 * usual])
    levels = np.searchsorted(steps, total, side="left").astype(np.uint8)
    levels[levels > 0] += Shade.HEAT_1 - 1
    return levels


VIEWS: dict[str, View] = {
    "polarity": polarity,
    "on": on_only,
    "off": off_only,
    "count": count,
}
"""Every view by the name that settings and the status line use."""


def _one_polarity(counts: NDArray[np.int64], dim: Shade) -> Shades:
    shades = np.where(counts > 0, dim, Shade.NOTHING).astype(np.uint8)
    shades += counts > _usual(counts)
    return shades


def _usual(counts: NDArray[np.int64]) -> float:
    """The mean count of dots that have any; at least 1, so that single events stay dim."""
    dots = np.count_nonzero(counts)
    return max(1.0, float(counts.sum()) / dots) if dots else 1.0
