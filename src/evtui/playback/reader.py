"""The frame reader: one thread per open recording, which serves only the newest request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from evtui.errors import RecordingError
from evtui.events import Events
from evtui.recordings.base import Recording


@dataclass(frozen=True, slots=True)
class Window:
    """A window someone wants to see, and how far ahead the next ones lie.

    ``number`` tells answers apart; ``ahead_us`` is the distance to the next window while playing,
    0 where nothing is worth reading ahead.
    """

    number: int
    t0: int
    t1: int
    ahead_us: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The events of a window, or why there are none."""

    window: Window
    events: Events
    read_seconds: float
    error: RecordingError | None = None


class FrameReader:
    """Reads windows in its own thread; a newer request replaces one not yet begun.

    While nothing is asked it reads ``WINDOWS_AHEAD`` windows ahead, so that their chunks are
    decoded when playback gets there.
    """

    WINDOWS_AHEAD = 2

    def __init__(self, recording: Recording, deliver: Callable[[Frame], None]) -> None:
        """Start the thread.

        Args:
            recording: stays open until the caller closes it, after ``close``.
            deliver: called with each frame in the reader's thread.
        """
        self._recording = recording
        self._deliver = deliver
        self._wanted: Window | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="frame-reader", daemon=True)
        self._thread.start()

    def request(self, window: Window) -> None:
        """Ask for a window; an older request that was not yet begun is dropped."""
        with self._changed:
            self._wanted = window
            self._changed.notify()

    def close(self) -> None:
        """End the thread and wait for it; no frame is delivered afterwards."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (window := self._next()) is not None:
            frame = self._read(window)
            if not self._closing:
                self._deliver(frame)
            if frame.error is None:
                self._read_ahead(window)

    def _next(self) -> Window | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._wanted is not None)
            window, self._wanted = self._wanted, None
            return None if self._closing else window

    def _read(self, window: Window) -> Frame:
        began = time.perf_counter()
        try:
            events, error = self._recording.window(window.t0, window.t1), None
        except RecordingError as fault:
            events, error = Events.empty(), fault
        return Frame(window, events, time.perf_counter() - began, error)

    def _read_ahead(self, window: Window) -> None:
        """Decode what playback reaches next; nobody waits for it, so a fault is met again later."""
        for count in range(1, self.WINDOWS_AHEAD + 1):
            shift = count * window.ahead_us
            if not shift or self._wanted is not None or self._closing:
                return
            ahead = Window(window.number, window.t0 + shift, window.t1 + shift)
            if self._read(ahead).error is not None:
                return
