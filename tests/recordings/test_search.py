"""Searching sorted values that are dear to look at."""

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.search import SortedSearch

sorted_values = st.lists(st.integers(-(2**62), 2**62), max_size=200).map(sorted)
tied_values = st.lists(st.integers(0, 5), max_size=200).map(sorted)


class Probed:
    """A list that counts how often each of its values is looked at."""

    def __init__(self, values):
        self.values = [int(value) for value in values]
        self.looks = [0] * len(self.values)
        self.search = SortedSearch(len(self.values), self.look)

    def look(self, index):
        self.looks[index] += 1
        return self.values[index]

    def probes_for(self, wanted):
        before = self.search.probes
        assert self.search.first_at_least(wanted) == bisect_left(self.values, wanted)
        return self.search.probes - before


@given(sorted_values | tied_values, st.lists(st.integers(-(2**62), 2**62) | st.integers(-1, 6)))
def test_it_finds_what_bisection_finds_and_looks_at_nothing_twice(values, wanted):
    probed = Probed(values)
    for one in wanted + values[:20]:
        probed.probes_for(one)
    assert max(probed.looks, default=0) <= 1
    assert probed.search.probes == sum(probed.looks)


@given(sorted_values, st.integers(-(2**62), 2**62))
def test_no_data_take_more_probes_than_promised(values, wanted):
    most = 2 * np.log2(max(1, len(values))) + 4
    assert Probed(values).probes_for(wanted) <= most


@pytest.mark.parametrize("count", [520, 6_400])
def test_the_worst_data_take_twice_what_bisection_takes(count):
    steep = [int(2 ** (index * 60 / count)) for index in range(count)]
    random = np.random.default_rng(1)
    for wanted in random.integers(1, steep[-1], 50):
        assert Probed(steep).probes_for(int(wanted)) <= 2 * np.log2(count) + 4


@pytest.mark.parametrize(("steps", "most"), [("even", 5), ("random", 10), ("bursts", 17)])
def test_usual_data_take_few_probes(steps, most):
    random = np.random.default_rng(1)
    values = np.cumsum(
        {
            "even": np.full(20_000, 1_000),
            "random": random.exponential(1_000, 20_000).astype(int),
            "bursts": random.lognormal(6, 2, 20_000).astype(int),
        }[steps]
    )
    needed = [Probed(values).probes_for(int(one)) for one in random.choice(values, 20)]
    assert np.median(needed) <= most


def test_neighbouring_searches_profit_from_each_other():
    values = np.cumsum(np.random.default_rng(2).lognormal(6, 2, 10_000).astype(int))
    probed = Probed(values)
    probed.probes_for(int(values[5_000]))
    assert probed.probes_for(int(values[5_000])) == 0
    assert probed.probes_for(int(values[5_003])) <= 4


def test_what_is_learned_is_not_probed():
    probed = Probed(range(0, 1_000, 10))
    for index, value in enumerate(probed.values):
        probed.search.learn(index, value)
    assert probed.probes_for(555) == 0
    assert list(probed.search.known)[:2] == [(0, 0), (1, 10)]


@given(st.lists(st.integers(0, 100), min_size=1), st.integers(-5, 105))
def test_on_unsorted_values_it_still_ends_within_bounds(values, wanted):
    search = SortedSearch(len(values), values.__getitem__)
    assert 0 <= search.first_at_least(wanted) <= len(values)
    assert 0 <= search.first_at_least(wanted + 1) <= len(values)
    assert search.probes <= 2 * (2 * np.log2(len(values)) + 4)
