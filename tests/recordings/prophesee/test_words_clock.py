"""Clocks of few bits: wraps, steps back and wrong values, for any split of the times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.prophesee.words_clock import Clock, Rounds
from support.words_reference import nearest

ROUND = 1 << 10
CLOCK = Clock(ROUND)

shown = st.lists(st.integers(0, ROUND - 1), max_size=30)


def unwrapped(raw, before=None):
    return CLOCK.unwrap(np.array(raw, np.int64), before).tolist()


@given(st.integers(0, ROUND - 1), st.lists(st.integers(0, ROUND // 2 - 1), max_size=30))
def test_times_go_on_where_the_clock_starts_again(first, steps):
    times = np.cumsum([first, *steps])
    assert unwrapped(times % ROUND) == times.tolist()


@given(shown)
def test_times_are_what_the_slow_rule_says(raw):
    expected, before = [], None
    for value in raw:
        before = nearest(value, before, ROUND)
        expected.append(before)
    assert unwrapped(raw) == expected


@given(shown, st.integers(0, 30))
def test_times_do_not_depend_on_where_they_are_split(raw, cut):
    whole = unwrapped(raw)
    before = whole[:cut][-1] if whole[:cut] else None
    assert whole[:cut] + unwrapped(raw[cut:], before) == whole


@pytest.mark.parametrize(
    ("raw", "times"),
    [
        ([0, 1000], [0, 1000]),  # a gap in the first round, however long
        ([1000, 5, 1010, 8], [1000, 1029, 1010, 1032]),  # disorder around a wrap
        ([100, 40, 110], [100, 40, 110]),  # a step back
        ([900, 20, 30 ^ 256, 40], [900, 1044, 1310, 1064]),  # one wrong bit
    ],
)
def test_each_time_is_the_nearest_that_the_clock_can_mean(raw, times):
    assert unwrapped(raw) == times


def test_rounds_are_told_by_place():
    rounds = Rounds(CLOCK)
    rounds.follow(np.array([10, 20]), np.array([5, 1000]))
    rounds.follow(np.array([30, 40, 50]), np.array([1000, 1030, 4100]))
    assert (rounds.wraps, rounds.step_back) == (4, 0)
    assert [rounds.time(place, 6) // ROUND for place in (10, 30, 40, 49, 50, 60)] == [
        *(0, 0, 1, 1, 4, 4),
    ]


def test_the_largest_step_back_is_kept_also_across_calls():
    rounds = Rounds(CLOCK)
    rounds.follow(np.array([0, 1]), np.array([50, 40]))
    rounds.follow(np.array([2]), np.array([10]))
    rounds.follow(np.array([], np.int64), np.array([], np.int64))
    rounds.meet(np.array([10, 5]))
    assert rounds.step_back == 30
