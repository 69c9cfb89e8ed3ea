"""What of a recording is written: a stretch of time, a region, and what the filters leave."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from evtui.errors import ExportError
from evtui.events import Events
from evtui.filters.filters import Filters
from evtui.recordings.base import Recording, Span
from evtui.recordings.slices import slices
from evtui.region import Region
from evtui.units import format_duration

NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of the events of a recording; all of them by default."""

    t0: int = 0
    """Start, µs since the first event."""
    t1: int | None = None
    """End, not included; None for all up to the last event."""
    region: Region | None = None
    """Only these pixels, which keep their places on the sensor."""
    filters: Filters = NO_FILTERS

    def end_of(self, recording: Recording) -> int:
        """The end in µs, not included, as this recording has it."""
        past = recording.info.duration_us + 1
        return past if self.t1 is None else min(self.t1, past)

    def span_in(self, recording: Recording) -> Span:
        """The time selected of a recording, start and end.

        Raises:
            ExportError: nothing of the recording lies in it.
        """
        start, stop = max(0, self.t0), self.end_of(recording)
        if start >= stop:
            info = recording.info
            raise ExportError(
                f"{info.path}: nothing lies in the time asked for"
                f" (the recording lasts {format_duration(info.duration_us)})"
            )
        return start, stop

    def region_in(self, recording: Recording) -> Region:
        """The part of the region that lies on the sensor; all of the sensor without one.

        Raises:
            ExportError: nothing of the region does.
        """
        info, region = recording.info, self.region
        if region is None:
            return Region(0, 0, info.width, info.height)
        width, height = info.width - region.x, info.height - region.y
        if width <= 0 or height <= 0:
            raise ExportError(
                f"{info.path}: the region lies outside the sensor,"
                f" which has {info.width}×{info.height}"
            )
        return Region(region.x, region.y, min(region.width, width), min(region.height, height))


ALL = Selection()


def selected(recording: Recording, selection: Selection) -> Iterator[tuple[int, Events]]:
    """The events selected, in order of time, some at a time.

    The filters see whole neighbourhoods: the region is cut out of what they leave.

    Args:
        recording: whose order of time was checked (``Recording.order_checked``); else windows may
            lack events that lie elsewhere in the file.
        selection: what is wanted.

    Yields:
        The time in µs up to which all is given now, and the events up to there.

    Raises:
        RecordingError: the file cannot be read.
    """
    start, stop = max(0, selection.t0), selection.end_of(recording)
    if start >= stop:
        return
    for t0, t1 in slices(recording, start, stop):
        yield t1, _of_window(recording, selection, t0, t1)


def parts_of(recording: Recording, selection: Selection, t0: int, t1: int) -> Iterator[Events]:
    """What region and filters of a selection leave of a window, part by part; see ``selected``."""
    window = dataclasses.replace(selection, t0=t0, t1=t1)
    return (events for _, events in selected(recording, window))


def _of_window(recording: Recording, selection: Selection, t0: int, t1: int) -> Events:
    filters = selection.filters
    if filters:
        events = filters.apply(recording.window(t0 - filters.history_us, t1), t0)
    else:
        events = recording.window(t0, t1)
    if selection.region is None:
        return events
    inside = selection.region.holds(events.x, events.y)
    return Events(events.t[inside], events.x[inside], events.y[inside], events.p[inside])
