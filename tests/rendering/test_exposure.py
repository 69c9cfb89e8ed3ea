import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.exposure import AUTO, Exposure, usual_count

COUNTS = numpy_st.arrays(np.int32, (3, 4), elements=st.integers(0, 5) | st.integers(0, 10**6))


@pytest.mark.parametrize(("count", "usual"), [(1, 1), (2, 2), (7, 7), (1_000, 1_000)])
def test_the_usual_count_of_equal_dots_is_theirs(count, usual):
    counts = np.array([0, count, count, 0, count], np.int32)
    assert usual_count(counts) == pytest.approx(usual)


def test_a_hot_pixel_hardly_changes_the_usual_count():
    counts = np.full(5_000, 2, np.int32)
    counts[17] = 10_000
    assert counts.mean() > 3.9
    assert usual_count(counts) == pytest.approx(2, abs=0.1)


def test_dots_without_events_do_not_count():
    assert usual_count(np.zeros((2, 3), np.int32)) == 1
    few, many = np.zeros(10, np.int32), np.zeros(1_000, np.int32)
    few[:5] = many[:5] = [1, 2, 3, 4, 9]
    assert usual_count(few) == usual_count(many)


@given(COUNTS)
def test_the_usual_count_is_between_the_smallest_and_the_largest(counts):
    some = counts[counts > 0]
    assert 1 <= usual_count(counts) <= max(1, some.max(initial=0)) * 1.001
    assert usual_count(counts) >= some.min(initial=10**6 if some.size else 1) * 0.999


@given(COUNTS)
def test_auto_follows_the_counts_and_a_held_level_does_not(counts):
    assert AUTO.usual(counts) == usual_count(counts)
    assert AUTO.held(3.5).usual(counts) == 3.5


@given(COUNTS, st.floats(-20, 20), st.none() | st.floats(1, 1e6))
def test_stops_halve_and_double_the_level_within_bounds(counts, stops, level):
    exposure = Exposure(level)
    nudged = exposure.brighter(stops)
    within = min(max(stops, -8), 8)
    assert nudged.usual(counts) == pytest.approx(exposure.usual(counts) / 2**within)
    assert nudged.level == level


def test_nudges_add_up_and_undo_each_other():
    exposure = AUTO.brighter().brighter()
    assert exposure == Exposure(stops=1.0)
    assert exposure.brighter(-1.0) == AUTO
    assert math.isclose(exposure.gain, 2)
    assert exposure.held(4.0) == Exposure(4.0, 1.0)
