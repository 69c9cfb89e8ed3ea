"""Transport: where playback stands and how it moves.  A plain state machine without a clock."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from evtui.units import US_PER_S

SPEEDS: tuple[float, ...] = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0),
)
"""The ladder of speeds, recording time over real time."""

WINDOWS_US: tuple[int, ...] = (
    *(10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 33_333, 50_000),
    *(100_000, 200_000, 500_000, 1_000_000),
)
"""The ladder of accumulation windows in µs."""

DEFAULT_WINDOW_US = 10_000

LOOPS_BELOW_S = 10
SHORTEST_RUN_S = 3
FEWEST_WINDOWS = 20
SEEK_S = 5


@dataclass(slots=True)
class Transport:
    """Position, speed, window and loop over one recording.

    ``position_us`` is the start of the shown window: the frame holds the events with
    position ≤ t < position + window.
    """

    duration_us: int
    window_us: int = DEFAULT_WINDOW_US
    speed: float = 1.0
    playing: bool = False
    looping: bool = False
    mark_a: int | None = None
    mark_b: int | None = None
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

    def advance(self, elapsed_s: float) -> None:
        """Let real time pass: moves on while playing, wraps in a loop, stops at the end."""
        if not self.playing:
            return
        start, end = self.span
        position = self._position + elapsed_s * US_PER_S * self.speed
        if position < end:
            self._position = position
        elif self.mark_b is not None or self.looping:
            length = max(1, end - start)
            self._position = start + (position - start) % length
        else:
            self._position = end
            self.playing = False

    def toggle(self) -> None:
        """Play or pause; playing on from the end begins again at the start."""
        self.playing = not self.playing
        if self.playing and self.at_end and self.mark_b is None:
            self._position = 0.0

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

    def step(self, windows: int) -> None:
        """Pause and move by whole windows, forward or back."""
        self.playing = False
        self.seek(self.position_us + windows * self.window_us)

    def change_speed(self, steps: int) -> None:
        """Go up or down the ladder of speeds."""
        self.speed = _on_ladder(SPEEDS, self.speed, steps)

    def reset_speed(self) -> None:
        self.speed = 1.0

    def change_window(self, steps: int) -> None:
        """Go up or down the ladder of accumulation windows; the position stays where it can."""
        self.window_us = int(_on_ladder(WINDOWS_US, self.window_us, steps))
        self.seek(self._position)

    def mark(self) -> None:
        """Set A, then B, then clear both, as mpv's ``l`` does.

        Marks set backwards are swapped; the loop is never shorter than one window.
        """
        if self.mark_a is None:
            self.mark_a = self.position_us
        elif self.mark_b is None:
            first, second = sorted((self.mark_a, self.position_us))
            self.mark_a, self.mark_b = first, max(second, first + self.window_us)
        else:
            self.mark_a = self.mark_b = None


def _on_ladder(ladder: tuple[float, ...], value: float, steps: int) -> float:
    """The rung ``steps`` above or below a value, which itself may lie between rungs."""
    if steps >= 0:
        rung = bisect_right(ladder, value) - 1 + steps
    else:
        rung = bisect_left(ladder, value) + steps
    return ladder[min(max(rung, 0), len(ladder) - 1)]
