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

    Bins are 1 µs at best.  Where events come before or after what was expected, there are more of
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
        self._first = 0
        """Number of the first bin; number 0 begins at time 0."""
        self._steps_back: NDArray[np.int64] | None = None

    def add(self, t: Times, p: Polarities, span: Span, ascending: bool) -> None:
        """Count a block of at least one event.

        Args:
            t: shape (N,), µs.
            p: shape (N,).
            span: the earliest and the latest of all times.
            ascending: whether no time is earlier than the one before.
        """
        self._make_room(*span)
        low, high = (time // self.bin_us for time in span)
        if high - low > len(t):
            np.add.at(self._counts.reshape(-1), self._places_of(t, p, self._first), 1)
        elif ascending:
            self._add_ascending(t, p, low, high)
        else:
            counts = np.bincount(self._places_of(t, p, low), minlength=2 * (high - low + 1))
            self._between(low, high)[:] += counts.reshape(-1, 2)

    def _add_ascending(self, t: Times, p: Polarities, low: int, high: int) -> None:
        edges = np.arange(low + 1, high + 1) * self.bin_us
        starts = np.concatenate([[0], np.searchsorted(t, edges)])
        counts = np.diff(starts, append=len(t))
        held = counts > 0
        on = np.add.reduceat(p, starts[held], dtype=np.uint32)
        bins = self._between(low, high)
        bins[held, 1] += on
        bins[held, 0] += counts[held] - on

    def add_steps_back(self, before: Times) -> None:
        """Count steps back in time.

        Args:
            before: the times before each of them, which were counted; shape (N,).
        """
        if self._steps_back is None:
            self._steps_back = np.zeros(len(self._counts), np.int64)
        np.add.at(self._steps_back, before // self.bin_us - self._first, 1)

    def _places_of(self, t: Times, p: Polarities, low: int) -> NDArray[np.int64]:
        """Twice the bin, counted from ``low``, plus the polarity."""
        places = t // self.bin_us
        # In place, since new memory costs more than the sums.
        places -= low
        places *= 2
        places += p
        return places

    def _between(self, low: int, high: int) -> NDArray[np.int64]:
        """The bins of these numbers, the last one included."""
        return self._counts[low - self._first : high - self._first + 1]

    def _make_room(self, earliest: int, latest: int) -> None:
        missing = self._missing(earliest, latest)
        while sum(missing) + len(self._counts) > _MOST_BINS:
            self._coarsen()
            missing = self._missing(earliest, latest)
        if any(missing):
            self._grow(*missing)

    def _missing(self, earliest: int, latest: int) -> tuple[int, int]:
        """How many bins there would have to be before the first, and after the last."""
        stop = self._first + len(self._counts)
        before, after = self._first - earliest // self.bin_us, latest // self.bin_us + 1 - stop
        return max(0, before), max(0, after)

    def _grow(self, before: int, after: int) -> None:
        """Add bins: as many as there are or more, so that growing again and again costs little."""
        spare = max(0, min(len(self._counts), _MOST_BINS - len(self._counts)) - before - after)
        if after:
            after += spare
        else:
            before += spare
        self._counts = _padded(self._counts, before, after)
        if self._steps_back is not None:
            self._steps_back = _padded(self._steps_back, before, after)
        self._first -= before

    def _coarsen(self) -> None:
        """Make one bin of two."""
        odd = self._first % 2
        self._counts = _halved(self._counts, odd)
        if self._steps_back is not None:
            self._steps_back = _halved(self._steps_back, odd)
        self._first //= 2
        self.bin_us *= 2

    def start(self, t: int) -> int:
        """When the bin of a time begins."""
        return t // self.bin_us * self.bin_us

    def counts(self, span: Span) -> NDArray[np.int64]:
        """Events per bin, from the bin of one time to that of another, shape (bins,)."""
        low, high = (time // self.bin_us for time in span)
        counts: NDArray[np.int64] = self._between(low, high).sum(axis=1)
        return counts

    def timeline(self, bins: int, span: Span, gaps: tuple[Span, ...]) -> Timeline:
        """A timeline whose edges are moved to the next bin's.

        Args:
            bins: of the timeline.
            span: the earliest and the latest time of all.
            gaps: to be told with it.
        """
        duration = span[1] - span[0]
        edges = np.linspace(0, duration + 1, bins + 1) + (span[0] - self._first * self.bin_us)
        places = np.minimum(np.ceil(edges / self.bin_us).astype(np.int64), len(self._counts))
        places[0], places[-1] = 0, len(self._counts)
        off, on = _sums_between(self._counts, places).T
        back = None if self._steps_back is None else _sums_between(self._steps_back, places)
        return Timeline(off + on, duration, exact=True, on=on, steps_back=back, gaps=gaps)


def _padded(counts: NDArray[np.int64], before: int, after: int) -> NDArray[np.int64]:
    """So many rows of zeros more at either end."""
    grown = np.zeros((before + len(counts) + after, *counts.shape[1:]), np.int64)
    grown[before : before + len(counts)] = counts
    return grown


def _halved(counts: NDArray[np.int64], odd: int) -> NDArray[np.int64]:
    """Sums of two rows each; where ``odd`` is 1 the first is the second of its two."""
    even = _padded(counts, odd, (len(counts) + odd) % 2)
    summed: NDArray[np.int64] = even[::2] + even[1::2]
    return summed


def _sums_between(counts: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    below = np.concatenate([np.zeros_like(counts[:1]), np.cumsum(counts, axis=0)])
    return np.diff(below[places], axis=0).astype(np.float64)
