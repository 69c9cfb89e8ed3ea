"""The unit of a file's times: by name where one is stated, else told from the values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Times
from evtui.recordings.findings import Finding, finding
from evtui.units import format_rate

Raw: TypeAlias = NDArray[Any]
"""A column as the file holds it, shape (N,), of any numeric or boolean dtype."""

FARTHEST_US = 1 << 61
"""No time is farther from 0, so that the difference of two keeps within 63 bits."""


class Unit(Enum):
    """A unit of time: its usual name, and how many ns it has."""

    NS = ("ns", 1)
    US = ("µs", 1_000)
    MS = ("ms", 1_000_000)
    S = ("s", 1_000_000_000)

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def ns(self) -> int:
        return self.value[1]

    def to_us(self, raw: Raw) -> Times:
        """Times of this unit as whole µs: ns are rounded down, fractions to the nearest µs.

        Raises:
            ValueError: a time is not a number, or farther from 0 than ``FARTHEST_US``.
        """
        if raw.dtype.kind == "f":
            return self._float_to_us(raw)
        self._require_possible(raw)
        whole = raw.astype(np.int64, copy=False)
        if self is Unit.NS:
            return whole // 1_000
        return whole * (self.ns // 1_000) if self is not Unit.US else whole

    def _require_possible(self, raw: Raw) -> None:
        if raw.dtype.itemsize < 8 or not len(raw):
            return  # what has fewer bytes is near enough
        farthest = min(FARTHEST_US * 1_000 // self.ns, np.iinfo(np.int64).max)
        if max(int(raw.max()), -int(raw.min())) > farthest:
            raise ValueError("a time is farther from 0 than any clock can show")

    def _float_to_us(self, raw: Raw) -> Times:
        # float64 first: float32 cannot hold the product of seconds and a million.
        with np.errstate(over="ignore"):
            us = raw.astype(np.float64) * (self.ns / 1_000)
        if not np.all(np.abs(us) <= FARTHEST_US):
            raise ValueError("a time is not a number, or farther from 0 than any clock can show")
        return (np.floor(us) if self is Unit.NS else np.rint(us)).astype(np.int64)


_UNIT_WORDS = {
    Unit.NS: ("ns", "nsec", "nanosecond", "nanoseconds"),
    Unit.US: ("us", "µs", "μs", "usec", "microsecond", "microseconds"),
    Unit.MS: ("ms", "msec", "millisecond", "milliseconds"),
    Unit.S: ("s", "sec", "second", "seconds"),
}


def unit_named(word: str) -> Unit | None:
    """The unit that a word of a file's header means; None where it means none."""
    wanted = word.strip().lower()
    return next((unit for unit, words in _UNIT_WORDS.items() if wanted in words), None)


_PLAIN_RATES = (2e4, 1e7)
_POSSIBLE_RATES = (20.0, 2e8)
"""Mean event rates of whole recordings, in events/s."""

_PLAIN_SPANS_S = (0.05, 3 * 3_600.0)
_LONGEST_S = 7 * 86_400.0

_EPOCH_S = (946_684_800, 4_102_444_800)
"""The years 2000 to 2100 as Unix time in seconds."""

_ENOUGH = 1_000
"""Events from which rate, duration and finest step say something about the unit."""
_ENOUGH_STEPS = 16
"""Different times from which the finest step of the clock can be told."""
_TELLING = 4_096
"""Rows of a run from which it is told."""

_CLOCK = {
    Unit.S: {-6: 0.0, -3: 0.6, -9: 0.6, None: 0.0},
    Unit.MS: {-3: 0.0, -6: 1.2, 0: 1.6, None: 1.0},
    Unit.US: {0: 0.0, 3: 1.2, -3: 2.0, None: 1.2},
    Unit.NS: {3: 0.0, 0: 1.2, None: 2.4},
}
"""The cost of a finest step, which is a power of 10 of the unit; None where there is none."""
_ODD_CLOCK = 9.0
_OUT_OF_RANGE = 3.0
_MOST_FOR_THE_SPAN = 2.0
_DATE = -3.0
_DOUBT = 2.5


def tell_unit(sample: Sequence[Raw], rows: int) -> tuple[Unit, Finding]:
    """The unit of time, from the values; always with a finding, for nothing states it.

    s, ms, µs and ns are each charged for what would be unusual of the recording if the times were
    in them, and the cheapest is taken, of equals the first of µs, s, ms, ns:

    clock
        The finest step between times, as a power of 1000 of the unit: cameras count µs.  So whole
        numbers are µs first of all, multiples of 1000 are ns, three decimals ms and six decimals s,
        and each of these costs nothing.

        ================  ===  ===  ===  ===
        finest step         s   ms   µs   ns
        ================  ===  ===  ===  ===
        1000                9    9  1.2    0
        1                   9  1.6    0  1.2
        three decimals    0.6    0    2    9
        six decimals        0  1.2    9    9
        nine decimals     0.6    9    9    9
        other fractions     0    1  1.2  2.4
        ================  ===  ===  ===  ===
    rate
        Between 20 kev/s and 10 Mev/s it costs nothing; beyond, 1 for each factor of ten, and 3 more
        outside 20 ev/s to 200 Mev/s.
    duration
        Between 50 ms and 3 h it costs nothing; beyond, 2 for each factor of ten, but 2 at most,
        since parts of recordings may be short; and 3 more above a week.
    date
        An earliest time that is a date of this century is worth 3.

    Below 1000 events rate, duration and step tell nothing: whole numbers are then µs, fractions s,
    unless they are dates.  The finding says what was taken and the rate that it makes, and names
    the units that cost less than 2.5 more, with theirs: between those the values cannot tell.

    Args:
        sample: runs of the t column, at least one event in all, in any order; together they reach
            from the earliest to the latest time, or nearly.
        rows: events in the whole recording.
    """
    seen = _look_at(sample, rows)
    costs = {unit: seen.cost(unit) for unit in (Unit.US, Unit.S, Unit.MS, Unit.NS)}
    unit = min(costs, key=costs.__getitem__)
    others = [other for other in costs if other is not unit and costs[other] - costs[unit] < _DOUBT]
    return unit, finding("unit_guessed", seen.describe(unit, others))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a sample of times shows."""

    rows: int
    earliest: float
    span: float
    step: int | None
    """The finest step as a power of 10, one of −9, −6, −3, 0 and 3; None where there is none."""

    def cost(self, unit: Unit) -> float:
        """What would be unusual of the recording if its times were in a unit."""
        cost = _CLOCK[unit].get(self.step, _ODD_CLOCK)
        if _EPOCH_S[0] <= self.earliest * unit.ns / 1e9 <= _EPOCH_S[1]:
            cost += _DATE
        if self.rows >= _ENOUGH and self.span > 0:
            cost += self._cost_of_rate(unit) + self._cost_of_span(unit)
        return cost

    def _cost_of_rate(self, unit: Unit) -> float:
        rate = self.rate(unit)
        low, high = _POSSIBLE_RATES
        return _decades_outside(rate, *_PLAIN_RATES) + _OUT_OF_RANGE * (not low <= rate <= high)

    def _cost_of_span(self, unit: Unit) -> float:
        seconds = self.span * unit.ns / 1e9
        cost = min(_MOST_FOR_THE_SPAN, 2.0 * _decades_outside(seconds, *_PLAIN_SPANS_S))
        return cost + _OUT_OF_RANGE * (seconds > _LONGEST_S)

    def rate(self, unit: Unit) -> float:
        return self.rows / (self.span * unit.ns / 1e9)

    def describe(self, unit: Unit, others: Sequence[Unit]) -> str:
        said = f"the unit of t is not stated; {unit.label} is taken"
        if not self.span > 0:
            return f"{said}; all times seen are the same"
        said += f", which makes {format_rate(self.rate(unit))}"
        if self.rows < _ENOUGH:
            return f"{said}; so few events do not tell"
        doubts = (f"{other.label} ({format_rate(self.rate(other))})" for other in others)
        return f"{said}; it could also be {' or '.join(doubts)}" if others else said


def _decades_outside(value: float, low: float, high: float) -> float:
    return max(0.0, math.log10(low / value), math.log10(value / high))


def _look_at(sample: Sequence[Raw], rows: int) -> _Seen:
    runs = [run[np.isfinite(run)] if run.dtype.kind == "f" else run for run in sample]
    runs = [run for run in runs if len(run)]
    if not runs:
        return _Seen(rows, 0.0, 0.0, step=0)
    # As they are, not as floats: beyond 2**53 those lose the µs of a date in ns.
    earliest, latest = min(run.min().item() for run in runs), max(run.max().item() for run in runs)
    telling = np.unique(np.concatenate([run[:_TELLING] for run in runs]))
    whole = bool(np.all(telling == np.floor(telling)))
    step = _finest_step(telling) if rows >= _ENOUGH else None
    if step is None and whole:
        step = 0
    return _Seen(rows, float(earliest), float(latest - earliest), step)


def _finest_step(times: Raw) -> int | None:
    """Of which power of 1000 the distances of all times are multiples, as a power of 10.

    Args:
        times: different ones, ascending.
    """
    if len(times) < _ENOUGH_STEPS:
        return None
    if times.dtype.kind != "f":
        steps = times - times[0]
        return 3 if not np.any(steps % 1_000) else 0
    # Floats near zero are finer than those farther off, so those tell the most.
    doubt = np.abs(times.astype(np.float64)) * 2.0 * float(np.finfo(times.dtype).eps)
    distances = times.astype(np.float64) - float(times[0])
    for power in (3, 0, -3, -6, -9):
        scale = 10.0**-power
        clear = doubt * scale < 0.05
        if np.count_nonzero(clear) < _ENOUGH_STEPS:
            return None
        steps = distances[clear] * scale
        nearest = np.rint(steps)
        fits = np.abs(steps - nearest) <= doubt[clear] * scale + 1e-6
        if np.all(fits) and np.all(np.diff(nearest) > 0):
            return power
    return None
