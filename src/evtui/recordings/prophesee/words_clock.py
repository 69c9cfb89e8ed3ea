"""Clocks of few bits that start again from zero, made into times that go on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Times


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that starts again at zero after ``round_us``."""

    round_us: int

    def unwrap(self, raw: Times, before: int | None) -> Times:
        """Times in µs that go on where the clock starts again.

        Each is the one nearest to the time before it that the clock can mean, but none lies before
        the clock's first round.  So a wrap is taken for one, a small step back stays one, a wrong
        value hardly ever moves a time but its own, and the first round may have gaps of any length.

        Args:
            raw: what the clock shows, shape (N,), int64, in file order.
            before: the unwrapped time right before these; None at the first of all.
        """
        if not len(raw):
            return raw
        first = self._first_round(int(raw[0]), before)
        half = self.round_us // 2
        if int(raw.max()) - int(raw.min()) <= half:
            return raw + first * self.round_us if first else raw
        steps = np.diff(raw)
        changes = (steps < -half).astype(np.int64) - (steps > half)
        rounds = np.concatenate([[first], first + np.cumsum(changes)])
        rounds -= np.minimum(np.minimum.accumulate(rounds), 0)
        times: Times = raw + rounds * self.round_us
        return times

    def _first_round(self, raw: int, before: int | None) -> int:
        if before is None:
            return 0
        number, shown = divmod(before, self.round_us)
        half = self.round_us // 2
        return max(0, number + (raw - shown < -half) - (raw - shown > half))


class Rounds:
    """In which round of its clock a recording is, place by place."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._starts: list[int] = []
        """Where each round but the first begins."""
        self._last: int | None = None
        self.wraps = 0
        """How often the clock started again."""
        self.step_back = 0
        """The largest step back in time that was met, µs."""

    def time(self, place: int, raw: int) -> int:
        """The unwrapped time, µs, of what the clock shows at a place of the file."""
        return raw + bisect_right(self._starts, place) * self._clock.round_us

    def begin(self, place: int) -> None:
        """Note that the next round begins at a place, behind all that were noted before."""
        self._starts.append(place)
        self.wraps = max(self.wraps, len(self._starts))

    def meet(self, times: Times) -> None:
        """Note whether time goes back among some unwrapped times in a row, µs."""
        if len(times) > 1 and np.any(times[1:] < times[:-1]):
            self.step_back = max(self.step_back, -int(np.diff(times).min()))

    def follow(self, places: NDArray[np.int64], times: Times) -> None:
        """Note the wraps and steps back among the unwrapped times that come next.

        Where time goes back, a place no longer tells the round: none is noted from there on.

        Args:
            places: of these times in the file, shape (N,), ascending.
            times: shape (N,), µs.
        """
        if not len(times):
            return
        if self._last is not None:
            self.step_back = max(self.step_back, self._last - int(times[0]))
        self._last = int(times[-1])
        self.meet(times)
        self.wraps = max(self.wraps, int(times.max()) // self._clock.round_us)
        while not self.step_back and self.wraps > len(self._starts):
            next_round = (len(self._starts) + 1) * self._clock.round_us
            self.begin(int(places[np.searchsorted(times, next_round)]))
