"""The time at places of an EVT3 file, told from words before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evtui.recordings.prophesee.evt3_clock import HIGH_US, ROUND_HIGHS, NextHigh, read_highs
from evtui.recordings.prophesee.evt3_words import TIME, TIME_HIGH, TIME_LOW, Carry, Numbers, Words
from evtui.recordings.search import FAR

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
    highs, lows = _places_of(TIME_HIGH, words), _places_of(TIME_LOW, words)
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
    shown = None if before.high is None else before.high % ROUND_HIGHS
    carry = Carry(high=before.high, shown=shown)
    highs = read_highs(words, _places_of(TIME_HIGH, words), carry, next_high)
    marks = []
    for end in ends:
        changes = int(np.searchsorted(highs.places, end))
        since = int(highs.places[changes - 1]) if changes else 0
        mark = Mark(int(highs.values[changes - 1])) if changes else before
        low = _last_low(words[since:end])
        marks.append(mark if mark.high is None or low is None else Mark(mark.high, low))
    return marks


def _places_of(kind: int, words: Words) -> Numbers:
    return np.flatnonzero(words >> 12 == kind)


def _last_low(words: Words) -> int | None:
    """The last TIME_LOW of some words, searched from their end."""
    end, length = len(words), 256
    while end > 0:
        tail = words[max(0, end - length) : end]
        found = _places_of(TIME_LOW, tail)
        if len(found):
            return int(tail[found[-1]] & TIME)
        end, length = end - len(tail), 4 * length
    return None
