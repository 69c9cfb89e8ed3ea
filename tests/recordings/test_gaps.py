"""Gaps are found where a camera lost events, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.gaps import MOST_KEPT, SHORTEST_US, find_gaps, longest_gaps, tell_gaps

BIN_US = 500
SECOND = 1_000_000


def binned(t, bin_us=BIN_US):
    """Events per bin, from the first event's to the last one's."""
    t = np.sort(np.asarray(t)) - np.min(t)
    return np.bincount(t // bin_us)


def steady(rate, start_us, stop_us, seed=0):
    """Times of events that come at a steady mean rate, events/s."""
    random = np.random.default_rng(seed)
    return random.integers(start_us, stop_us, int(rate * (stop_us - start_us) / SECOND))


def without(t, *spans):
    """What a camera has left that lost these stretches of time."""
    lost = np.zeros(len(t), bool)
    for start, stop in spans:
        lost |= (t >= start) & (t < stop)
    return t[~lost]


def found_in(t):
    return find_gaps(binned(t), BIN_US)


def is_about(gaps, *spans):
    return len(gaps) == len(spans) and np.allclose(gaps, spans, atol=2 * BIN_US)


@pytest.mark.parametrize("rate", [20_000, 1_000_000])
def test_300_ms_that_a_busy_recording_lost_are_found(rate):
    lost = 2 * SECOND, 2 * SECOND + 300_000
    assert is_about(found_in(without(steady(rate, 0, 5 * SECOND), lost)), lost)


def test_each_of_several_losses_is_found():
    lost = [(k * SECOND, k * SECOND + 60_000 + 40_000 * k) for k in range(1, 6)]
    assert is_about(found_in(without(steady(200_000, 0, 7 * SECOND), *lost)), *lost)


def test_a_stall_as_long_as_the_rest_is_found():
    lost = 5 * SECOND, 15 * SECOND
    assert is_about(found_in(without(steady(50_000, 0, 20 * SECOND), lost)), lost)


def test_what_is_shorter_than_the_shortest_is_none():
    t = steady(1_000_000, 0, 2 * SECOND)
    assert not found_in(without(t, (SECOND, SECOND + SHORTEST_US - 2 * BIN_US)))


@given(st.integers(1, 3_000), st.integers(0, 20))
def test_a_sparse_recording_has_no_gaps(rate, seed):
    """However long nothing comes: at so few events/s that is no loss."""
    assert not found_in(np.r_[0, steady(rate, 0, 20 * SECOND, seed), 20 * SECOND])


def test_a_quiet_recording_with_a_lively_moment_has_no_gaps():
    quiet, lively = steady(30, 0, 60 * SECOND), steady(2_000_000, 30 * SECOND, 30_300_000)
    assert not found_in(np.concatenate([quiet, lively]))


@pytest.mark.parametrize("period_us", [100_000, 500_000])
def test_a_blinking_light_in_the_dark_has_no_gaps(period_us):
    flashes = [steady(1_000_000, at, at + 10_000, at) for at in range(0, 10 * SECOND, period_us)]
    assert not found_in(np.concatenate(flashes))


def test_a_movement_that_comes_to_rest_leaves_no_gap():
    """A pendulum without noise: at its ends fewer and fewer events come, and then none."""
    random = np.random.default_rng(1)
    t = random.integers(0, 10 * SECOND, 2_000_000)
    speed = np.abs(np.cos(np.pi * t / SECOND))
    moving = t[random.random(len(t)) < np.maximum(speed - 0.2, 0)]
    assert binned(moving).size > 10 * SECOND / BIN_US * 0.9
    assert not found_in(moving)


def test_one_event_far_from_all_others_makes_no_gap():
    t = steady(1_000_000, 0, SECOND)
    assert not found_in(np.append(t, 100 * SECOND))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=200), st.integers(1, 100_000))
def test_gaps_are_empty_stretches_in_order(counts, bin_us):
    counts = np.array([1, *counts, 1]) * 500
    gaps = find_gaps(counts, bin_us)
    assert list(gaps) == sorted(gaps)
    for start, stop in gaps:
        assert stop - start >= SHORTEST_US
        assert not counts[start // bin_us : stop // bin_us].any()


def test_of_many_gaps_the_longest_are_shown():
    gaps = tuple((1_000 * k, 1_000 * k + k) for k in range(MOST_KEPT + 50))
    assert longest_gaps(gaps) == gaps[50:]
    assert longest_gaps(gaps[:3]) == gaps[:3]


def test_the_finding_says_how_many_how_long_and_where():
    assert tell_gaps(()) is None
    one = tell_gaps(((2_000_000, 2_300_000),))
    assert one is not None
    assert one.code == "gap"
    assert one.message.startswith("no event came for 300 ms from 00:00:02.000000 on")
    many = tell_gaps(((0, 60_000), (2_000_000, 2_300_000), (5_000_000, 5_100_000)))
    assert many is not None
    assert "3 gaps of 460 ms in all, the longest of 300 ms from 00:00:02.000000" in many.message
