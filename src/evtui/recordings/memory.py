"""A recording held in memory: what a format that cannot seek becomes once it was decoded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.errors import CannotRead
from evtui.events import BYTES_PER_EVENT, Events
from evtui.recordings.base import (
    Cancelled,
    Counts,
    Progress,
    RecordingInfo,
    Timeline,
    never_cancelled,
    no_progress,
)
from evtui.recordings.counting import Tally
from evtui.recordings.findings import Finding
from evtui.recordings.search import within_reach
from evtui.recordings.whole import Run

_STEP = 1 << 18
"""Events that are looked at at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All events of a recording in evlib's schema, so that a LazyFrame over them needs no copy.

    ============  =====  ==================================
    ``t``         int64  µs on the sensor's clock, sorted
    ``x``, ``y``  int16  pixel
    ``polarity``  int8   +1 is ON, −1 is OFF
    ============  =====  ==================================
    """

    t: NDArray[np.int64]
    x: NDArray[np.int16]
    y: NDArray[np.int16]
    polarity: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.t)

    @property
    def nbytes(self) -> int:
        """Memory held by the four arrays."""
        return len(self) * BYTES_PER_EVENT

    def events(self, rows: slice) -> Events:
        """A slice of rows as ``Events``, time counted from the first event of all."""
        t = self.t[rows]
        return Events(
            t - self.t[0] if len(t) else t,
            self.x[rows].view(np.uint16),
            self.y[rows].view(np.uint16),
            (self.polarity[rows] > 0).view(np.uint8),
        )


def count_columns(
    columns: Columns,
    width: int,
    height: int,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Tally | None:
    """What a full pass over all events counts; None where it was cancelled.

    Args:
        columns: all events, sorted by t.
        width: columns of the sensor.
        height: rows of the sensor.
        progress: is told the share done.
        cancelled: asked between steps.
    """
    total = len(columns)
    duration_us = int(columns.t[-1] - columns.t[0]) if total else 0
    tally = Tally(duration_us, width, height)
    for start in range(0, total, _STEP):
        if cancelled():
            return None
        tally.add(columns.events(slice(start, start + _STEP)))
        progress(min(1.0, (start + _STEP) / total))
    tally.finish()
    return tally


class MemoryRecording:
    """Columns in memory as a ``Recording``; windows are found by bisection."""

    def __init__(
        self,
        columns: Columns,
        info: RecordingInfo,
        findings: Sequence[Finding] = (),
        counts: Counts | None = None,
    ) -> None:
        """Take over decoded events.

        Args:
            columns: all events, sorted by t.
            info: of the file they came from; counts and times are replaced by the exact ones.
            findings: what the decoding found or guessed.
            counts: what an earlier pass counted of the same events, with whose figures ``info`` and
                ``findings`` are complete; None where they are to be counted.
        """
        self.columns = columns
        self._closed = False
        self._findings = tuple(findings)
        first, last = (int(columns.t[0]), int(columns.t[-1])) if len(columns) else (0, 0)
        self._t_first = first
        self._tally: Tally | None = None
        self._counts = counts
        self.info = dataclasses.replace(
            info,
            events=len(columns),
            events_exact=True,
            t_first_us=first,
            duration_us=last - first,
            duration_exact=True,
        )

    def window(self, t0: int, t1: int) -> Events:
        self._require_open()
        bounds = np.array([t + self._t_first for t in within_reach(t0, max(t0, t1))])
        start, stop = np.searchsorted(self.columns.t, bounds)
        return self.columns.events(slice(int(start), int(stop)))

    @property
    def order_checked(self) -> bool:
        """True: the columns are sorted."""
        return True

    def runs(self) -> Iterator[Run]:
        self._require_open()
        total = len(self.columns)
        for start in range(0, total, _STEP):
            events = self.columns.events(slice(start, start + _STEP))
            share = min(1.0, (start + _STEP) / total)
            yield Run(events.t + self._t_first, events.x, events.y, events.p, share)

    def timeline(self, bins: int) -> Timeline:
        self._require_open()
        if self._tally is not None:
            return self._tally.timeline(bins)
        if self._counts is not None:
            return self._counts.timeline.rebinned(bins)
        duration = self.info.duration_us
        edges = np.linspace(0, duration + 1, bins + 1) + self._t_first
        counts = np.diff(np.searchsorted(self.columns.t, edges)).astype(np.float64)
        return Timeline(counts, duration, exact=True)

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        if self._counts is not None:
            progress(1.0)
            return
        info, total = self.info, len(self.columns)
        tally = count_columns(self.columns, info.width, info.height, progress, cancelled)
        if tally is None:
            return
        self._tally, self._counts = tally, tally.counts
        if total:
            self.info = dataclasses.replace(info, on_fraction=tally.on / total)

    @property
    def counts(self) -> Counts | None:
        return self._counts

    def findings(self) -> Sequence[Finding]:
        """What the decoding found; what was counted here too says no more of the same."""
        if self._tally is None:
            return self._findings
        known = {found.code for found in self._findings}
        counted = self._tally.findings()
        return (*self._findings, *(found for found in counted if found.code not in known))

    def close(self) -> None:
        """Give no more windows; the arrays live as long as someone holds them."""
        self._closed = True

    def _require_open(self) -> None:
        if self._closed:
            raise CannotRead(self.info.path, "was closed")
