"""Hypothesis strategies for queries over events in evlib's schema."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import and_

import polars as pl
from hypothesis import strategies as st

t = pl.col("t")

_LOWEST_US, _HIGHEST_US = -20, 120
_FORMS = (t.dt.total_microseconds(), t.to_physical(), t.cast(pl.Int64))
_COMPARISONS = (
    lambda a, b: a >= b,
    lambda a, b: a > b,
    lambda a, b: a <= b,
    lambda a, b: a < b,
    lambda a, b: a == b,
    lambda a, b: a != b,
)
_us = st.integers(_LOWEST_US, _HIGHEST_US)
_durations = st.one_of(
    _us.map(lambda us: pl.lit(timedelta(microseconds=us))),
    _us.map(lambda us: pl.duration(microseconds=us)),
    st.integers(1_000 * _LOWEST_US, 1_000 * _HIGHEST_US).map(
        lambda ns: pl.duration(nanoseconds=ns, time_unit="ns")
    ),
)
_numbers = (_us | st.floats(_LOWEST_US, _HIGHEST_US)).map(pl.lit)


@st.composite
def _of_time(draw: st.DrawFn) -> pl.Expr:
    form, values = draw(st.sampled_from([(t, _durations), *((form, _numbers) for form in _FORMS)]))
    value = draw(values)
    if draw(st.booleans()):
        closed = draw(st.sampled_from(["both", "left", "right", "none"]))
        return form.is_between(value, draw(values), closed=closed)
    compare = draw(st.sampled_from(_COMPARISONS))
    return compare(form, value) if draw(st.booleans()) else compare(value, form)


_of_the_rest = st.one_of(
    st.integers(0, 8).map(lambda x: pl.col("x") > x),
    st.integers(0, 8).map(lambda y: pl.col("y").is_in([y, y + 1])),
    st.sampled_from([pl.col("polarity") > 0, pl.lit(value=True), t.is_not_null()]),
    st.integers(0, 60).map(lambda us: t - timedelta(microseconds=us) > timedelta(microseconds=20)),
)


_plain = _of_time() | _of_the_rest
_joined = st.one_of(
    st.builds(lambda a, b: a | b, _plain, _plain),
    st.builds(lambda a, b: ~(a & b), _plain, _plain),
    _plain.map(lambda one: ~one),
)


@st.composite
def predicates(draw: st.DrawFn) -> pl.Expr:
    """Conditions on events between −20 and 120 µs and on a few pixels; most limit the time."""
    kinds = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))
    conditions = [draw((_of_the_rest, _joined)[kind] if kind < 2 else _of_time()) for kind in kinds]
    return reduce(and_, conditions)
