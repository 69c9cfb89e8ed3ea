"""Counts over a whole recording: cheap from a few known places, exact from a full pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evtui.events import Events
from evtui.recordings.base import Timeline
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import Finding, finding
from evtui.recordings.order import TimeOrder
from evtui.units import format_count

_FINE_BINS = 1 << 16
_MOST_FINE_BINS = 1 << 18


def timeline_from_places(
    rows: ArrayLike, times: ArrayLike, duration_us: int, bins: int
) -> Timeline:
    """Events per bin from the rows at which some times are reached, linear in between.

    Args:
        rows: shape (N,), ascending: 0 first and the count of all events last.
        times: shape (N,), µs from the first event at which each row comes.
        duration_us: of the recording.
        bins: of the timeline.
    """
    reached = np.maximum.accumulate(np.asarray(times, np.float64))
    edges = np.linspace(0, duration_us + 1, bins + 1)
    below = np.interp(edges, reached, np.asarray(rows, np.float64))
    below[0], below[-1] = 0, np.asarray(rows)[-1]
    return Timeline(np.diff(below), duration_us, exact=False)


class Tally:
    """Counts every event of a recording, handed to it in blocks in file order."""

    def __init__(self, duration_us: int, width: int, height: int) -> None:
        """Start at nothing.

        Args:
            duration_us: expected; from it comes the fineness of the timeline, 1 µs at best.
            width: columns of the sensor, for counting the events outside it.
            height: rows of the sensor.
        """
        self._fine_us = (duration_us + _FINE_BINS) // _FINE_BINS
        self._fine = np.zeros((_FINE_BINS, 2), np.int64)
        self._first_bin = 0
        """Number of the first of the fine bins; number 0 begins at time 0."""
        self.order = TimeOrder()
        """How their times go."""
        self.on = 0
        self.width, self.height = width, height
        self.reach = (0, 0)
        """Columns and rows that hold every event, but for the unlikely ones."""
        self.outside = 0
        """Events outside the sensor."""
        self.unlikely = 0
        """Those of them where no camera has pixels."""

    @property
    def events(self) -> int:
        return self.order.rows

    @property
    def duration_us(self) -> int:
        """From the earliest event to the latest."""
        return self.order.latest - self.order.earliest

    def add(self, events: Events) -> None:
        """Count one block."""
        if not len(events):
            return
        self.order.add(events.t)
        self.on += events.on_count
        self._count_outside(events)
        self._count_bins(events)

    def _count_outside(self, events: Events) -> None:
        x, y = events.x, events.y
        unlikely = (x >= LARGEST_SIDE) | (y >= LARGEST_SIDE)
        self.outside += int(np.count_nonzero((x >= self.width) | (y >= self.height)))
        if unlikely.any():
            self.unlikely += int(np.count_nonzero(unlikely))
            x, y = x[~unlikely], y[~unlikely]
        if len(x):
            width, height = self.reach
            self.reach = max(width, int(x.max()) + 1), max(height, int(y.max()) + 1)

    def _count_bins(self, events: Events) -> None:
        self._make_room()
        bins = events.t // self._fine_us - self._first_bin
        low, high = int(bins.min()), int(bins.max()) + 1
        counts = np.bincount(2 * (bins - low) + events.p, minlength=2 * (high - low))
        self._fine[low:high] += counts.reshape(-1, 2)

    def _make_room(self) -> None:
        """See to it that there is a fine bin for every time so far: more of them, or coarser."""
        while True:
            first, stop = self._first_bin, self._first_bin + len(self._fine)
            before = max(0, first - self.order.earliest // self._fine_us)
            after = max(0, self.order.latest // self._fine_us + 1 - stop)
            if before + len(self._fine) + after <= _MOST_FINE_BINS:
                break
            self._coarsen()
        if before or after:
            self._fine = np.pad(self._fine, ((before, after), (0, 0)))
            self._first_bin -= before

    def _coarsen(self) -> None:
        """Make one fine bin of two."""
        odd = self._first_bin % 2
        pairs = np.pad(self._fine, ((odd, (len(self._fine) + odd) % 2), (0, 0)))
        self._fine = pairs.reshape(-1, 2, 2).sum(axis=1)
        self._first_bin = (self._first_bin - odd) // 2
        self._fine_us *= 2

    def resize(self, width: int, height: int) -> None:
        """Take a larger sensor, one that has every event but the unlikely ones."""
        self.width, self.height = width, height
        self.outside = self.unlikely

    def timeline(self, bins: int) -> Timeline:
        """Events and ON events per bin, from the earliest to the latest.

        Whole numbers, all of which add up to every event.  Exact to the µs up to 65 ms; above that
        the bins' edges are moved to the next 1/65536 of the duration.
        """
        begin = self.order.earliest - self._first_bin * self._fine_us
        edges = (np.linspace(0, self.duration_us + 1, bins + 1) + begin) / self._fine_us
        places = np.minimum(np.ceil(edges).astype(np.int64), len(self._fine))
        places[0], places[-1] = 0, len(self._fine)
        below = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(self._fine, axis=0)])
        off, on = np.diff(below[places], axis=0).T.astype(np.float64)
        return Timeline(off + on, self.duration_us, exact=True, on=on)

    def findings(self) -> list[Finding]:
        """What only a full pass can tell: steps back in time, one polarity, events outside."""
        found = list(self.order.findings())
        if self.events and self.on in (0, self.events):
            said = f"all {format_count(self.events)} events are {'ON' if self.on else 'OFF'}"
            found.append(finding("one_polarity", said))
        if self.outside:
            said = f"{format_count(self.outside)} events lie outside {self.width}×{self.height}"
            found.append(finding("out_of_sensor", said))
        return found
