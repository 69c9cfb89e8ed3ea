"""Gaps: stretches of time without a single event, though many came just before and just after.

A camera or a recorder that loses data loses all of it, from one moment to the next, while much goes
on.  A scene that comes to rest grows quiet first, sensor noise goes on in it, and a light that
blinks is dark again and again.  So a stretch without an event is a gap where

- it lasts ``SHORTEST_US`` or more;
- the tenth of its length just before it, and likewise just after it, holds ``FEWEST_BESIDE`` events
  or more: ten times as many and more are missing;
- that tenth is no quieter than half the rate of the stretch of the gap's length it belongs to: the
  events did not die away;
- without the longest of them, such stretches fill a quarter of the recording at most: they are
  not its rhythm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.base import Span
from evtui.recordings.findings import Finding, finding
from evtui.units import format_duration, format_position

SHORTEST_US = 50_000
FEWEST_BESIDE = 100

MOST_KEPT = 1_000
"""Gaps that a timeline shows, the longest."""

_SHORTEST_BINS = 20
"""A gap's tenth is two bins at least."""
_RHYTHM = 0.25
_STEADY = 0.5


def find_gaps(counts: NDArray[np.int64], bin_us: int) -> tuple[Span, ...]:
    """The gaps of a recording, in order of time.

    Args:
        counts: events per bin, shape (bins,); the first and the last bin hold events.
        bin_us: length of a bin.
    """
    borders = np.flatnonzero(np.diff(counts == 0, prepend=False, append=False))
    starts, stops = borders[::2], borders[1::2]
    long = stops - starts >= max(_SHORTEST_BINS, -(-SHORTEST_US // bin_us))
    starts, stops = starts[long], stops[long]
    if not len(starts) or _is_rhythm(stops - starts, len(counts)):
        return ()
    below = np.concatenate([[0], np.cumsum(counts)])
    lost = _is_steady(below, starts, starts - stops) & _is_steady(below, stops, stops - starts)
    return tuple(
        (int(start) * bin_us, int(stop) * bin_us)
        for start, stop in zip(starts[lost], stops[lost], strict=True)
    )


def _is_rhythm(lengths: NDArray[np.int64], bins: int) -> bool:
    longest = int(lengths.max())
    return int(lengths.sum()) - longest > _RHYTHM * (bins - longest)


def _is_steady(
    below: NDArray[np.int64], border: NDArray[np.int64], step: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether many events lie beside each border, and did not die away towards it.

    Args:
        below: events before each bin and before the end, shape (bins + 1,).
        border: first or last bin of each gap.
        step: length of each gap in bins, with the sign of the way away from it.
    """
    tenth = np.sign(step) * np.maximum(np.abs(step) // 10, 1)
    near, near_bins = _events_between(below, border, border + tenth)
    far, far_bins = _events_between(below, border, border + step)
    steady: NDArray[np.bool_] = near * far_bins >= _STEADY * far * near_bins
    return steady & (near >= FEWEST_BESIDE)


def _events_between(
    below: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Events between bins, and how many bins of the recording lie between them."""
    one, other = (np.clip(place, 0, len(below) - 1) for place in (one, other))
    return np.abs(below[other] - below[one]), np.abs(other - one)


def longest_gaps(gaps: tuple[Span, ...]) -> tuple[Span, ...]:
    """The longest ``MOST_KEPT`` of them, in order of time."""
    by_length = sorted(gaps, key=lambda gap: gap[0] - gap[1])
    return tuple(sorted(by_length[:MOST_KEPT]))


def tell_gaps(gaps: tuple[Span, ...]) -> Finding | None:
    """The finding of these gaps; None where there are none."""
    if not gaps:
        return None
    longest = max(gaps, key=lambda gap: gap[1] - gap[0])
    lasts, place = format_duration(longest[1] - longest[0]), format_position(longest[0])
    if len(gaps) == 1:
        said = f"no event came for {lasts} from {place} on"
    else:
        total = format_duration(sum(stop - start for start, stop in gaps))
        said = f"no event came in {len(gaps):,} gaps of {total} in all,"
        said += f" the longest of {lasts} from {place} on"
    return finding("gap", f"{said}, though many came just before and after")
