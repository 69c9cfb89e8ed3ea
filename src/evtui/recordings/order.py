"""How the times of a recording go: where time goes back, and which rows may have a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evtui.events import Times
from evtui.recordings.base import Span, Timeline
from evtui.recordings.findings import Finding, finding
from evtui.units import format_count, format_duration


class TimeOrder:
    """Follows the times of every event, handed to it in blocks in file order."""

    def __init__(self) -> None:
        """Start before the first event."""
        self.rows = 0
        self.earliest = 0
        """The earliest time of all, µs; not always the first event's."""
        self.latest = 0
        """The latest time of all, µs; not always the last event's."""
        self.steps_back = 0
        """How many events are earlier than the one before them."""
        self.largest_step_back = 0
        """µs."""
        self._last: int | None = None
        self._runs: list[tuple[int, int, int, int]] = []

    def add(self, t: Times) -> tuple[Span, Times]:
        """Follow one block.

        Args:
            t: shape (N,) with N > 0, µs.

        Returns:
            Its earliest and its latest time, and the times just before those that are earlier.
        """
        back = np.flatnonzero(t[1:] < t[:-1])
        before, after = t[back], t[back + 1]
        if self._last is not None and t[0] < self._last:
            before, after = np.append(before, self._last), np.append(after, t[0])
        if len(before):
            self.steps_back += len(before)
            self.largest_step_back = max(self.largest_step_back, int((before - after).max()))
        self._last = int(t[-1])
        earliest, latest = (int(t.min()), int(t.max())) if len(back) else (int(t[0]), int(t[-1]))
        self.earliest = min(self.earliest, earliest) if self._runs else earliest
        self.latest = max(self.latest, latest) if self._runs else latest
        self._runs.append((self.rows, self.rows + len(t), earliest, latest))
        self.rows += len(t)
        return (earliest, latest), before

    def rows_reaching(self, t0: int, t1: int) -> Iterator[tuple[int, int]]:
        """Runs of rows, as start and stop, that may have events with t0 ≤ t < t1."""
        for start, stop, earliest, latest in self._runs:
            if earliest < t1 and latest >= t0:
                yield start, stop

    def timeline(self, bins: int) -> Timeline:
        """Events per bin, as if each block's came evenly between its earliest and its latest."""
        duration = self.latest - self.earliest
        edges = np.linspace(0, duration + 1, bins + 1)
        below = np.zeros(bins + 1)
        for start, stop, earliest, latest in self._runs:
            passed = (edges - (earliest - self.earliest)) / (latest - earliest + 1)
            below += (stop - start) * np.clip(passed, 0.0, 1.0)
        below[-1] = self.rows
        return Timeline(np.diff(below), duration, exact=False)

    def findings(self) -> Iterator[Finding]:
        """Whether time goes back."""
        if self.steps_back:
            yield tell_steps_back(self.steps_back, self.largest_step_back)


def tell_steps_back(count: int, largest_us: int) -> Finding:
    """The finding that time goes back: how often, and by how much at most."""
    often = "once" if count == 1 else f"{format_count(count)} times"
    said = f"time goes back {often}, by up to {format_duration(largest_us)}"
    return finding("time_goes_back", f"{said}; the events are given in order of time")
