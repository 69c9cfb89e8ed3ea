"""The range of time that a polars predicate leaves, told with polars' public API alone.

The predicate reaches an IO plugin as polars' optimiser left it.  Each node is taken apart with
``meta.pop`` and put together again as what it seems to be; only where ``meta.eq`` finds both the
same is it believed.  A node that is not recognised leaves all of time, so whoever reads the range
still has to apply the whole predicate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import polars as pl

Range: TypeAlias = tuple[int, int]
"""µs on the sensor's clock: start, and end that is not included."""

ALWAYS: Range = (-(1 << 60), 1 << 60)

_T = pl.col("t")
_TIMES: tuple[pl.Expr, ...] = (
    _T,
    _T.dt.total_microseconds(),
    _T.dt.total_microseconds().cast(pl.Float64, strict=False),  # as compared with a fraction
    _T.to_physical(),
    _T.cast(pl.Int64),
)
"""What stands for the time in µs."""

_Compare: TypeAlias = Callable[[pl.Expr, pl.Expr], pl.Expr]
_AT_LEAST: tuple[_Compare, ...] = (lambda a, b: a >= b, lambda a, b: a > b, lambda a, b: a == b)
_AT_MOST: tuple[_Compare, ...] = (lambda a, b: a <= b, lambda a, b: a < b, lambda a, b: a == b)
_CLOSED: tuple[Literal["both", "left", "right", "none"], ...] = ("both", "left", "right", "none")


def time_range(predicate: pl.Expr) -> Range:
    """A range that holds every t for which the predicate can be true.

    Recognised are comparisons of t, or of its whole µs, with a value, ``is_between``, and what is
    joined to them by ``&``.  The range may be a few µs wider than the predicate says.
    """
    inputs = predicate.meta.pop()[::-1]
    if len(inputs) == 3:
        return _between(predicate, *inputs)
    if len(inputs) != 2:
        return ALWAYS
    left, right = inputs
    if predicate.meta.eq(left & right):
        return _both(time_range(left), time_range(right))
    return _both(_compared(predicate, left, right), _compared(predicate, right, left, turned=True))


def _both(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])


def _compared(predicate: pl.Expr, time: pl.Expr, value: pl.Expr, *, turned: bool = False) -> Range:
    """The range of ``time ≥ value`` and its like; ``turned`` says that the value comes first."""
    us = _value_us(time, value)
    if us is None:
        return ALWAYS

    def says(compare: _Compare) -> bool:
        return predicate.meta.eq(compare(value, time) if turned else compare(time, value))

    at_least, at_most = (_AT_MOST, _AT_LEAST) if turned else (_AT_LEAST, _AT_MOST)
    return (
        max(ALWAYS[0], us - 1) if any(map(says, at_least)) else ALWAYS[0],
        min(ALWAYS[1], us + 2) if any(map(says, at_most)) else ALWAYS[1],
    )


def _between(predicate: pl.Expr, time: pl.Expr, low: pl.Expr, high: pl.Expr) -> Range:
    if not any(predicate.meta.eq(time.is_between(low, high, closed=kind)) for kind in _CLOSED):
        return ALWAYS
    return _both(_compared(time >= low, time, low), _compared(time <= high, time, high))


def _value_us(time: pl.Expr, value: pl.Expr) -> int | None:
    """µs of a constant that a form of t is compared with, rounded down; None if it is neither."""
    if value.meta.root_names() or not any(time.meta.eq(known) for known in _TIMES):
        return None
    constant = pl.select(value).to_series()
    if time.meta.eq(_T):
        if constant.dtype != pl.Duration:
            return None
        constant = constant.dt.total_microseconds()
    number: Any = constant.item() if len(constant) == 1 else None
    if not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return math.floor(number)
