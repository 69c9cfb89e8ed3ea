"""Bursts: where a recording becomes lively, told from its timeline; the player's chapters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.base import Timeline

QUIET_QUANTILE = 0.1
QUIET_SHARE_OF_MEAN = 1 / 20
RISES_TO, FALLS_TO = 3.0, 1.5
CHANCE_DEVIATIONS = 10.0
BRIDGED_SHARE = 1 / 100
SHORTEST_SHARE = 1 / 500


@dataclass(frozen=True, slots=True)
class Burst:
    """A span of activity, start ≤ t < end, µs; as fine as the timeline's bins."""

    start_us: int
    end_us: int


def find_bursts(timeline: Timeline) -> tuple[Burst, ...]:
    """The bursts of activity in a recording, by time; none where activity is much the same.

    The quiet rate is that of the recording's quietest tenth, but never less than a twentieth of the
    mean, so that there is a measure where most of a recording is silent.  A burst is a run of bins
    above 1.5 × the quiet rate, one of them at least above 3 ×: it begins where the rate starts to
    rise, and one that flickers about a threshold is not cut into many.  The upper threshold lies at
    least ten standard deviations above a quiet bin, the lower one five, because a bin of few events
    proves little.  Bursts parted by a pause of less than 1/100 of the recording are one; those
    shorter than 1/500 of it are left out.

    So a steady rate, noise about it, and a rate that swings by less than 3 × have no bursts.
    Neither has a recording that is quiet for less than a tenth of its time: there the lively rate
    is the usual one.

    Args:
        timeline: estimated or exact; some hundred bins tell most.
    """
    bin_us, length = timeline.bin_us, timeline.duration_us + 1
    bursts: list[Burst] = []
    for first, past in _lively_runs(timeline.counts):
        start, end = int(first * bin_us), min(math.ceil(past * bin_us), length)
        if bursts and start - bursts[-1].end_us < length * BRIDGED_SHARE:
            start = bursts.pop().start_us
        bursts.append(Burst(start, end))
    shortest = length * SHORTEST_SHARE
    return tuple(burst for burst in bursts if burst.end_us - burst.start_us >= shortest)


def _lively_runs(counts: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """The first bin of each run that is lively, and the bin past its last."""
    quiet = max(float(np.quantile(counts, QUIET_QUANTILE)), counts.mean() * QUIET_SHARE_OF_MEAN)
    chance = CHANCE_DEVIATIONS * math.sqrt(quiet + 2)  # a tenth of few events may be none
    high = counts > max(RISES_TO * quiet, quiet + chance)
    above = counts > max(FALLS_TO * quiet, quiet + chance / 2)
    edges = np.flatnonzero(np.diff(above, prepend=False, append=False))
    for first, past in edges.reshape(-1, 2).tolist():
        if high[first:past].any():
            yield first, past
