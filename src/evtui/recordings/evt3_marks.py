"""The time at places of an EVT3 file, told from words before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evtui.recordings.evt3_clock import HIGH_US, ROUND_HIGHS, NextHigh, read_highs
from evtui.recordings.evt3_words import TIME, TIME_HIGH, TIME_LOW, Carry, Words, kinds_of

FAR = 1 << 62
"""As a time, µs: later than any; its negative is earlier than any."""

_FEWEST_HIGHS = 3
_HIGHS_PER_CHANGE = 64
"""A sensor shows each TIME_HIGH 256 times; a program that sends it with each event, every 64 µs at
the least, passes for one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The time at a place: no event before it is later, and none behind it earlier."""

    high: int | None
    """TIME_HIGH; None before the first."""
    low: int = 0
    """TIME_LOW, or 0 where TIME_HIGH has changed since."""

    @property
    def time(self) -> int:
        """The same in µs."""
        return -FAR if self.high is None else self.high * HIGH_US + self.low


def steady_mark(words: Words) -> Mark | None:
    """The time behind some words, its TIME_HIGH as it is shown.

    None unless they show it over and over, as sensors do even when nothing happens.
    """
    kinds = kinds_of(words)
    highs, lows = np.flatnonzero(kinds == TIME_HIGH), np.flatnonzero(kinds == TIME_LOW)
    shown = words[highs] & TIME
    changes = np.flatnonzero(shown[1:] != shown[:-1]) + 1
    is_steady = len(highs) >= _FEWEST_HIGHS and len(changes) <= 1 + len(highs) // _HIGHS_PER_CHANGE
    if not is_steady or not len(lows):
        return None
    since = int(highs[changes[-1]]) if len(changes) else -1
    return Mark(int(shown[-1]), int(words[lows[-1]] & TIME) if lows[-1] > since else 0)


def follow_marks(
    words: Words, ends: Sequence[int], before: Mark, next_high: NextHigh
) -> list[Mark]:
    """The times at some places, from every word up to them.

    Args:
        words: a run of them.
        ends: places in the run; the words before each one count.
        before: the time in front of the run.
        next_high: as for ``read_highs``.
    """
    kinds = kinds_of(words)
    shown = None if before.high is None else before.high % ROUND_HIGHS
    highs = read_highs(words, kinds, Carry(high=before.high, shown=shown), next_high)
    lows = np.flatnonzero(kinds == TIME_LOW)
    marks = []
    for end in ends:
        high, low = int(np.searchsorted(highs.places, end)), int(np.searchsorted(lows, end))
        mark = Mark(int(highs.values[high - 1])) if high else before
        if mark.high is not None and low and (not high or lows[low - 1] > highs.places[high - 1]):
            mark = Mark(mark.high, int(words[lows[low - 1]] & TIME))
        marks.append(mark)
    return marks
