"""What is left out of the events, and what is measured of a region of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import on, work

from evtui.errors import RecordingError
from evtui.events import OFF, ON, Events
from evtui.playback.clock import monotonic
from evtui.store.beside import beside
from evtui.tui.screens.player.playing import Playing
from evtui.tui.widgets.event_view import EventView

if TYPE_CHECKING:
    from evtui.filters.filters import Filters, Pixel
    from evtui.measuring.frequency import Frequency
    from evtui.measuring.statistics import RegionStatistics
    from evtui.recordings.base import Recording
    from evtui.region import Region

MOST_BLADES = 8
_COUNTED_EVERY_S = 0.25
"""How often a region is counted while it plays."""
_MEASURED_EVERY_S = 1.0
"""How often its frequency is looked for."""


@dataclass(frozen=True, slots=True)
class _Filtering:
    """Filters as what frames go through; by value, so that equal ones are the same."""

    filters: Filters

    def __call__(self, events: Events, since: int) -> Events:
        return self.filters.apply(events, since)


class Measuring(Playing):
    """Filters, the region of interest, its statistics and its frequency."""

    filters: Filters | None = None
    """What is left out; None before anything was."""
    blades = 1
    """Of the rotor whose turns are told from the frequency."""
    measures_frequency = False
    frequency: Frequency | None = None
    """What was found last; None where nothing can be told."""
    statistics: RegionStatistics | None = None
    """The region, or all of the sensor, in the frame shown."""
    _counted_at = 0.0

    def ended(self) -> None:
        super().ended()
        self.workers.cancel_group(self, "measuring")
        self.filters = self.frequency = self.statistics = None
        self.measures_frequency = False

    # Filters

    def action_polarity(self) -> None:
        """Both polarities, ON alone, OFF alone."""
        if (filters := self._filters()) is not None:
            following = {None: ON, ON: OFF, OFF: None}
            self._filter(polarity=following[filters.polarity])

    def action_isolated(self) -> None:
        from evtui.filters.filters import ISOLATED_US

        if (filters := self._filters()) is not None:
            self._filter(isolated_us=_after(filters.isolated_us, ISOLATED_US))

    def action_refractory(self) -> None:
        from evtui.filters.filters import REFRACTORY_US

        if (filters := self._filters()) is not None:
            self._filter(refractory_us=_after(filters.refractory_us, REFRACTORY_US))

    def action_hot_pixels(self) -> None:
        """Mask the hot pixels, or show them again."""
        if (filters := self._filters()) is None or self.recording is None:
            return
        if filters.hot_pixels:
            self._filter(hot_pixels=frozenset())
        else:
            self._mask(self.recording)

    @work(group="measuring")
    async def _mask(self, recording: Recording) -> None:
        try:
            pixels = await beside(_hot_pixels, recording)
        except RecordingError as error:
            self.notify(error.reason, severity="error", markup=False)
            return
        if recording is not self.recording:
            return
        if pixels:
            self._filter(hot_pixels=pixels)
        else:
            self.notify("no hot pixels found")

    def _filters(self) -> Filters | None:
        """The filters of the session; None where there is none."""
        if self.session is None:
            return None
        if self.filters is None:
            from evtui.filters.filters import Filters

            self.filters = Filters()
        return self.filters

    def _filter(self, **changes: Any) -> None:
        """Change filters: the frame is made anew."""
        from evtui.playback.reader import Preparation

        if (filters := self._filters()) is None or self.session is None:
            return
        self.filters = filters = dataclasses.replace(filters, **changes)
        wanted = Preparation(_Filtering(filters), filters.history_us) if filters else None
        self.session.preparation = wanted
        self.moved()

    # The region

    def action_region(self) -> None:
        """Make what is looked at the region of interest, or have none again."""
        if self.session is not None:
            self.view.mark_region(None if self.view.roi else self.view.looked_at)
            self._region_changed()

    @on(EventView.Marked)
    def _region_changed(self) -> None:
        self.frequency, self._counted_at = None, 0.0
        self.count()
        self.say()

    def measured_region(self) -> Region | None:
        """The region of interest, or all of the sensor."""
        return self.view.roi or self.view.whole

    def count(self) -> None:
        """Count the region in the frame shown, unless that was done just now."""
        now, region = monotonic(), self.measured_region()
        if self.session is None or region is None or self.view.events is None:
            return
        if self.session.transport.playing and now - self._counted_at < _COUNTED_EVERY_S:
            return
        from evtui.measuring.statistics import region_statistics

        self._counted_at = now
        window = self.session.transport.window_us
        self.statistics = region_statistics(self.view.events, region, window)

    # Its frequency

    def action_frequency(self) -> None:
        """Begin to measure the region's frequency, or stop."""
        if self.session is None:
            return
        self.measures_frequency = not self.measures_frequency
        self.frequency = None
        if self.measures_frequency:
            self._measure()
        self.say()

    def action_blades(self) -> None:
        """Count another number of blades."""
        self.blades = self.blades % MOST_BLADES + 1
        self.say()

    @work(exclusive=True, group="measuring")
    async def _measure(self) -> None:
        """Measure about where it plays, again wherever that or the region has changed."""
        import asyncio

        from evtui.measuring.frequency import span_around

        measured: object = None
        while (session := self.session) is not None and self.measures_frequency:
            region, recording, filters = self.measured_region(), self.recording, self.filters
            transport = session.transport
            span = span_around(transport.position_us, transport.duration_us)
            wanted = (span, region, filters)
            if wanted != measured and region is not None and recording is not None:
                measured = wanted
                try:
                    found = await beside(
                        _frequency, recording, region, span, filters, lambda: self.session is None
                    )
                except RecordingError:
                    return  # playback meets the same fault, and says so
                if session is self.session and region == self.measured_region():
                    self.frequency = found
                    self.say()
            await asyncio.sleep(_MEASURED_EVERY_S)


def _after(value: int, steps: tuple[int, ...]) -> int:
    """The step after one, and the first after the last."""
    return steps[(steps.index(value) + 1) % len(steps)]


def _hot_pixels(recording: Recording) -> frozenset[Pixel]:
    """Those that the full pass found, or that a sample of the recording shows."""
    from evtui.filters.filters import Filters
    from evtui.filters.hot_pixels import find_hot_pixels, sample

    if recording.counts is not None:
        found = recording.counts.hot_pixels
    else:
        info = recording.info
        stretches = sample(recording.window, info.duration_us)
        found = find_hot_pixels(stretches, info.width, info.height)
    return Filters().masking(found).hot_pixels


def _frequency(
    recording: Recording,
    region: Region,
    span: tuple[int, int],
    filters: Filters | None,
    cancelled: Any,
) -> Frequency | None:
    from evtui.filters.filters import Filters
    from evtui.measuring.frequency import measure_frequency

    # Hot pixels fire like lamps; the other filters would only take away what repeats.
    mask = Filters(hot_pixels=filters.hot_pixels) if filters is not None else Filters()

    def window(t0: int, t1: int) -> Events:
        return mask.apply(recording.window(t0, t1), t0)

    return measure_frequency(window, region, *span, cancelled)
