"""Transport: where playback stands and how it moves.  A plain state machine without a clock.

What is *now*: the start of the shown window.  A frame holds the events of position ≤ t < position +
window, forwards and backwards alike, so that a jump to a time shows what happens from there on, and
widening the window adds later events and loses none.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evtui.units import US_PER_S

SPEEDS: tuple[float, ...] = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
)
"""The ladder of speeds, recording time over real time; every step of the old launcher is on it."""

WINDOWS_US: tuple[int, ...] = (
    *(10, 20, 50, 100, 200, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 33_333, 50_000),
    *(100_000, 200_000, 500_000, 1_000_000),
)
"""The ladder of accumulation windows in µs; every step of the old launcher is on it."""

DEFAULT_WINDOW_US = 10_000

LOOPS_BELOW_S = 10
SHORTEST_RUN_S = 3
FEWEST_WINDOWS = 20
SEEK_S = 5

GRACE_S = 1.0
"""While playing, this much real time after a place was passed, "previous" means the one before."""


class StepBy(StrEnum):
    """How far one step goes, where it is not a fixed number of µs.

    Who steps with mpv's ``.`` and ``,`` expects the next picture, with nothing skipped and nothing
    seen twice.  A recording of events has no pictures of its own: the accumulation window makes
    them.  So a step is one window, at any speed: 1 s with a window of 1 s, and 10 ms with one of
    10 ms at 0.001× too, where playback would move 33 µs between two frames.  Who wants those very
    frames, each overlapping the one before, steps by the frame.
    """

    WINDOW = "window"
    """The next window begins where this one ends."""
    FRAME = "frame"
    """As far as playback goes from one frame to the next at this speed, at least 1 µs."""


@dataclass(slots=True)
class Transport:
    """Position, speed, direction, window, step and loop over one recording.

    ``position_us`` is the start of the shown window; see the module.
    """

    duration_us: int
    window_us: int = DEFAULT_WINDOW_US
    speed: float = 1.0
    playing: bool = False
    looping: bool = False
    mark_a: int | None = None
    mark_b: int | None = None
    backwards: bool = False
    """Whether playing goes towards the start.  Skips and steps go by time whatever this is."""
    step_by: StepBy | int = StepBy.WINDOW
    """How far ``step`` goes: a way to tell it, or µs."""
    fps: float = 30.0
    """Frames per second of playback, for ``StepBy.FRAME``."""
    _position: float = 0.0

    @classmethod
    def for_duration(cls, duration_us: int) -> Transport:
        """A transport that starts as a viewer wants it.

        A short recording loops; one that would be over in a moment is slowed down until it lasts
        ``SHORTEST_RUN_S``, and its window is narrowed until it is ``FEWEST_WINDOWS`` long.
        """
        transport = cls(duration_us, playing=True, looping=duration_us < LOOPS_BELOW_S * US_PER_S)
        narrow = [window for window in WINDOWS_US if window * FEWEST_WINDOWS <= duration_us]
        transport.window_us = min(DEFAULT_WINDOW_US, max(narrow, default=WINDOWS_US[0]))
        fitting = [speed for speed in SPEEDS if duration_us / speed >= SHORTEST_RUN_S * US_PER_S]
        transport.speed = min(1.0, max(fitting, default=SPEEDS[0]))
        return transport

    # Where it stands

    @property
    def position_us(self) -> int:
        return int(self._position)

    @property
    def last_us(self) -> int:
        """The last position: there the window still ends with the last event."""
        return max(0, self.duration_us + 1 - self.window_us)

    @property
    def window(self) -> tuple[int, int]:
        """The half-open span of time now shown, µs."""
        return self.position_us, self.position_us + self.window_us

    @property
    def span(self) -> tuple[int, int]:
        """Where playback runs: between the A-B marks, or over the whole recording."""
        if self.mark_a is not None and self.mark_b is not None:
            return min(self.mark_a, self.last_us), min(self.mark_b, self.last_us)
        return 0, self.last_us

    @property
    def marks(self) -> tuple[int, ...]:
        """The A-B marks that are set."""
        return tuple(mark for mark in (self.mark_a, self.mark_b) if mark is not None)

    @property
    def at_end(self) -> bool:
        return self.position_us >= self.last_us

    @property
    def at_start(self) -> bool:
        return self.position_us <= 0

    @property
    def _loops(self) -> bool:
        return self.looping or len(self.marks) == 2

    @property
    def step_us(self) -> int:
        """How far one step goes now, µs."""
        if self.step_by == StepBy.WINDOW:
            return self.window_us
        if self.step_by == StepBy.FRAME:
            return max(1, round(US_PER_S * self.speed / self.fps))
        return max(1, int(self.step_by))

    # Playing

    def advance(self, elapsed_s: float) -> None:
        """Let real time pass: moves on while playing, wraps in a loop, stops at the end.

        From outside the A-B marks, playback runs into them or, if they lie behind, jumps in.
        """
        if not self.playing:
            return
        start, end = self.span
        move = elapsed_s * US_PER_S * self.speed
        position = self._position - move if self.backwards else self._position + move
        if position >= start if self.backwards else position < end:
            self._position = position
        elif self._loops:
            length = max(1, end - start)
            self._position = min(start + (position - start) % length, float(end))
        else:
            self._position = float(start if self.backwards else end)
        if not self._loops:
            self.playing = self._position > start if self.backwards else self._position < end

    def upcoming(self, interval_s: float, count: int) -> tuple[tuple[int, int], ...]:
        """The next windows that playing on will show, one every ``interval_s``; fewer at an end."""
        ahead = dataclasses.replace(self)
        windows: list[tuple[int, int]] = []
        while ahead.playing and len(windows) < count:
            before = ahead.window
            ahead.advance(interval_s)
            if ahead.window == before:
                break
            windows.append(ahead.window)
        return tuple(windows)

    def toggle(self) -> None:
        """Play or pause; playing on from the end begins again at the start, or the other way."""
        self.playing = not self.playing
        if self.playing and len(self.marks) < 2:
            if self.backwards and self.at_start:
                self._position = float(self.last_us)
            elif not self.backwards and self.at_end:
                self._position = 0.0

    def reverse(self) -> None:
        """Turn the direction of play round, on the spot."""
        self.backwards = not self.backwards

    # Jumping

    def seek(self, position_us: float) -> None:
        """Jump, kept inside the recording."""
        self._position = min(max(0.0, position_us), float(self.last_us))

    def skip(self, steps: int) -> None:
        """Jump by ``SEEK_S`` seconds, or by a twentieth of a recording too short for that."""
        step = max(self.window_us, min(SEEK_S * US_PER_S, self.duration_us / 20))
        self.seek(self._position + steps * step)

    def jump(self, share: float) -> None:
        """Jump to a share of the recording: 0.0 is its start, 1.0 its end."""
        self.seek(share * self.last_us)

    def step(self, steps: int) -> None:
        """Pause and move by so many steps of ``step_us``, later or, if negative, earlier."""
        self.playing = False
        self.seek(self.position_us + steps * self.step_us)

    def seek_next(self, times_us: Iterable[int]) -> bool:
        """Jump to the first of some times that lies after now: bookmarks, starts of bursts.

        While playing backwards a time passed a moment ago is left out, so that the key can be
        pressed again.

        Returns:
            Whether there was one.
        """
        beyond = self.position_us + (self._grace_us if self.backwards else 0)
        later = [time for time in self._reachable(times_us) if time > beyond]
        if later:
            self.seek(min(later))
        return bool(later)

    def seek_previous(self, times_us: Iterable[int]) -> bool:
        """Jump to the last of some times that lies before now; see ``seek_next``."""
        beyond = self.position_us - (0 if self.backwards else self._grace_us)
        earlier = [time for time in self._reachable(times_us) if time < beyond]
        if earlier:
            self.seek(max(earlier))
        return bool(earlier)

    @property
    def _grace_us(self) -> int:
        return round(GRACE_S * US_PER_S * self.speed) if self.playing else 0

    def _reachable(self, times_us: Iterable[int]) -> list[int]:
        """Where a jump to each time leads."""
        return [min(max(0, time), self.last_us) for time in times_us]

    # Speed and window

    def change_speed(self, steps: int) -> None:
        """Go up or down the ladder of speeds."""
        self.speed = _on_ladder(SPEEDS, self.speed, steps)

    def reset_speed(self) -> None:
        self.speed = 1.0

    def change_window(self, steps: int) -> None:
        """Go up or down the ladder of accumulation windows; the position stays where it can."""
        self.window_us = int(_on_ladder(WINDOWS_US, self.window_us, steps))
        self.seek(self._position)

    # Marks: with both of them set, playback loops between them; one alone changes nothing

    def mark(self) -> None:
        """Set A, then B, then clear both, as mpv's ``l`` does."""
        if self.mark_a is None:
            self.set_a()
        elif self.mark_b is None:
            self.set_b()
        else:
            self.clear_marks()

    def set_a(self) -> None:
        """Put mark A here; beyond B the two change places, as with ``set_b``."""
        self._set_marks(self.position_us, self.mark_b)

    def set_b(self) -> None:
        """Put mark B here; before A the two change places, and A-B is one window at least."""
        self._set_marks(self.mark_a, self.position_us)

    def clear_a(self) -> None:
        self.mark_a = None

    def clear_b(self) -> None:
        self.mark_b = None

    def clear_marks(self) -> None:
        self.mark_a = self.mark_b = None

    def _set_marks(self, mark_a: int | None, mark_b: int | None) -> None:
        if mark_a is not None and mark_b is not None:
            mark_a, mark_b = sorted((mark_a, mark_b))
            mark_b = max(mark_b, mark_a + self.window_us)
        self.mark_a, self.mark_b = mark_a, mark_b


def _on_ladder(ladder: tuple[float, ...], value: float, steps: int) -> float:
    """The rung ``steps`` above or below a value, which itself may lie between rungs."""
    if steps >= 0:
        rung = bisect_right(ladder, value) - 1 + steps
    else:
        rung = bisect_left(ladder, value) + steps
    return ladder[min(max(rung, 0), len(ladder) - 1)]
