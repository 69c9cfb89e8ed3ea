"""A recording whose every read is under a test's control."""

import queue
import threading
from collections.abc import Callable, Iterator

import numpy as np

from evtui.events import Events
from evtui.recordings.base import Cancelled, Progress, Timeline
from evtui.recordings.findings import Finding
from evtui.recordings.whole import Run
from support.small import info


def one_event_at(t: int) -> Events:
    return Events(
        np.array([t], np.int64),
        np.array([1], np.uint16),
        np.array([2], np.uint16),
        np.array([1], np.uint8),
    )


class ScriptedRecording:
    """Every window holds one event, at its start.

    Each call of ``window`` is put on ``begun``; with ``held`` it then waits for ``let_go``.
    """

    def __init__(self, *, held: bool = False) -> None:
        self.info = info()
        self.begun: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        self.fault: Callable[[int, int], Exception | None] = lambda t0, t1: None
        """Tells which windows fail, and with what."""
        self._gate = threading.Semaphore(0)
        self._held = held
        self.order_checked = True

    def let_go(self, reads: int = 1) -> None:
        """Let so many reads end."""
        self._gate.release(reads)

    def window(self, t0: int, t1: int) -> Events:
        self.begun.put((t0, t1))
        if self._held:
            self._gate.acquire()
        if (fault := self.fault(t0, t1)) is not None:
            raise fault
        return one_event_at(t0)

    def runs(self) -> Iterator[Run]:
        """Nothing loads it."""
        return iter(())

    def timeline(self, bins: int) -> Timeline:
        return Timeline(np.zeros(bins), self.info.duration_us, exact=True)

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        progress(1.0)

    @property
    def counts(self) -> None:
        """Nothing is ever counted."""

    def findings(self) -> tuple[Finding, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""
