"""A recording that counts what is read of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evtui.events import Events
from evtui.recordings.base import Cancelled, Counts, Progress, RecordingInfo, Timeline
from evtui.recordings.findings import Finding
from evtui.recordings.memory import Columns, MemoryRecording
from evtui.recordings.whole import Run
from support.small import info


class WatchedRecording:
    """Columns in memory, behind no more than what every ``Recording`` promises."""

    def __init__(
        self, columns: Columns, findings: Sequence[Finding] = (), *, order_checked: bool = True
    ) -> None:
        self._inner = MemoryRecording(columns, info())
        self._findings = tuple(findings)
        self.read: list[int] = []
        """Events of each window that was read."""
        self.timelines = 0
        self.passes = 0
        self.closed = 0
        self.order_checked = order_checked

    @property
    def info(self) -> RecordingInfo:
        return self._inner.info

    def window(self, t0: int, t1: int) -> Events:
        events = self._inner.window(t0, t1)
        self.read.append(len(events))
        return events

    def runs(self) -> Iterator[Run]:
        return self._inner.runs()

    def timeline(self, bins: int) -> Timeline:
        self.timelines += 1
        return self._inner.timeline(bins)

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        self.passes += 1
        self._inner.index(progress, cancelled)
        self.order_checked = True

    @property
    def counts(self) -> Counts | None:
        return self._inner.counts

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def close(self) -> None:
        self.closed += 1
