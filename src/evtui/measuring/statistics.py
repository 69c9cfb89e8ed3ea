"""What a region of the sensor reports in a window of time, in figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evtui.events import Events
from evtui.region import Region
from evtui.units import US_PER_S


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """The events of a region in a window."""

    events: int
    on: int
    active_pixels: int
    """Pixels with at least one event."""
    pixels: int
    """Pixels of the region."""
    window_us: int

    @property
    def rate(self) -> float:
        """Events/s; 0 for a window without length."""
        return self.events * US_PER_S / self.window_us if self.window_us else 0.0

    @property
    def on_share(self) -> float | None:
        """Share of ON events, 0.0 to 1.0; None where there are no events."""
        return self.on / self.events if self.events else None


def region_statistics(events: Events, region: Region, window_us: int) -> RegionStatistics:
    """Count what a region reports.

    Args:
        events: all of a window, or those that filters left.
        region: what is counted.
        window_us: length of the window.
    """
    inside = np.flatnonzero(region.holds(events.x, events.y))
    x, y, p = events.x[inside], events.y[inside], events.p[inside]
    pixel = y.astype(np.uint32) << 16 | x
    return RegionStatistics(
        events=len(inside),
        on=int(np.count_nonzero(p)),
        active_pixels=len(np.unique(pixel)),
        pixels=region.width * region.height,
        window_us=window_us,
    )
