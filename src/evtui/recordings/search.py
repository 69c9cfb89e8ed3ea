"""Finding a place in sorted data where looking at one value is dear.

In a compressed file each look may inflate a whole chunk, so the looks are what is saved: guess by
interpolation, fall back on bisection, and remember every value ever seen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise

FAR = 1 << 62
"""As a time, µs: later than any; its negative is earlier than any."""

_LIMIT_US = (1 << 62) + 1
"""Past the farthest distance of two times that no clock can show."""


def within_reach(t0: int, t1: int) -> tuple[int, int]:
    """The bounds of a window in µs, brought near enough that sums with other times hold."""
    start, stop = (min(max(t, -_LIMIT_US), _LIMIT_US) for t in (t0, t1))
    return start, stop


class SortedSearch:
    """Searches a sequence of numbers that never decreases and is read through ``probe``.

    Where the numbers do decrease, a search still ends, as soon, at one index or another.
    """

    def __init__(self, count: int, probe: Callable[[int], int]) -> None:
        """Search ``count`` values; ``probe(index)`` reads one of them and is called once each."""
        self._count = count
        self._probe = probe
        self._indices: list[int] = []
        self._values: dict[int, int] = {}
        self.probes = 0
        """How often ``probe`` was called."""
        self.step_back = 0
        """The largest decrease among the values seen so far."""

    @property
    def known(self) -> Sequence[tuple[int, int]]:
        """Every value seen so far as (index, value), by index."""
        return [(index, self._values[index]) for index in self._indices]

    def learn(self, index: int, value: int) -> None:
        """Take note of a value that came to light in another way."""
        if index in self._values:
            return
        self._values[index] = value
        place = bisect_left(self._indices, index)
        self._indices.insert(place, index)
        for before, after in pairwise(self._indices[max(0, place - 1) : place + 2]):
            self.step_back = max(self.step_back, self._values[before] - self._values[after])

    def value(self, index: int) -> int:
        """The value at an index, from memory where it was seen before."""
        if index not in self._values:
            self.probes += 1
            self.learn(index, self._probe(index))
        return self._values[index]

    def first_at_least(self, wanted: int) -> int:
        """The first index whose value is ``wanted`` or more; ``count`` where there is none.

        Takes a few probes where the values grow evenly, and never more than 2·log₂(count) + 4.
        """
        if self._count == 0 or self.value(0) >= wanted:
            return 0
        if self.value(self._count - 1) < wanted:
            return self._count
        return self._narrow(*self._bracket(wanted), wanted)

    def _bracket(self, wanted: int) -> tuple[int, int]:
        """Neighbours among the known indices, between which the wanted one lies."""
        after = bisect_left(self._indices, wanted, key=self._values.__getitem__)
        after = min(max(after, 1), len(self._indices) - 1)
        return self._indices[after - 1], self._indices[after]

    def _narrow(self, low: int, high: int, wanted: int) -> int:
        """Close in on the answer; the value at ``low`` is smaller than wanted, at ``high`` not."""
        steps = 2 * (high - low).bit_length()
        same_side = 0
        while high - low > 1:
            steps -= 1
            guess = self._guess(low, high, wanted) + _overshoot(same_side)
            # After this step bisection must still be able to finish in the steps that are left.
            reach = 1 << max(steps, 0)
            guess = min(max(guess, low + 1, high - reach), high - 1, low + reach)
            if self.value(guess) < wanted:
                low, same_side = guess, max(same_side, 0) + 1
            else:
                high, same_side = guess, min(same_side, 0) - 1
        return high

    def _guess(self, low: int, high: int, wanted: int) -> int:
        at_low, at_high = self._values[low], self._values[high]
        return low + (wanted - at_low) * (high - low) // max(1, at_high - at_low)


def _overshoot(same_side: int) -> int:
    """How far to push a guess across the answer after several fell on one side of it.

    Plain interpolation creeps up on the answer from one side, step by small step, wherever the
    values grow faster at one end.  A push that grows fourfold soon shuts the bracket from across.

    Args:
        same_side: how many guesses in a row were below (positive) or above (negative) the answer.
    """
    if abs(same_side) < 2:
        return 0
    push = 1 << 2 * (abs(same_side) - 1)
    return push if same_side > 0 else -push
