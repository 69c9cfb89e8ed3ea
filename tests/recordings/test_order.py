"""Where time goes back, and which rows may have a time."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.order import TimeOrder

times = st.lists(st.integers(-50, 50) | st.integers(-(2**61), 2**61), min_size=1, max_size=40)


def followed(t, blocks):
    order = TimeOrder()
    for part in np.array_split(np.array(t, np.int64), blocks):
        if len(part):
            order.add(part)
    return order


@given(times, st.integers(1, 8), st.integers(1, 30))
def test_any_times_in_any_blocks(t, blocks, bins):
    order = followed(t, blocks)
    steps = [after - before for before, after in itertools.pairwise(t)]
    assert (order.rows, order.earliest, order.latest) == (len(t), min(t), max(t))
    assert order.steps_back == sum(step < 0 for step in steps)
    assert order.largest_step_back == max(0, *(-step for step in steps), 0)
    assert bool(list(order.findings())) == (order.steps_back > 0)
    timeline = order.timeline(bins)
    assert timeline.counts.sum() == pytest.approx(len(t))
    assert timeline.counts.min() >= 0


@given(times, st.integers(1, 8), st.integers(-60, 60), st.integers(0, 30))
def test_no_row_of_a_time_is_missed(t, blocks, t0, length):
    reaching = followed(t, blocks).rows_reaching(t0, t0 + length)
    rows = {row for run in reaching for row in range(*run)}
    assert {row for row, time in enumerate(t) if t0 <= time < t0 + length} <= rows


def test_each_block_is_told_with_the_times_before_its_steps_back():
    order = TimeOrder()
    assert told(order, [5, 9, 7, 8, 2]) == ((2, 9), [9, 8])
    assert told(order, [1, 3]) == ((1, 3), [2])
    assert told(order, [3, 4]) == ((3, 4), [])


def told(order, t):
    span, before = order.add(np.array(t))
    return span, before.tolist()


def test_no_events():
    order = TimeOrder()
    assert (order.rows, order.earliest, order.latest) == (0, 0, 0)
    assert list(order.findings()) == []


def test_the_finding_says_how_often_and_how_far():
    (once,) = followed([5, 3, 9], 1).findings()
    assert once.message.startswith("time goes back once, by up to 2 µs")
    (twice,) = followed([5_000, 3, 9, 2], 2).findings()
    assert twice.message.startswith("time goes back 2 times, by up to 5.00 ms")


def test_a_cheap_timeline_spreads_each_block_over_its_times():
    backwards = followed(np.arange(1_000)[::-1], 10).timeline(4)
    assert backwards.counts.tolist() == [250, 250, 250, 250]
    assert not backwards.exact
