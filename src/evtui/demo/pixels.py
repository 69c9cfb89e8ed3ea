"""What a sensor's pixels make of edges: thresholds, latency, jitter, refractory time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evtui.events import Times

REFRACTORY_US = 150
"""A pixel rests so long after an event; an edge of high contrast gives several, so far apart."""

LONGEST_DELAY_US = 10_000
"""No event comes later after its edge: a slice of time as long has all of the one before."""

_MOST_EVENTS = 4
_MEAN_LATENCY_US = 80.0
_MEAN_JITTER_US = 20.0
_THRESHOLD_SPREAD = 0.15
_RIPPLES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Sparks:
    """Events before they are sorted and rounded; columns of one length.

    ``t`` is float64 µs, ``pixel`` int32 (row times width plus column), ``p`` uint8.
    """

    t: NDArray[np.float64]
    pixel: NDArray[np.int32]
    p: NDArray[np.uint8]

    @classmethod
    def gather(cls, parts: Iterable[Self]) -> Self:
        """All of them, one after the other."""
        held = list(parts)
        return cls(
            np.concatenate([part.t for part in held]),
            np.concatenate([part.pixel for part in held]),
            np.concatenate([part.p for part in held]),
        )

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Sparks:
        return Sparks(self.t[rows], self.pixel[rows], self.p[rows])


class Pixels:
    """A sensor before a background: each pixel has its own sensitivity, latency and last event."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        count = width * height
        threshold = rng.normal(1.0, _THRESHOLD_SPREAD, count).clip(0.5)
        background = _ripples(width, height, rng).ravel()
        self.width = width
        self.height = height
        self.sensitivity: NDArray[np.float32] = (background / threshold).astype(np.float32)
        """Events that a pixel gives where a mean one gives 1."""
        spread = np.exp(rng.normal(0.0, 0.4, count)).clip(0.2, 5.0)
        self._latency_us = (_MEAN_LATENCY_US * spread / background).astype(np.float32)
        self._last_us = np.full(count, -LONGEST_DELAY_US, np.int64)

    def see(
        self, mean: NDArray[np.float32], rng: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which crossings of edges are seen: chance decides about what is left of whole events.

        Args:
            mean: the events that each crossing gives on average.
            rng: the chance.

        Returns:
            One entry an event: the crossing it belongs to, and 0 for the crossing's first event,
            1 for its second, and so on.
        """
        events = (mean + rng.random(len(mean), np.float32)).astype(np.intp).clip(0, _MOST_EVENTS)
        seen = np.flatnonzero(events)
        events = events[seen]
        first = np.cumsum(events) - events
        crossing = np.repeat(seen, events)
        return crossing, np.arange(len(crossing)) - np.repeat(first, events)

    def answer(self, seen: Sparks, nth: NDArray[np.intp], rng: np.random.Generator) -> Sparks:
        """The events of crossings that are seen: each later by latency, jitter and its number."""
        jitter = rng.standard_exponential(len(nth), np.float32) * _MEAN_JITTER_US
        delay = self._latency_us[seen.pixel] + jitter + nth * (1.2 * REFRACTORY_US)
        return Sparks(seen.t + delay.clip(0, LONGEST_DELAY_US), seen.pixel, seen.p)

    def awake(self, t: Times, pixel: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each event comes after its pixel has rested from the one before.

        Args:
            t: in order; whole µs, not before those of the last call.
            pixel: of the same length.
        """
        order = _order_of(pixel)
        t, pixel = t[order], pixel[order]
        begins = np.diff(pixel, prepend=-1) != 0
        before = np.where(begins, self._last_us[pixel], np.roll(t, 1))
        self._last_us[pixel] = t
        rested = np.empty(len(t), np.bool_)
        rested[order] = t - before >= REFRACTORY_US
        return rested


def _order_of(pixel: NDArray[np.int32]) -> NDArray[np.intp]:
    """A stable argsort in two halves: numpy sorts 16 bits by radix, several times as fast as 32."""
    low = np.argsort(pixel.astype(np.uint16), kind="stable")
    high = (pixel >> 16).astype(np.uint16)
    return np.asarray(low[np.argsort(high[low], kind="stable")])


def _ripples(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A background, brighter here and darker there: float64 (height, width) around 1."""
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    field = np.zeros((height, width))
    for angle, waves, phase in rng.random((_RIPPLES, 3)) * (2 * np.pi, 3, 2 * np.pi):
        along = np.cos(angle) * x + np.sin(angle) * y
        field += np.cos(2 * np.pi * (1 + waves) * along / width + phase)
    return np.asarray(1 + 0.6 * field / _RIPPLES)
