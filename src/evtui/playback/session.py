"""A session: one recording being played, from the tick of a clock to the frame to show."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from evtui.playback.capping import CAP
from evtui.playback.clock import Clock, monotonic
from evtui.playback.reader import Frame, FrameReader, Preparation, Window
from evtui.playback.transport import Transport
from evtui.recordings.base import Recording

_RATE_OVER_S = 1.0


class Session:
    """Couples a transport with a frame reader and counts what was shown.

    ``tick`` is called at the frame rate; it lets time pass and asks for the window for *now*.
    Where reading is slower than that, windows are skipped and the position stays right.

    Frames come by ``deliver``.  Whoever shows them asks ``is_due`` first, so that of several that
    waited for the screen only the newest is drawn, and tells ``shown`` after.
    """

    def __init__(
        self,
        recording: Recording,
        deliver: Callable[[Frame], None],
        transport: Transport | None = None,
        clock: Clock = monotonic,
        cap: int = CAP,
    ) -> None:
        """Begin at the start, paused.

        Args:
            recording: stays open until the caller closes it, after ``close``.
            deliver: called with each frame in the reader's thread.
            transport: where to go on from; a new one by default.
            clock: tells how much time passed between ticks.
            cap: events of a frame at most.
        """
        self.transport = transport or Transport(recording.info.duration_us)
        self.preparation: Preparation | None = None
        """What frames go through from the next tick on; set anew, it has this frame made again."""
        self._deliver = deliver
        self._clock = clock
        self._cap = cap
        self._last_tick = clock()
        self._asked: tuple[tuple[int, int], Preparation | None] | None = None
        self._number = 0
        self._delivered = 0
        self._answered = 0
        self._shown_at: deque[float] = deque(maxlen=256)
        self.achieved = 0
        """Frames shown."""
        self.dropped = 0
        """Windows asked for and never shown, because a newer one was due."""
        self.late = 0
        """Frames shown more than one frame interval after their window was due."""
        self._reader = self._start(recording)

    def tick(self, interval_s: float = 0.0) -> None:
        """Let time pass, and ask for the window now due unless it is the one asked for last.

        Args:
            interval_s: time between ticks, from which the windows to read ahead are told; 0 for one
                between the beats, after a jump.
        """
        now = self._clock()
        elapsed, self._last_tick = now - self._last_tick, now
        was_playing = self.transport.playing
        self.transport.advance(elapsed)
        asked = self.transport.window, self.preparation
        if asked == self._asked:
            return
        self._asked = asked
        self._number += 1
        ahead = self.transport.upcoming(interval_s, FrameReader.WINDOWS_AHEAD)
        due = now + interval_s if was_playing and interval_s else None
        self._reader.request(Window(self._number, *asked[0], asked[1], ahead, due))

    def is_due(self, frame: Frame) -> bool:
        """Whether to show a frame: an error always, events unless newer ones were delivered."""
        return frame.window.number >= self._delivered or frame.error is not None

    def shown(self, frame: Frame) -> None:
        """Count a frame that reached the screen, and those it leaves behind."""
        now, window = self._clock(), frame.window
        self.dropped += max(0, window.number - self._answered - 1)
        self._answered = max(self._answered, window.number)
        self.achieved += 1
        self.late += window.due_s is not None and now > window.due_s
        self._shown_at.append(now)

    @property
    def frame_rate(self) -> float:
        """Frames shown during the last second."""
        since = self._clock() - _RATE_OVER_S
        return sum(1 for moment in self._shown_at if moment >= since) / _RATE_OVER_S

    def switch(self, recording: Recording) -> None:
        """Go on with another recording of the same events, such as one loaded into memory."""
        self._reader.close()
        self._reader = self._start(recording)
        self._asked = None

    def close(self) -> None:
        """End the reader's thread, without waiting for it; see ``FrameReader.close``."""
        self._reader.close()

    def join(self) -> None:
        """Wait until the reader's thread has ended, after ``close``."""
        self._reader.join()

    def _start(self, recording: Recording) -> FrameReader:
        return FrameReader(recording, self._take, cap=self._cap)

    def _take(self, frame: Frame) -> None:
        """In the reader's thread: note the newest frame there is, then hand it on."""
        self._delivered = max(self._delivered, frame.window.number)
        self._deliver(frame)
