"""A long span of time cut into windows that hold so many events, for whoever reads all of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise

import numpy as np

from evtui.recordings.base import Recording
from evtui.units import US_PER_S

FIRST_EVENTS = 1 << 16
"""Events of the first window: soon there for a reader who wants only a few."""

MOST_EVENTS = 1 << 18
"""Events of a later window: 3.4 MB of them."""

_BINS = 4_096


def slices(recording: Recording, t0: int, t1: int) -> Iterator[tuple[int, int]]:
    """Windows that follow each other from ``t0`` to ``t1``, at least one.

    They are cut by what the recording tells of its event rate, so that each holds about
    ``MOST_EVENTS`` or fewer wherever that is right.

    Args:
        recording: to be read; only its timeline is looked at here, and not even that for a span of
            few events.
        t0: start in µs since the first event; may lie before 0.
        t1: end, not included; may lie past the last event.

    Raises:
        RecordingError: the timeline cannot be read.
    """
    return pairwise(chain([t0], _cuts(recording, t0, t1), [t1]))


def _cuts(recording: Recording, t0: int, t1: int) -> Iterator[int]:
    """Times between ``t0`` and ``t1``, ascending."""
    info = recording.info
    if not info.rate:
        return
    first = max(t0, 0) + round(FIRST_EVENTS / info.rate * US_PER_S)
    stop = min(t1, info.duration_us + 1)
    if first >= stop:
        return
    yield first
    timeline = recording.timeline(_BINS)
    edges = np.arange(_BINS + 1) * timeline.bin_us
    below = np.concatenate([[0.0], np.cumsum(timeline.counts)])
    begin, end = np.interp([first, stop], edges, below)
    events = 2.0 * FIRST_EVENTS
    row = begin + events
    while row < end:
        yield round(float(np.interp(row, below, edges)))
        events = min(2 * events, MOST_EVENTS)
        row += events
