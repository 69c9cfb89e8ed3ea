"""Events per bin of time, fine enough for any timeline and for gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evtui.events import Polarities, Times
from evtui.recordings.base import Span, Timeline

_USUAL_BINS = 1 << 16
_MOST_BINS = 1 << 20
_COARSE_US = 4_000
"""Bins are no longer than this while there are not too many of them, so that gaps show."""


class TimeBins:
    """OFF events, ON events and steps back in time by bin.

    Bins are 1 µs at best.  Where a recording lasts longer than was expected, there are more of
    them, and beyond 2²⁰ two become one.
    """

    def __init__(self, duration_us: int) -> None:
        """Start at nothing.

        Args:
            duration_us: expected.
        """
        fine, finest = (-(-(duration_us + 1) // bins) for bins in (_USUAL_BINS, _MOST_BINS))
        self.bin_us = max(finest, min(fine, _COARSE_US))
        self._counts = np.zeros((duration_us // self.bin_us + 1, 2), np.int64)
        self._steps_back: NDArray[np.int64] | None = None

    def add(self, t: Times, p: Polarities, span: Span, ascending: bool) -> None:
        """Count a block of at least one event.

        Args:
            t: shape (N,), µs since the first event.
            p: shape (N,).
            span: the earliest and the latest of all times.
            ascending: whether no time is earlier than the one before.
        """
        self._make_room(span[1])
        low, high = (max(0, time) // self.bin_us for time in span)
        if high - low > len(t):
            np.add.at(self._counts.reshape(-1), self._places_of(t, p, 0), 1)
        elif ascending:
            self._add_ascending(t, p, low, high)
        else:
            counts = np.bincount(self._places_of(t, p, low), minlength=2 * (high - low + 1))
            self._counts[low : high + 1] += counts.reshape(-1, 2)

    def _add_ascending(self, t: Times, p: Polarities, low: int, high: int) -> None:
        edges = np.arange(low + 1, high + 1) * self.bin_us
        starts = np.concatenate([[0], np.searchsorted(t, edges)])
        counts = np.diff(starts, append=len(t))
        held = counts > 0
        on = np.add.reduceat(p, starts[held], dtype=np.uint32)
        bins = self._counts[low : high + 1]
        bins[held, 1] += on
        bins[held, 0] += counts[held] - on

    def add_steps_back(self, before: Times) -> None:
        """Count steps back in time.

        Args:
            before: the times before each of them, which were counted; shape (N,).
        """
        if self._steps_back is None:
            self._steps_back = np.zeros(len(self._counts), np.int64)
        self._steps_back = _longer(self._steps_back, len(self._counts))
        np.add.at(self._steps_back, self._bins_of(before), 1)

    def _places_of(self, t: Times, p: Polarities, low: int) -> NDArray[np.int64]:
        """Twice the bin, counted from ``low``, plus the polarity."""
        places = self._bins_of(t)
        # In place, since new memory costs more than the sums.
        places -= low
        places *= 2
        places += p
        return places

    def _bins_of(self, t: Times) -> NDArray[np.int64]:
        bins = t // self.bin_us
        return np.maximum(bins, 0, out=bins)

    def _make_room(self, latest: int) -> None:
        while latest // self.bin_us >= _MOST_BINS:
            self.bin_us *= 2
            self._counts = _halved(self._counts)
            if self._steps_back is not None:
                self._steps_back = _halved(self._steps_back)
        if (needed := latest // self.bin_us + 1) > len(self._counts):
            # Twice as many as before, so that growing again and again costs little.
            more = min(max(needed, 2 * len(self._counts)), _MOST_BINS)
            self._counts = _longer(self._counts, more)

    def counts(self, t_last: int) -> NDArray[np.int64]:
        """Events per bin up to the last one's, shape (bins,)."""
        counts: NDArray[np.int64] = self._counts[: t_last // self.bin_us + 1].sum(axis=1)
        return counts

    def timeline(self, bins: int, t_last: int, gaps: tuple[Span, ...]) -> Timeline:
        """A timeline whose edges are moved to the next bin's.

        Args:
            bins: of the timeline.
            t_last: the latest time of all.
            gaps: to be told with it.
        """
        edges = np.linspace(0, t_last + 1, bins + 1) / self.bin_us
        places = np.minimum(np.ceil(edges).astype(np.int64), len(self._counts))
        places[-1] = len(self._counts)
        off, on = _sums_between(self._counts, places).T
        steps_back = None
        if self._steps_back is not None:
            steps_back = _sums_between(_longer(self._steps_back, len(self._counts)), places)
        return Timeline(off + on, t_last, exact=True, on=on, steps_back=steps_back, gaps=gaps)


def _longer(counts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """As many rows as ``length``, the new ones zeros."""
    if len(counts) == length:
        return counts
    grown = np.zeros((length, *counts.shape[1:]), np.int64)
    grown[: len(counts)] = counts
    return grown


def _halved(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    even = _longer(counts, len(counts) + len(counts) % 2)
    summed: NDArray[np.int64] = even[::2] + even[1::2]
    return summed


def _sums_between(counts: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    below = np.concatenate([np.zeros_like(counts[:1]), np.cumsum(counts, axis=0)])
    return np.diff(below[places], axis=0).astype(np.float64)
