"""The range of time in a predicate: narrow where it can be told, never too narrow."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.io.plugins import register_io_source

from evtui.store.pruning import ALWAYS, time_range
from support.predicates import predicates, t

SCHEMA = {"x": pl.Int16, "y": pl.Int16, "t": pl.Duration("us"), "polarity": pl.Int8}
SLACK_US = 3


def us(value: int) -> timedelta:
    return timedelta(microseconds=value)


def as_polars_hands_it_over(*filters: pl.Expr) -> pl.Expr | None:
    """The predicate that reaches a source of polars' IO plugins."""
    seen: list[pl.Expr | None] = []

    def source(_columns, predicate, _rows, _batch):
        seen.append(predicate)
        yield pl.DataFrame(schema=SCHEMA)

    register_io_source(source, schema=SCHEMA).filter(*filters).collect()
    return seen[0]


def range_of(*filters: pl.Expr) -> tuple[int, int]:
    predicate = as_polars_hands_it_over(*filters)
    assert predicate is not None
    return time_range(predicate)


@pytest.mark.parametrize(
    "filters",
    [
        (t >= us(1_000), t < us(2_000)),
        ((t > us(999)) & (t <= us(1_999)) & (pl.col("x") > 3),),
        (pl.col("x") > 3, us(1_000) <= t, us(2_000) > t),
        (~(t < us(1_000)), t < us(2_000)),
        (t.is_between(us(1_000), us(1_999)),),
        (t.is_between(us(1_000), us(2_000), closed="left"),),
        (t >= pl.duration(milliseconds=1), t < pl.duration(milliseconds=2, time_unit="ms")),
        (t >= np.timedelta64(1_000_000, "ns"), t < np.timedelta64(2, "ms")),
        (t >= pl.lit(us(400)) + pl.lit(us(600)), t < us(2_000)),
        (t.dt.total_microseconds() >= 1_000, t.dt.total_microseconds() < 2_000),
        (t.dt.total_microseconds() >= 1e3, t.dt.total_microseconds() < 1_999.5),
        (t.dt.total_microseconds().is_between(1_000, 1_999),),
        (t.to_physical() >= 1_000, t.to_physical() < 2_000),
        (t.cast(pl.Int64).is_between(1_000, 1_999),),
        (t >= us(0), t < us(2_000), t >= us(1_000), t < us(7_000)),
    ],
)
def test_a_range_is_told(filters):
    start, stop = range_of(*filters)
    assert 1_000 - SLACK_US <= start <= 1_000
    assert 2_000 <= stop <= 2_000 + SLACK_US


def test_one_side_is_told_alone():
    assert range_of(t >= us(5)) == (4, ALWAYS[1])
    assert range_of(t < us(5)) == (ALWAYS[0], 7)
    assert range_of(t == us(5)) == (4, 7)


@pytest.mark.parametrize(
    "predicate",
    [
        (t < us(5)) | (t > us(10)),
        (t < us(5)) ^ (t > us(10)),
        t != us(5),
        t.is_in([us(5)]),
        t - us(5) > us(10),
        t > t.shift(1),
        us(5) > pl.col("x") * t,
        t.dt.total_seconds() > 5,
        t.cast(pl.Float32) > 5.0,
        pl.col("x") > 5,
        pl.col("x").is_between(1, 2),
        pl.when(t > us(5)).then(pl.col("x") > 1).otherwise(statement=True),
        t.is_null(),
    ],
    ids=str,
)
def test_what_is_not_recognised_leaves_all_of_time(predicate):
    assert time_range(predicate) == ALWAYS


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, 2**62])
def test_odd_values_leave_what_they_allow(value):
    start, stop = time_range(t.dt.total_microseconds() <= pl.lit(value))
    assert (start, stop) == ALWAYS


def test_a_range_that_holds_nothing_is_told_as_such():
    start, stop = range_of(t > us(10_000), t < us(5))
    assert start >= stop


@given(predicates(), st.lists(st.integers(-30, 130), max_size=20))
def test_a_range_never_loses_a_row(predicate, times):
    handed_over = as_polars_hands_it_over(predicate)
    if handed_over is None:
        return
    frame = pl.DataFrame({"t": times}, schema={"t": pl.Duration("us")}).with_columns(
        x=pl.lit(3, pl.Int16), y=pl.lit(3, pl.Int16), polarity=pl.lit(1, pl.Int8)
    )
    start, stop = time_range(handed_over)
    kept = frame.filter(predicate)["t"].dt.total_microseconds()
    assert all(start <= us < stop for us in kept)
