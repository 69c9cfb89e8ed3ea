"""The frame reader: one thread per open recording, which serves only the newest request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evtui.errors import RecordingError
from evtui.events import Events
from evtui.playback.clock import Clock, monotonic
from evtui.recordings.base import Recording
from evtui.threads import NewestOnly


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

    def __init__(
        self,
        recording: Recording,
        deliver: Callable[[Frame], None],
        clock: Clock = monotonic,
    ) -> None:
        """Start the thread.

        Args:
            recording: stays open until the caller closes it, after ``close``.
            deliver: called with each frame in the reader's thread.
            clock: tells how long each read took.
        """
        self._recording = recording
        self._deliver = deliver
        self._clock = clock
        self._thread = NewestOnly("frame-reader", self._serve)

    def request(self, window: Window) -> None:
        """Ask for a window; an older request that was not yet begun is dropped."""
        self._thread.submit(window)

    def close(self) -> None:
        """End the thread without waiting for it: a read that hangs must not hold the screen.

        A frame that is being delivered just now may still arrive; none follows it.
        """
        self._thread.close()

    def join(self) -> None:
        """Wait until the thread has ended, after ``close``."""
        self._thread.join()

    def _serve(self, window: Window) -> None:
        frame = self._read(window)
        if not self._thread.closing:
            self._deliver(frame)
        if frame.error is None:
            self._read_ahead(window)

    def _read(self, window: Window) -> Frame:
        began = self._clock()
        try:
            events, error = self._recording.window(window.t0, window.t1), None
        except RecordingError as fault:
            events, error = Events.empty(), fault
        except Exception as fault:  # noqa: BLE001 - a thread that died would leave a frozen picture
            events, error = Events.empty(), self._unexpected(fault)
        return Frame(window, events, self._clock() - began, error)

    def _unexpected(self, fault: Exception) -> RecordingError:
        """An error that no reader promises, as one that is shown; the traceback hangs on it."""
        error = RecordingError(
            self._recording.info.path,
            f"reading failed with {type(fault).__name__}: {fault}",
            "a fault in evtui; please report it with this file",
        )
        error.__cause__ = fault
        return error

    def _read_ahead(self, window: Window) -> None:
        """Decode what playback reaches next; nobody waits for it, so a fault is met again later."""
        for count in range(1, self.WINDOWS_AHEAD + 1):
            shift = count * window.ahead_us
            if not shift or self._thread.superseded:
                return
            ahead = Window(window.number, window.t0 + shift, window.t1 + shift)
            if self._read(ahead).error is not None:
                return
