"""A session: one recording being played, from the tick of a clock to the frame to show."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from evtui.playback.clock import Clock, monotonic
from evtui.playback.reader import Frame, FrameReader, Window
from evtui.playback.transport import Transport
from evtui.recordings.base import Recording
from evtui.units import US_PER_S

_RATE_OVER_S = 1.0


class Session:
    """Couples a transport with a frame reader and counts what was shown.

    ``tick`` is called at the frame rate; it lets time pass and asks for the window for *now*.
    Where reading is slower than that, windows are skipped and the position stays right.
    """

    def __init__(
        self,
        recording: Recording,
        deliver: Callable[[Frame], None],
        transport: Transport | None = None,
        clock: Clock = monotonic,
    ) -> None:
        """Begin at the start, paused.

        Args:
            recording: stays open until the caller closes it, after ``close``.
            deliver: called with each frame in the reader's thread.
            transport: where to go on from; a new one by default.
            clock: tells how much time passed between ticks.
        """
        self.transport = transport or Transport(recording.info.duration_us)
        self._deliver = deliver
        self._clock = clock
        self._last_tick = clock()
        self._asked: tuple[int, int] | None = None
        self._number = 0
        self._answered = 0
        self._shown_at: deque[float] = deque(maxlen=256)
        self.dropped = 0
        """Windows asked for and then skipped because a newer one was due."""
        self._reader = FrameReader(recording, deliver)

    def tick(self, interval_s: float = 0.0) -> None:
        """Let time pass, and ask for the window now due unless it is the one asked for last.

        Args:
            interval_s: time between ticks, from which the windows to read ahead are told.
        """
        now = self._clock()
        elapsed, self._last_tick = now - self._last_tick, now
        self.transport.advance(elapsed)
        window = self.transport.window
        if window == self._asked:
            return
        self._asked = window
        self._number += 1
        ahead = round(interval_s * self.transport.speed * US_PER_S) if self.transport.playing else 0
        self._reader.request(Window(self._number, *window, ahead))

    def shown(self, frame: Frame) -> None:
        """Count a frame that reached the screen."""
        self.dropped += max(0, frame.window.number - self._answered - 1)
        self._answered = max(self._answered, frame.window.number)
        self._shown_at.append(self._clock())

    @property
    def frame_rate(self) -> float:
        """Frames shown during the last second."""
        since = self._clock() - _RATE_OVER_S
        return sum(1 for moment in self._shown_at if moment >= since) / _RATE_OVER_S

    def switch(self, recording: Recording) -> None:
        """Go on with another recording of the same events, such as one loaded into memory."""
        self._reader.close()
        self._reader = FrameReader(recording, self._deliver)
        self._asked = None

    def close(self) -> None:
        """End the reader's thread, without waiting for it; see ``FrameReader.close``."""
        self._reader.close()

    def join(self) -> None:
        """Wait until the reader's thread has ended, after ``close``."""
        self._reader.join()
