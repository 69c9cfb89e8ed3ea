"""The frame reader: one thread per open recording, which serves only the newest request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from evtui.errors import RecordingError
from evtui.events import Events
from evtui.playback.capping import CAP, Capped, newest_events
from evtui.playback.clock import Clock, monotonic
from evtui.recordings.base import Recording
from evtui.threads import NewestOnly

Stretch: TypeAlias = tuple[int, int]
"""From one time to another, µs; the end is not included."""

Prepare: TypeAlias = Callable[[Events, int], Events]
"""A pure function, run in the reader's thread: makes a frame's events of those read.

It takes the events, which begin some history before the frame, and the time at which the frame
begins, and gives the events of the frame.
"""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the events of a frame go through before they are shown.

    Two are equal, and a frame made by one need not be made again by the other, where their
    functions are: plain functions if they are the same one, frozen dataclasses with a ``__call__``
    by what they hold.
    """

    prepare: Prepare
    history_us: int = 0
    """How long before the frame the events that ``prepare`` wants begin."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window someone wants to see, and what will be wanted next.

    ``number`` tells answers apart.
    """

    number: int
    t0: int
    t1: int
    preparation: Preparation | None = None
    ahead: tuple[tuple[int, int], ...] = ()
    """The windows due next while playing, worth reading ahead; empty where none is."""
    due_s: float | None = None
    """The frame is late after this moment of the session's clock; None where it cannot be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The events of a window, or why there are none."""

    window: Window
    events: Events
    read_seconds: float
    """How long reading and preparing took."""
    error: RecordingError | None = None
    complete: bool = True
    """Whether every event of the window was read; else only the newest ones were."""
    shown_from_us: int = 0
    """From here on every event of the window was read; its start where the frame is complete."""
    history_complete: bool = True
    """Whether what the preparation saw of the time before was every event too."""
    events_read: int = 0
    """Events of the window before they were prepared."""


class FrameReader:
    """Reads windows in its own thread; a newer request replaces one not yet begun.

    Of a window with more than ``cap`` events it reads the newest.  While nothing is asked it reads
    the next ``WINDOWS_AHEAD`` windows, so that their chunks are decoded when playback gets there.
    """

    WINDOWS_AHEAD = 2

    def __init__(
        self,
        recording: Recording,
        deliver: Callable[[Frame], None],
        clock: Clock = monotonic,
        cap: int = CAP,
    ) -> None:
        """Start the thread.

        Args:
            recording: stays open until the caller closes it, after ``close``.
            deliver: called with each frame in the reader's thread.
            clock: tells how long each read took.
            cap: events of a frame at most, and of the history before it.
        """
        self._recording = recording
        self._deliver = deliver
        self._clock = clock
        self._cap = cap
        self._read: list[Stretch] = []
        """What was read for the frame before and ahead of it: mostly decoded still."""
        self._thread = NewestOnly("frame-reader", self._serve)

    def request(self, window: Window) -> None:
        """Ask for a window; an older request that was not yet begun is dropped."""
        self._thread.submit(window)

    def close(self) -> None:
        """End the thread without waiting for it: a read that hangs must not hold the screen.

        A frame that is being delivered just now may still arrive; none follows it.  Who they were
        for is let go of, so that the recording is given back without the garbage collector.
        """
        self._thread.close()
        self._deliver = _to_nobody

    def join(self) -> None:
        """Wait until the thread has ended, after ``close``."""
        self._thread.join()

    def _serve(self, window: Window) -> None:
        began = self._clock()
        try:
            frame = self._frame(window, began)
        except RecordingError as fault:
            frame = self._failed(window, began, fault)
        except Exception as fault:  # noqa: BLE001 - a thread that died would leave a frozen picture
            frame = self._failed(window, began, self._unexpected(fault))
        if not self._thread.closing:
            self._deliver(frame)
        if frame.error is None:
            self._read_ahead(window)

    def _frame(self, window: Window, began: float) -> Frame:
        newest = newest_events(self._recording, window.t0, window.t1, self._cap)
        events, history_complete = newest.events, True
        if window.preparation is not None:
            history = self._history(newest, window.preparation.history_us)
            with_history = Events.concatenate((history.events, newest.events))
            events = window.preparation.prepare(with_history, newest.shown_from_us)
            history_complete = history.complete
        return Frame(
            window,
            events,
            self._clock() - began,
            None,
            newest.complete,
            newest.shown_from_us,
            history_complete,
            len(newest.events),
        )

    def _history(self, newest: Capped, history_us: int) -> Capped:
        """The events before those of a frame, as far back as wanted."""
        end = newest.shown_from_us
        return newest_events(self._recording, end - history_us, end, self._cap)

    def _failed(self, window: Window, began: float, error: RecordingError) -> Frame:
        return Frame(window, Events.empty(), self._clock() - began, error)

    def _unexpected(self, fault: Exception) -> RecordingError:
        """An error that no reader promises, as one that is shown; the traceback hangs on it."""
        error = RecordingError(
            self._recording.info.path,
            f"reading a frame failed with {type(fault).__name__}: {fault}",
            "a fault in evtui; please report it with this file",
        )
        error.__cause__ = fault
        return error

    def _read_ahead(self, window: Window) -> None:
        """Decode what playback reaches next; nobody waits for it, so a fault is met again later."""
        read = [(window.t0, window.t1)]
        for ahead in window.ahead[: self.WINDOWS_AHEAD]:
            for t0, t1 in _without(ahead, [*read, *self._read]):
                if self._thread.superseded:
                    return
                try:
                    newest_events(self._recording, t0, t1, self._cap)
                except Exception:  # noqa: BLE001 - whatever it is, the frame itself will tell it
                    return
            read.append(ahead)
        self._read = read


def _to_nobody(_frame: Frame) -> None:
    """Where frames go after the end."""


def _without(stretch: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """What is left of a stretch of time beside some others."""
    left = [stretch]
    for start, stop in others:
        pieces = [((t0, min(t1, start)), (max(t0, stop), t1)) for t0, t1 in left]
        left = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return left
