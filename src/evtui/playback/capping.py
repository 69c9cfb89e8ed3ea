"""A window's newest events, so many at most: what a busy window is cut down to before it is drawn.

A terminal shows a few ten thousand dots, and a window of 1 s can hold 50 million events.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from evtui.events import Events
from evtui.recordings.base import Recording
from evtui.units import US_PER_S

CAP = 300_000
"""Events of a frame at most, unless told otherwise."""

_FIRST_SHARE = 1 / 8
"""Of the cap, what the first step is meant to hold: a burst of eight times the mean rate fits."""
_MARGIN = 1.1


@dataclass(frozen=True, slots=True, eq=False)
class Capped:
    """The newest events of a window."""

    events: Events
    complete: bool
    """Whether these are all events of the window."""
    shown_from_us: int
    """From here on every event is there; if not complete, some of this very µs may be missing."""


def newest_events(recording: Recording, t0: int, t1: int, cap: int = CAP) -> Capped:
    """The newest events with t0 ≤ t < t1, ``cap`` at most, in order of time.

    They are the last ``cap`` rows of ``recording.window(t0, t1)``: of events of one time, those
    later in the file are the newer ones.

    The window is read backwards from its end, in steps that begin with what the mean rate lets
    expect and then follow the rate that was met, so that little more is decoded than is kept.

    Args:
        recording: to be read.
        t0: start in µs since the earliest event.
        t1: end, not included.
        cap: at least 1.

    Raises:
        ValueError: the cap is less than 1.
        RecordingError: the window cannot be read.
    """
    if cap < 1:
        raise ValueError(f"a frame of at most {cap} events")
    events = _read_backwards(recording, t0, t1, cap)
    complete = len(events) <= cap
    events = events[-cap:]
    return Capped(events, complete, t0 if complete else int(events.t[0]))


def _read_backwards(recording: Recording, t0: int, t1: int, cap: int) -> Events:
    """All events from some time on: all of the window, or more than ``cap``."""
    per_us = recording.info.rate / US_PER_S
    reach = max(1, int(cap / per_us)) if per_us else max(1, t1 - t0)
    length = max(1, int(_FIRST_SHARE * reach)) if per_us else reach
    runs: list[Events] = []
    stop, missing = t1, cap + 1
    while stop > t0 and missing > 0:
        start = max(t0, stop - length)
        run = recording.window(start, stop)
        runs.append(run)
        missing -= len(run)
        length = _next_length(stop - start, len(run), missing, reach)
        stop = start
    return Events.concatenate(reversed(runs))


def _next_length(length: int, events: int, missing: int, reach: int) -> int:
    """Length of the next step, from what the last one held, µs.

    It grows slowly, and no longer than the mean rate needs for half the cap, because a burst may
    lie before.  Silence is crossed faster.
    """
    if not events:
        return 4 * length
    expected = math.ceil(_MARGIN * length * missing / events)
    return max(1, min(max(expected, length // 2), 2 * length, reach // 2))
