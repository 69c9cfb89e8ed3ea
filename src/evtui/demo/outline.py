"""The events of a moving body: its outline darkens the pixels before it and frees those behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evtui.demo.motion import Floats, Pose
from evtui.demo.pixels import Pixels, Sparks
from evtui.events import OFF, ON

_BLUR_PX = 0.35
"""How far an event strays from the ideal edge: no lens is perfect."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A straight arm between two points of the body, in pixels from its middle."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float


@dataclass(frozen=True, slots=True)
class Disc:
    """A round part of the body, in pixels from its middle."""

    x: float
    y: float
    radius: float
    flatten: float = 1.0
    """Height over width."""


class OutlineEdges:
    """The outline of dark parts, one point a pixel, as it moves over the sensor."""

    def __init__(self, parts: Sequence[Bar | Disc], contrast: float, pixels: Pixels) -> None:
        self._pixels = pixels
        self._contrast = contrast
        points = [_around_bar(part) if isinstance(part, Bar) else _around(part) for part in parts]
        self._x, self._y, self._out_x, self._out_y = np.concatenate(points, axis=1)

    def between(
        self, t0_us: float, t1_us: float, begin: Pose, end: Pose, rng: np.random.Generator
    ) -> Sparks:
        """The events of a slice of time in which the body moves from one pose to another."""
        x0, y0 = begin.place(self._x, self._y)
        x1, y1 = end.place(self._x, self._y)
        out_x, out_y = Pose(0, 0, begin.roll).place(self._out_x, self._out_y)
        swept = (x1 - x0) * out_x + (y1 - y0) * out_y
        share = rng.random(len(swept))
        stray_x, stray_y = rng.normal(0, _BLUR_PX, (2, len(swept)))
        x = np.rint(x0 + share * (x1 - x0) + stray_x)
        y = np.rint(y0 + share * (y1 - y0) + stray_y)
        inside = (x >= 0) & (x < self._pixels.width) & (y >= 0) & (y < self._pixels.height)
        t = (t0_us + share * (t1_us - t0_us))[inside]
        pixel = (y * self._pixels.width + x)[inside].astype(np.int32)
        p = np.where(swept[inside] > 0, OFF, ON).astype(np.uint8)
        mean = np.abs(swept[inside]) * self._contrast * self._pixels.sensitivity[pixel]
        seen, nth = self._pixels.see(mean.astype(np.float32), rng)
        return self._pixels.answer(Sparks(t, pixel, p)[seen], nth, rng)


def _around(disc: Disc) -> Floats:
    """Points along a disc: float64 (4, points), x, y and the direction that points outwards."""
    count = max(8, round(2 * math.pi * disc.radius))
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = disc.x + disc.radius * cos, disc.y + disc.radius * disc.flatten * sin
    out_x, out_y = disc.flatten * cos, sin
    length = np.hypot(out_x, out_y)
    return np.stack([x, y, out_x / length, out_y / length])


def _around_bar(bar: Bar) -> Floats:
    """Points along both sides of a bar, as for a disc."""
    length = math.hypot(bar.x1 - bar.x0, bar.y1 - bar.y0)
    along = np.linspace(0, 1, max(2, round(length)))
    out_x, out_y = (bar.y1 - bar.y0) / length, (bar.x0 - bar.x1) / length
    sides = []
    for side in (-1, 1):
        x = bar.x0 + along * (bar.x1 - bar.x0) + side * out_x * bar.width / 2
        y = bar.y0 + along * (bar.y1 - bar.y0) + side * out_y * bar.width / 2
        ones = np.ones_like(along)
        sides.append(np.stack([x, y, side * out_x * ones, side * out_y * ones]))
    return np.concatenate(sides, axis=1)
