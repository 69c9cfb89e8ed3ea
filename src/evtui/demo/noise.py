"""Events without a cause: background activity of every pixel, and hot pixels that never rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.demo.pixels import Sparks
from evtui.units import US_PER_S


@dataclass(frozen=True, slots=True)
class Noise:
    """How noisy a sensor is."""

    rate_hz: float
    """Mean rate of one pixel."""
    on_share: float = 0.6
    hot_pixels: int = 0
    hot_hz: tuple[float, float] = (200.0, 3000.0)
    """Slowest and fastest hot pixel, events/s."""


@dataclass(frozen=True, slots=True, eq=False)
class HotPixels:
    """Where the hot pixels are and how fast each fires; arrays of one length."""

    pixel: NDArray[np.int32]
    hz: NDArray[np.float64]


def choose_hot_pixels(noise: Noise, count: int, rng: np.random.Generator) -> HotPixels:
    """The hot pixels of a sensor with ``count`` pixels: slow ones are common, fast ones rare."""
    pixel = rng.choice(count, noise.hot_pixels, replace=False).astype(np.int32)
    slowest, fastest = noise.hot_hz
    hz = slowest * (fastest / slowest) ** rng.random(noise.hot_pixels)
    return HotPixels(pixel, hz)


def noise_between(
    t0_us: float,
    t1_us: float,
    noise: Noise,
    hot: HotPixels,
    count: int,
    rng: np.random.Generator,
) -> Sparks:
    """The noise of a sensor with ``count`` pixels, t0 ≤ t < t1, in no order."""
    seconds = (t1_us - t0_us) / US_PER_S
    anywhere = rng.integers(0, count, rng.poisson(noise.rate_hz * count * seconds), np.int32)
    pixel = np.concatenate([anywhere, np.repeat(hot.pixel, rng.poisson(hot.hz * seconds))])
    t = rng.uniform(t0_us, t1_us, len(pixel))
    return Sparks(t, pixel, (rng.random(len(pixel)) < noise.on_share).astype(np.uint8))
