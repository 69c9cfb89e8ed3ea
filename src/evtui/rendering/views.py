"""What is made visible of a raster: each view turns it into one shade per dot."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evtui.events import OFF, ON
from evtui.rendering.exposure import AUTO, Exposure, usual_count
from evtui.rendering.raster import NEVER, Counts, Raster


class Shade(IntEnum):
    """What a dot shows.  A palette gives each shade its colour; NOTHING is the background.

    The shades of OFF come before those of ON, each from dim to bright, and the glyphs rely on it.
    """

    NOTHING = 0
    OFF_DIM = 1
    OFF_BRIGHT = 2
    OFF_NEWEST = 3
    ON_DIM = 4
    ON_BRIGHT = 5
    ON_NEWEST = 6
    HEAT_1 = 7
    HEAT_2 = 8
    HEAT_3 = 9
    HEAT_4 = 10
    HEAT_5 = 11
    HEAT_6 = 12


HEAT = tuple(shade for shade in Shade if shade >= Shade.HEAT_1)

Shades = NDArray[np.uint8]
"""One ``Shade`` per dot, shape (rows, columns)."""

View = Callable[[Raster, Exposure], Shades]

SURFACE_DECAY = 1 / 4
"""The time surface's decay constant, as a share of the window."""

_SURFACE_LEVELS = (2 / 3, 1 / 3)
"""What is left of an event, e^(-age / decay), at the end of being new and of being recent."""


def polarity(raster: Raster, exposure: Exposure = AUTO) -> Shades:
    """The majority polarity of each dot, bright where it has more events than most dots have.

    Where ON and OFF are equal, ON is shown.  Two levels read best: more hide the shape.
    """
    total = raster.total
    shades = _dim(raster.on >= raster.off)
    shades += _above(total, exposure.usual(total))
    shades *= total > 0
    return shades


def on_only(raster: Raster, exposure: Exposure = AUTO) -> Shades:
    """ON events alone."""
    return _one_polarity(raster.on, Shade.ON_DIM, exposure)


def off_only(raster: Raster, exposure: Exposure = AUTO) -> Shades:
    """OFF events alone."""
    return _one_polarity(raster.off, Shade.OFF_DIM, exposure)


def count(raster: Raster, exposure: Exposure = AUTO) -> Shades:
    """Events of either polarity as heat: up to half of what most dots have, then by doublings."""
    total = raster.total
    first = exposure.usual(total) / 2
    shades = (total > 0).view(np.uint8)
    lit = shades != 0
    for doubling in range(len(HEAT) - 1):
        shades += _above(total, max(1.0, first) * 2**doubling)
    shades += lit * np.uint8(Shade.HEAT_1 - 1)
    return shades


def surface(raster: Raster, exposure: Exposure = AUTO) -> Shades:
    """The newest event of each dot by its polarity and age: a time surface in three levels.

    An event fades by e^(-age / decay) before the window's end, where the decay is a quarter of
    the window: new down to 2/3 (the last 10 % of the window), recent down to 1/3 (the 17 % before
    them), then old.  A brighter exposure fades more slowly.
    """
    newest = raster.newest
    t0, t1 = raster.window
    latest = np.maximum(newest[ON], newest[OFF])
    decay = SURFACE_DECAY * (t1 - t0) * exposure.gain
    shades = _dim(newest[ON] >= newest[OFF])
    for left in _SURFACE_LEVELS:
        shades += latest >= t1 + round(decay * math.log(left))
    shades *= latest != NEVER
    return shades


VIEWS: dict[str, View] = {
    "polarity": polarity,
    "on": on_only,
    "off": off_only,
    "count": count,
    "surface": surface,
}
"""Every view by the name that settings and the status line use."""


def auto_level(view: str, raster: Raster) -> float:
    """The level that an automatic exposure takes for a raster; see ``Exposure.held``."""
    counted = {"on": raster.on, "off": raster.off}
    return usual_count(counted.get(view, raster.total))


def _dim(on: NDArray[np.bool_]) -> Shades:
    return np.where(on, np.uint8(Shade.ON_DIM), np.uint8(Shade.OFF_DIM))


def _above(counts: Counts, level: float) -> NDArray[np.bool_]:
    # Counts are whole, so the level's fraction only costs a copy of them as floats.
    return counts > math.floor(level)


def _one_polarity(counts: Counts, dim: Shade, exposure: Exposure) -> Shades:
    shades = (counts > 0) * np.uint8(dim)
    shades += _above(counts, exposure.usual(counts))
    return shades
