"""The frequency of what a region sees: a rotor's blades, a lamp, anything that comes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.measuring.counts import RegionCounts
from evtui.measuring.periods import strongest_period
from evtui.region import Region
from evtui.units import US_PER_S

SPAN_US = 2 * US_PER_S
"""A span that shows 2 Hz and more."""

LONGEST_SPAN_US = 10 * US_PER_S

TRUSTED = 0.5
"""Confidence from which on a frequency is worth showing."""

FEWEST_EVENTS = 100

MOST_EVENTS = 1 << 18
"""Events held at a time while a span is read."""

_FIRST_STEP_US = 1_000
_LEAST_STEP_US = 50


@dataclass(frozen=True, slots=True, eq=False)
class Frequency:
    """The strongest periodicity of a region over a span of time."""

    hz: float
    """Mean over the span: of a rotor, blades a second that pass each place."""
    confidence: float
    """0.0 to 1.0; noise stays below 0.2, a clean rotor comes above 0.8."""
    t0: int
    """Start of the span, µs since the first event."""
    t1: int
    """End of the span, not included."""
    track_us: NDArray[np.float64]
    """Times of the track, µs since the first event, ascending; one at least."""
    track_hz: NDArray[np.float64]
    """Frequency at each of them."""

    def at(self, t_us: float) -> float:
        """Hz at one moment; before and after the track, that of its end."""
        return float(np.interp(t_us, self.track_us, self.track_hz))

    def rpm(self, blades: int) -> float:
        """Turns a minute of a rotor with so many equal blades."""
        return rpm(self.hz, blades)


def rpm(hz: float, blades: int) -> float:
    """Turns a minute of a rotor of whose ``blades`` so many pass a second."""
    return hz * 60 / blades


def span_around(position_us: int, duration_us: int, span_us: int = SPAN_US) -> tuple[int, int]:
    """The span about a position, moved into the recording and cut to it where it is shorter."""
    length = min(span_us, duration_us + 1)
    start = min(max(0, position_us - length // 2), duration_us + 1 - length)
    return start, start + length


def frequency_of(events: Events, region: Region, t0: int, t1: int) -> Frequency | None:
    """The frequency of a region in events that are at hand; see ``measure_frequency``."""
    counts = _counts(region, t0, t1)
    counts.add(events)
    return _frequency(counts, t0, t1)


def measure_frequency(
    window: Callable[[int, int], Events],
    region: Region,
    t0: int,
    t1: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Frequency | None:
    """The frequency of a region, read from a recording in steps of few events.

    Frequencies from 4 periods in the span up to 8,500 Hz are found; what comes more often may be
    taken for its half or third.  Where the speed changes by no more than a fifth within eight
    periods, ``hz`` is right within 1 %.  A hot pixel that fires regularly looks like a lamp: mask
    such pixels in what ``window`` gives.

    Args:
        window: a recording's, or one that filters what that gives; its errors come through.
        region: what is looked at.
        t0: start of the span, µs since the first event.
        t1: end of the span, not included; at most 10 s after t0.
        cancelled: asked before each step.

    Returns:
        None where there are too few events or too few periods to tell, or it was cancelled.

    Raises:
        ValueError: the span is empty or too long.
    """
    counts = _counts(region, t0, t1)
    start, step = t0, _FIRST_STEP_US
    while start < t1:
        if cancelled():
            return None
        stop = min(start + step, t1)
        events = window(start, stop)
        counts.add(events)
        # Half of what may be held: the next step may be fuller.
        fitting = step * MOST_EVENTS // (2 * max(1, len(events)))
        step = max(_LEAST_STEP_US, min(2 * step, fitting))
        start = stop
    return None if cancelled() else _frequency(counts, t0, t1)


def _counts(region: Region, t0: int, t1: int) -> RegionCounts:
    if not 0 < t1 - t0 <= LONGEST_SPAN_US:
        raise ValueError(f"a span of {t1 - t0} µs; it must be above 0, at most {LONGEST_SPAN_US}")
    return RegionCounts(region, t0, t1)


def _frequency(counts: RegionCounts, t0: int, t1: int) -> Frequency | None:
    if counts.events < FEWEST_EVENTS:
        return None
    found = strongest_period(counts.counts, (t1 - t0) / US_PER_S)
    if found is None:
        return None
    track_us = t0 + found.seconds * US_PER_S
    return Frequency(found.hz, found.confidence, t0, t1, track_us, found.track_hz)
