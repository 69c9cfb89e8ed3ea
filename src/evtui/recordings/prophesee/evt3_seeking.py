"""Where in an EVT3 file a time is: a few looks instead of a pass over all words.

The clock starts again every 16.8 s, so looks at it along the file have to be close enough to count
its rounds: one look a MB does, as long as TIME_HIGH comes as regularly as sensors send it.  Where
it does not, as in files that a program wrote, every word of that MB is looked at instead.

All this is right for what sensors send.  Where time goes back, or the clock is damaged over more
than a word, only the full pass (``evt3_pass``) knows the time.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right

from evtui.recordings.prophesee.evt3_blocks import Blocks, Run
from evtui.recordings.prophesee.evt3_clock import HIGH_US, ROUND_HIGHS
from evtui.recordings.prophesee.evt3_decoding import decode
from evtui.recordings.prophesee.evt3_marks import Mark, follow_marks, steady_mark
from evtui.recordings.prophesee.evt3_words import ADDR_Y, PIXEL, TIME, TIME_LOW, VECT_BASE_X, Carry
from evtui.recordings.search import FAR

_FALSE_US = 64
"""How far the false times are off that sensors send now and then."""

_LEAD = 1 << 13
"""Words decoded before a block to know the time of the event before it: 64 µs at 100 M words/s."""

_MOST_STEP = 3_100
"""TIME_HIGH steps in a stride of words that sensors send: 12.6 s, and a little."""

_LOOKS_AHEAD = 256
"""Strides for which the system is asked to fetch their looks at once."""


class Skeleton:
    """The time at the borders of blocks, looked up where it is asked for."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._stride = blocks.grain.stride
        self._marks = [Mark(None)]
        self._times = [-FAR]
        """Of the marks, one for each stride; grows as times are asked for."""
        self._walked: dict[int, list[Mark]] = {}
        self._seen: dict[int, Mark] = {}
        self.latest = -FAR
        """The latest time that was met, µs on the sensor's clock."""
        self.goes_back = False
        """Whether it was met before an earlier one."""
        self._baseless = 0
        """Up to this place no VECT_BASE_X was found."""

    @property
    def known_blocks(self) -> int:
        """Up to which block the clock's rounds are counted."""
        return min((len(self._marks) - 1) * self._stride, self._blocks.count)

    def wraps(self) -> int:
        """How often the clock started again, as far as it is known."""
        return max((mark.high or 0) for mark in self._marks) // ROUND_HIGHS

    def grow(self, block: int) -> None:
        """Count the clock's rounds up to a block, which may be the one behind the last."""
        while self.known_blocks < block:
            self._add_mark()

    def run(self, t0: int, t1: int) -> Run:
        """Blocks that have every event of t0 ≤ t < t1, times in µs on the sensor's clock."""
        first = self._last_before(t0 - _FALSE_US)
        stop = self._first_at_least(t1 + _FALSE_US)
        return Run(first, max(first, stop), self.carry(first))

    def carry(self, block: int) -> Carry:
        """What the words before a block leave behind, but for ``base`` if it is far away."""
        if block == 0:
            return Carry()
        place = self._blocks.place(block)
        lead = self._blocks.before(place, _LEAD)
        carry = decode(lead, Carry()).carry
        if len(lead) == place:
            return carry
        return self._completed(self._shifted(carry, self.mark(block).high), place)

    def _shifted(self, carry: Carry, high: int | None) -> Carry:
        """A carry out of a few words alone, with the rounds of the clock that came before them."""
        if high is None:
            return Carry(low=carry.low, y=carry.y, base=carry.base, base_on=carry.base_on)
        if carry.high is None:
            return dataclasses.replace(carry, high=high, shown=high % ROUND_HIGHS)
        shift = (high - carry.high) * HIGH_US
        stamp = None if carry.stamp is None else carry.stamp + shift
        t = None if carry.t is None else carry.t + shift
        return dataclasses.replace(carry, high=high, stamp=stamp, t=t)

    def _completed(self, carry: Carry, place: int) -> Carry:
        low, y = carry.low, carry.y
        if low is None:
            low = self._last_content(TIME_LOW, place, TIME)
        if y is None:
            y = self._last_content(ADDR_Y, place, PIXEL)
        return dataclasses.replace(carry, low=low, y=y)

    def _last_content(self, kind: int, place: int, mask: int) -> int | None:
        found = self._blocks.last_of(kind, place)
        return None if found is None else int(self._blocks.before(found + 1, 1)[0]) & mask

    def find_base(self, block: int) -> Carry:
        """``base`` and ``base_on`` before a block, however far away they were set."""
        place = self._blocks.place(block)
        if place <= self._baseless:
            return Carry()
        found = self._blocks.last_of(VECT_BASE_X, place)
        if found is None:
            self._baseless = place
            return Carry()
        return self._blocks.base_after(found, place)

    def mark(self, block: int) -> Mark:
        """The time at the beginning of a block; behind the last, at the file's end."""
        if block not in self._seen:
            self._seen[block] = self._find_mark(block)
        return self._seen[block]

    def _find_mark(self, block: int) -> Mark:
        stride, inside = divmod(block, self._stride)
        if not inside or block == self._blocks.count:
            self.grow(block)
            return self._marks[-(-block // self._stride)]
        self.grow(min(block + self._stride, self._blocks.count))
        if stride not in self._walked:
            mark = self._look(block, self._marks[stride])
            if mark is not None:
                return mark
        return self._walk(stride)[inside - 1]

    def _add_mark(self) -> None:
        stride, before = len(self._marks) - 1, self._marks[-1]
        border = min((stride + 1) * self._stride, self._blocks.count)
        if stride % _LOOKS_AHEAD == 0:
            ahead = min(border + _LOOKS_AHEAD * self._stride, self._blocks.count)
            self._blocks.will_look(range(border, ahead, self._stride))
        mark = self._look(border, before) or self._walk(stride)[-1]
        self._marks.append(mark)
        self._times.append(mark.time)
        self._note(mark)

    def _note(self, mark: Mark) -> None:
        self.goes_back |= mark.time < self.latest
        self.latest = max(self.latest, mark.time)

    def _look(self, block: int, before: Mark) -> Mark | None:
        """The time at a block, less than a round of the clock after a mark.

        None where the clock does not come as sensors send it, so that this cannot be told.
        """
        if before.high is None:
            return None
        place = self._blocks.place(block)
        for length in (self._blocks.grain.look, 8 * self._blocks.grain.look):
            mark = steady_mark(self._blocks.before(place, length))
            if mark is not None and mark.high is not None:
                step = (mark.high - before.high) % ROUND_HIGHS
                high = before.high + step
                return Mark(high, mark.low) if step <= _MOST_STEP else None
        return None

    def _walk(self, stride: int) -> list[Mark]:
        """The times at the ends of a stride's blocks, from every word of it."""
        if stride not in self._walked:
            first = stride * self._stride
            stop = min(first + self._stride, self._blocks.count)
            start, end = self._blocks.place(first), self._blocks.place(stop)
            self._walked[stride] = follow_marks(
                self._blocks.read(first, stop),
                [self._blocks.place(block) - start for block in range(first + 1, stop + 1)],
                self._marks[stride],
                lambda: self._blocks.next_high(end),
            )
            if stride == len(self._marks) - 1:
                for mark in self._walked[stride]:
                    self._note(mark)
        return self._walked[stride]

    def _last_before(self, t: int) -> int:
        """The last block at whose beginning it is not later than t."""
        while self._times[-1] <= t and self.known_blocks < self._blocks.count:
            self._add_mark()
        stride = max(0, bisect_right(self._times, t) - 1)
        low = min(stride * self._stride, self._blocks.count)
        blocks = range(low, min(low + self._stride, self._blocks.count))
        return low + max(0, bisect_right(blocks, t, key=self._time) - 1)

    def _first_at_least(self, t: int) -> int:
        """The first block at whose beginning it is t or later."""
        while self._times[-1] < t and self.known_blocks < self._blocks.count:
            self._add_mark()
        high = min(bisect_left(self._times, t) * self._stride, self._blocks.count)
        low = max(0, high - self._stride)
        return low + bisect_left(range(low, high), t, key=self._time)

    def _time(self, block: int) -> int:
        return self.mark(block).time
