"""The filters that look back: which events have another one near them in space and time.

Both follow jAER's filters of the same purpose, and look at every event they are given, those that
they drop themselves included:

- background activity (Delbruck, "Frame-free dynamic digital vision", 2008; jAER's
  ``BackgroundActivityFilter``): an event is *supported* if one of its pixel's 8 neighbours, not
  the pixel itself, had an event of either polarity less than Δt before it.  The first event of
  all has no support (jAER lets each pixel's first one pass, but then a frame would depend on where
  playback began);
- refractory (jAER's ``RefractoryFilter``): an event is *rested* if its pixel had no event of
  either polarity for Δt before it.  A dropped event begins the rest anew, as it does there: so the
  answer never depends on what came more than Δt before.

Of events with one time, one comes before those that follow it in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Times

Kept = NDArray[np.bool_]
"""One value an event: whether it stays."""

_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1))
_ITSELF = ((0, 0),)

_MOST_CELLS = 1 << 23
_LONGEST_US = 1 << 29
_MOST_TOGETHER = 1 << 14
_LONG_AGO = np.int32(-(1 << 30))


def supported(t: Times, x: Coordinates, y: Coordinates, within_us: int) -> Kept:
    """Which events come less than ``within_us`` after one of a neighbouring pixel.

    Args:
        t: never goes back.
        x: of the same length.
        y: of the same length.
        within_us: 1 at least.
    """
    return _preceded(t, x, y, within_us, _AROUND)


def rested(t: Times, x: Coordinates, y: Coordinates, rest_us: int) -> Kept:
    """Which events come more than ``rest_us`` after the one before of their own pixel.

    Args:
        t: never goes back.
        x: of the same length.
        y: of the same length.
        rest_us: 0 at least.
    """
    return ~_preceded(t, x, y, rest_us + 1, _ITSELF)


def _preceded(
    t: Times, x: Coordinates, y: Coordinates, within_us: int, places: tuple[tuple[int, int], ...]
) -> Kept:
    """Which events come less than ``within_us`` after one at a place so many pixels away."""
    if not len(t):
        return np.zeros(0, np.bool_)
    # A frame of silent cells lies around the pixels, so that every pixel has neighbours.
    row = int(x.max()) + 3
    first, last = int(y.min()), int(y.max())
    steps = np.array([[dy * row + dx] for dx, dy in places])
    band = max(1, _MOST_CELLS // row)
    if last - first < band and t[-1] - t[0] < _LONGEST_US:
        cells = (y - np.int64(first - 2)) * row + x + 1
        return _preceded_in(t, cells, within_us, steps, (last - first + 5) * row)
    found = np.zeros(len(t), np.bool_)
    for top, inside, around in _parts(t, y, within_us, band):
        cells = (y[around] - np.int64(top - 2)) * row + x[around] + 1
        answers = _preceded_in(t[around], cells, within_us, steps, (band + 4) * row)
        found[inside] = answers[inside[around]]
    return found


def _parts(t: Times, y: Coordinates, within_us: int, band: int) -> Iterator[tuple[int, Kept, Kept]]:
    """Events of a damaged file, or of hours, in parts that each fit on a map.

    Returns:
        The first row of each part, the events in it, and those with the ones that may be near.
    """
    for span in np.unique((t - t[0]) // _LONGEST_US).tolist():
        begin = int(t[0]) + span * _LONGEST_US
        ended = t < begin + _LONGEST_US
        for top in range(int(y.min()), int(y.max()) + 1, band):
            inside = ended & (t >= begin) & (y >= top) & (y < top + band)
            around = ended & (t > begin - within_us) & (y >= top - 1) & (y <= top + band)
            if inside.any():
                yield top, inside, around


def _preceded_in(
    t: Times, cells: NDArray[np.int64], within_us: int, steps: NDArray[np.int64], count: int
) -> Kept:
    """The same on a map of ``count`` cells.

    The events are taken run by run, each shorter than ``within_us``.  Before an event, a cell had
    one in time if its latest event before the run is recent enough, or its first one in the run
    comes earlier in the file: two look-ups a place, and no sorting.
    """
    # Both of a cell lie side by side, so that looking them up costs one access to memory.
    both = np.full((count, 2), _LONG_AGO)
    latest, first = both.T
    since, ranks = (t - t[0]).astype(np.int32), np.arange(len(t), dtype=np.int32)
    found = np.empty(len(t), np.bool_)
    for start, stop in _runs(since, within_us):
        run = slice(start, stop)
        here, now, rank = cells[run], since[run], ranks[run]
        # Where a cell is assigned several times the last assignment stays: the first event.
        first[here[::-1]] = rank[::-1]
        there = both.view(np.int64)[:, 0].take(here + steps).view(np.int32)
        before, began = there[:, ::2], there[:, 1::2]
        near = (now - before < within_us) | ((began >= start) & (began < rank))
        found[run] = near.any(axis=0)
        latest[here] = now
    return found


def _runs(t: Times, within_us: int) -> Iterator[tuple[int, int]]:
    """Rows of runs, as start and stop, each of less than ``within_us`` and not too many events."""
    begins = np.flatnonzero(np.diff((t - t[0]) // within_us)) + 1
    bounds = [0, *begins.tolist(), len(t)]
    for start, end in pairwise(bounds):
        for begin in range(start, end, _MOST_TOGETHER):
            yield begin, min(begin + _MOST_TOGETHER, end)
