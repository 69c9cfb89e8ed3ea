"""Counts over a whole recording: cheap from a few known places, exact from a full pass."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from evtui.events import Coordinates, Events
from evtui.recordings.base import Counts, RecordingInfo, Span, Timeline
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import Finding, finding
from evtui.recordings.gaps import find_gaps, longest_gaps, tell_gaps
from evtui.recordings.order import TimeOrder
from evtui.recordings.pixel_counts import PixelCounts
from evtui.recordings.time_bins import TimeBins
from evtui.units import format_count

_KEPT_BINS = 2_048


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
            duration_us: expected; from it comes the fineness of the timeline.
            width: columns of the sensor, for counting the events outside it.
            height: rows of the sensor.
        """
        self._bins = TimeBins(duration_us)
        self._pixels: PixelCounts | None = PixelCounts(width, height)
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
        self._gaps: tuple[Span, ...] = ()
        self._found_at_end: list[Finding] = []
        self.counts: Counts | None = None
        """What is worth keeping; None before ``finish``."""

    @property
    def events(self) -> int:
        return self.order.rows

    @property
    def duration_us(self) -> int:
        """From the earliest event to the latest."""
        return self.order.latest - self.order.earliest

    @property
    def _span(self) -> Span:
        return self.order.earliest, self.order.latest

    def add(self, events: Events) -> None:
        """Count one block."""
        if not len(events):
            return
        span, before_steps_back = self.order.add(events.t)
        self._bins.add(events.t, events.p, span, ascending=not len(before_steps_back))
        if len(before_steps_back):
            self._bins.add_steps_back(before_steps_back)
        self.on += events.on_count
        self._count_pixels(events.x, events.y)

    def _count_pixels(self, x: Coordinates, y: Coordinates) -> None:
        columns, rows = int(x.max()) + 1, int(y.max()) + 1
        if columns > self.width or rows > self.height:
            self.outside += int(np.count_nonzero((x >= self.width) | (y >= self.height)))
        if columns > LARGEST_SIDE or rows > LARGEST_SIDE:
            likely = (x < LARGEST_SIDE) & (y < LARGEST_SIDE)
            self.unlikely += len(x) - int(np.count_nonzero(likely))
            x, y = x[likely], y[likely]
            if not len(x):
                return
            columns, rows = int(x.max()) + 1, int(y.max()) + 1
        self.reach = max(self.reach[0], columns), max(self.reach[1], rows)
        if self._pixels is not None:
            self._pixels.add(x, y, columns, rows)

    def resize(self, width: int, height: int) -> None:
        """Take a larger sensor, one that has every event but the unlikely ones."""
        self.width, self.height = width, height
        self.outside = self.unlikely

    def finish(self) -> None:
        """Look for gaps and hot pixels, once every event was counted."""
        if self._pixels is None:
            return
        hot = self._pixels.hot(self.duration_us)
        self._pixels = None  # up to 67 MB
        gaps = self._find_gaps() if self.events else ()
        self._gaps = longest_gaps(gaps)
        self._found_at_end = [told for told in (tell_gaps(gaps), hot.tell()) if told is not None]
        self.counts = Counts(self.timeline(_KEPT_BINS), hot.places)

    def _find_gaps(self) -> tuple[Span, ...]:
        """Gaps in µs from the earliest event, whose bin begins a little before it."""
        early = self.order.earliest - self._bins.start(self.order.earliest)
        gaps = find_gaps(self._bins.counts(self._span), self._bins.bin_us)
        return tuple((start - early, stop - early) for start, stop in gaps)

    def timeline(self, bins: int) -> Timeline:
        """Events and ON events per bin, from the earliest to the latest.

        Whole numbers, all of which add up to every event.  Exact to the µs up to 65 ms; above that
        the bins' edges are moved by up to 1/65536 of the duration.
        """
        return self._bins.timeline(bins, self._span, self._gaps)

    def complete(self, info: RecordingInfo) -> RecordingInfo:
        """The same with every figure that was counted, once all events were.

        Args:
            info: of the recording, whose ``t_first_us`` is the time 0 of what was counted.
        """
        return dataclasses.replace(
            info,
            width=self.width,
            height=self.height,
            events=self.events,
            events_exact=True,
            t_first_us=info.t_first_us + self.order.earliest,
            duration_us=self.duration_us,
            duration_exact=True,
            on_fraction=self.on / self.events if self.events else None,
        )

    def findings(self) -> list[Finding]:
        """What only a full pass can tell: of time, polarity, the sensor's border and its pixels."""
        found = list(self.order.findings())
        if self.events and self.on in (0, self.events):
            said = f"all {format_count(self.events)} events are {'ON' if self.on else 'OFF'}"
            found.append(finding("one_polarity", said))
        if self.outside:
            said = f"{format_count(self.outside)} events lie outside {self.width}×{self.height}"
            found.append(finding("out_of_sensor", said))
        return [*found, *self._found_at_end]
