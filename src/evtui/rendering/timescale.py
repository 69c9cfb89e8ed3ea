"""A stretch of time laid over columns: what a timeline shows, and where in it a time is."""

from __future__ import annotations

from dataclasses import dataclass, replace

ZOOM_STEP = 4
"""How many times closer one step of zooming goes."""

_SHORTEST_US = 1_000
"""The shortest stretch that zooming leads to."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """``start`` ≤ t < ``start + length`` over ``columns``, out of a recording's whole duration."""

    duration_us: int
    columns: int
    start_us: float = 0.0
    zoom: int = 1
    """How many times closer than the whole recording."""

    @property
    def length_us(self) -> float:
        """How much time is shown."""
        return max(1.0, self.duration_us / self.zoom)

    @property
    def end_us(self) -> float:
        return self.start_us + self.length_us

    def column(self, time_us: float) -> int | None:
        """The column of a time; None where it is not shown."""
        place = (time_us - self.start_us) / self.length_us * (self.columns - 1)
        nearest = round(place)
        return nearest if 0 <= nearest < self.columns else None

    def time(self, column: int) -> float:
        """The time at a column; of one outside, that at the nearest end."""
        last = max(1, self.columns - 1)
        return self.start_us + min(max(column, 0), last) / last * self.length_us

    def zoomed(self, steps: int, about_us: float) -> TimeScale:
        """Closer or less close by steps, with a time kept where it is."""
        factor = self.zoom * ZOOM_STEP**steps if steps > 0 else self.zoom // ZOOM_STEP**-steps
        zoom = max(1, factor)
        if steps > 0 and self.duration_us / zoom < _SHORTEST_US:
            return self
        share = (about_us - self.start_us) / self.length_us
        closer = replace(self, zoom=zoom)
        return closer._from(about_us - share * closer.length_us)

    def showing(self, time_us: float) -> TimeScale:
        """The same, turned to the page that a time is on if it is not shown."""
        if self.start_us <= time_us <= self.end_us:
            return self
        return self._from(time_us // self.length_us * self.length_us)

    def _from(self, start_us: float) -> TimeScale:
        return replace(self, start_us=min(max(0.0, start_us), self.duration_us - self.length_us))
