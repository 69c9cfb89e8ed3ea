"""Counts over a whole recording: cheap from a few known places, exact from a full pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evtui.events import Events
from evtui.recordings.base import RecordingInfo, Timeline
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import Finding, finding
from evtui.units import format_count, format_duration

_FINE_BINS = 1 << 16
_MOST_FINE_BINS = 1 << 20


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
        self.events = 0
        self.on = 0
        self.t_last = 0
        """The latest time of all, µs from the first event; not always the last event's."""
        self.width, self.height = width, height
        self.reach = (0, 0)
        """Columns and rows that hold every event, but for the unlikely ones."""
        self.outside = 0
        """Events outside the sensor."""
        self.unlikely = 0
        """Those of them where no camera has pixels."""
        self.steps_back = 0
        """How many events are earlier than the one before them."""
        self.largest_step_back = 0
        self._previous_t: int | None = None
        self._runs: list[tuple[int, int, int, int]] = []

    def add(self, events: Events) -> None:
        """Count one block."""
        if not len(events):
            return
        earliest, latest = int(events.t.min()), int(events.t.max())
        self._runs.append((self.events, self.events + len(events), earliest, latest))
        self.events += len(events)
        self.on += events.on_count
        self.t_last = max(self.t_last, latest)
        self._count_outside(events)
        self._count_steps_back(events.t)
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

    def _count_steps_back(self, t: NDArray[np.int64]) -> None:
        before = t[:1] if self._previous_t is None else np.array([self._previous_t])
        steps = np.diff(t, prepend=before)
        self._previous_t = int(t[-1])
        if (worst := int(steps.min())) < 0:
            self.steps_back += int(np.count_nonzero(steps < 0))
            self.largest_step_back = max(self.largest_step_back, -worst)

    def _count_bins(self, events: Events) -> None:
        bins = np.clip(events.t // self._fine_us, 0, _MOST_FINE_BINS - 1)
        low, high = int(bins.min()), int(bins.max()) + 1
        if high > len(self._fine):
            self._fine = np.pad(self._fine, ((0, high - len(self._fine)), (0, 0)))
        counts = np.bincount(2 * (bins - low) + events.p, minlength=2 * (high - low))
        self._fine[low:high] += counts.reshape(-1, 2)

    def resize(self, width: int, height: int) -> None:
        """Take a larger sensor, one that has every event but the unlikely ones."""
        self.width, self.height = width, height
        self.outside = self.unlikely

    def timeline(self, bins: int) -> Timeline:
        """Events and ON events per bin.

        Whole numbers, all of which add up to every event.  Exact to the µs up to 65 ms; above that
        the bins' edges are moved to the next 1/65536 of the duration.
        """
        edges = np.linspace(0, self.t_last + 1, bins + 1) / self._fine_us
        places = np.minimum(np.ceil(edges).astype(np.int64), len(self._fine))
        places[-1] = len(self._fine)
        below = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(self._fine, axis=0)])
        off, on = np.diff(below[places], axis=0).T.astype(np.float64)
        return Timeline(off + on, self.t_last, exact=True, on=on)

    def rows_reaching(self, t0: int, t1: int) -> Iterator[tuple[int, int]]:
        """Runs of rows, as start and stop, that may have events with t0 ≤ t < t1."""
        for start, stop, earliest, latest in self._runs:
            if earliest < t1 and latest >= t0:
                yield start, stop

    def complete(self, info: RecordingInfo) -> RecordingInfo:
        """The same with every figure that was counted, once all events were."""
        return dataclasses.replace(
            info,
            width=self.width,
            height=self.height,
            events=self.events,
            events_exact=True,
            duration_us=self.t_last,
            duration_exact=True,
            on_fraction=self.on / self.events if self.events else None,
        )

    def findings(self) -> list[Finding]:
        """What only a full pass can tell: steps back in time, one polarity, events outside."""
        found = []
        if self.steps_back:
            count, step = format_count(self.steps_back), format_duration(self.largest_step_back)
            said = f"time goes back {count} times, by up to {step}"
            found.append(finding("time_goes_back", said))
        if self.events and self.on in (0, self.events):
            said = f"all {format_count(self.events)} events are {'ON' if self.on else 'OFF'}"
            found.append(finding("one_polarity", said))
        if self.outside:
            said = f"{format_count(self.outside)} events lie outside {self.width}×{self.height}"
            found.append(finding("out_of_sensor", said))
        return found
