from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import OFF, ON, Events
from evtui.filters.filters import ISOLATED_US, REFRACTORY_US, Filters
from support.strategies import events_of

WAITS = st.sampled_from([0, 1, 20, 300])
PIXELS = st.tuples(st.integers(0, 6), st.integers(0, 6))


@st.composite
def recordings(draw: st.DrawFn) -> Events:
    """Crowded events, now and then with a time that goes back."""
    row = st.tuples(st.integers(0, 1_500), st.integers(0, 6), st.integers(0, 6), st.integers(0, 1))
    rows = draw(st.lists(row, max_size=70))
    return events_of(rows if draw(st.booleans()) else sorted(rows, key=lambda one: one[0]))


filters = st.builds(
    Filters,
    polarity=st.sampled_from([None, ON, OFF]),
    hot_pixels=st.frozensets(PIXELS, max_size=6),
    isolated_us=WAITS,
    refractory_us=WAITS,
)


def by_hand(events: Events, chosen: Filters, since: int) -> list[int]:
    """Rows that stay, one event after the other by time, each against all before it."""
    rows = zip(events.t.tolist(), events.x.tolist(), events.y.tolist(), events.p, strict=True)
    known = [
        (t, number, x, y, p)
        for number, (t, x, y, p) in enumerate(rows)
        if (x, y) not in chosen.hot_pixels
    ]
    known.sort()
    kept = []
    for place, (t, number, x, y, p) in enumerate(known):
        before = known[:place]
        neighbours = [one for one in before if max(abs(one[2] - x), abs(one[3] - y)) == 1]
        own = [one for one in before if one[2:4] == (x, y)]
        near = any(t - one[0] < chosen.isolated_us for one in neighbours)
        tired = any(t - one[0] <= chosen.refractory_us for one in own)
        if (
            t >= since
            and chosen.polarity in (None, p)
            and (near or not chosen.isolated_us)
            and not (tired and chosen.refractory_us)
        ):
            kept.append(number)
    return sorted(kept)


@given(recordings(), filters, st.integers(0, 1_500))
def test_what_is_left_is_what_a_plain_loop_leaves(events, chosen, since):
    rows = by_hand(events, chosen, since)
    expected = Events(events.t[rows], events.x[rows], events.y[rows], events.p[rows])
    assert chosen.apply(events, since).equals(expected)


@given(recordings(), filters, st.lists(st.integers(0, 1_500), max_size=4))
def test_windows_that_join_show_the_same_as_one(events, chosen, cuts):
    edges = sorted({0, 1_501, *cuts})
    whole = chosen.apply(events, 0)
    for begin, end in pairwise(edges):
        frame = chosen.apply(events.between(begin - chosen.history_us, end), begin)
        assert frame.equals(whole.between(begin, end))


@given(recordings(), filters)
def test_a_polarity_is_a_choice_among_what_both_show(events, chosen):
    both = Filters(None, chosen.hot_pixels, chosen.isolated_us, chosen.refractory_us)
    left = both.apply(events, 0)
    for polarity in (ON, OFF):
        one = Filters(polarity, chosen.hot_pixels, chosen.isolated_us, chosen.refractory_us)
        rows = left.p == polarity
        expected = Events(left.t[rows], left.x[rows], left.y[rows], left.p[rows])
        assert one.apply(events, 0).equals(expected)


@given(recordings())
def test_without_a_filter_everything_stays_uncopied(events):
    assert Filters().apply(events, 0) is events
    assert not Filters()
    assert Filters().history_us == 0
    assert Filters().describe() == ""


@given(recordings(), filters)
def test_the_events_are_left_as_they_were(events, chosen):
    before = [column.copy() for column in (events.t, events.x, events.y, events.p)]
    chosen.apply(events, 700)
    assert events.equals(Events(*before))


def test_a_hot_pixel_supports_nobody():
    events = events_of([(0, 3, 3, ON), (5, 4, 3, ON)])
    assert len(Filters(isolated_us=10).apply(events, 0)) == 1
    assert len(Filters(isolated_us=10).masking([(3, 3)]).apply(events, 0)) == 0


def test_hot_pixels_far_outside_the_others_are_masked_too():
    events = events_of([(0, 65_535, 65_535, ON), (1, 0, 65_535, ON), (2, 65_535, 0, ON)])
    masked = Filters().masking(np.array([[65_535, 0]], np.uint16))
    assert masked.apply(events, 0).t.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Filters(polarity=ON), "ON only"),
        (Filters(polarity=OFF, refractory_us=500), "OFF only · refractory 500 µs"),
        (Filters(hot_pixels=frozenset({(1, 2)})), "1 hot pixel masked"),
        (
            Filters(ON, frozenset((x, 0) for x in range(12)), 5_000, 1_500),
            "ON only · isolated 5 ms · refractory 1.5 ms · 12 hot pixels masked",
        ),
    ],
)
def test_the_words_for_the_screen(chosen, words):
    assert chosen.describe() == words
    assert chosen


def test_the_history_is_the_longest_look_back():
    assert Filters(isolated_us=5_000, refractory_us=1_000).history_us == 5_000
    assert Filters(isolated_us=1_000, refractory_us=2_000).history_us == 2_000
    assert Filters(polarity=ON).history_us == 0


def test_every_step_of_the_ladders_is_a_filter():
    assert ISOLATED_US[0] == REFRACTORY_US[0] == 0
    for us in ISOLATED_US[1:]:
        assert Filters(isolated_us=us).history_us == us
    for us in REFRACTORY_US[1:]:
        assert Filters(refractory_us=us).history_us == us


@pytest.mark.parametrize("us", [-1, 1_000_001])
def test_a_time_that_makes_no_sense_is_refused(us):
    with pytest.raises(ValueError, match="looks back"):
        Filters(isolated_us=us)
    with pytest.raises(ValueError, match="looks back"):
        Filters(refractory_us=us)


def test_equal_filters_are_equal_however_they_were_made():
    assert Filters().masking([(2, 1), (0, 0)]) == Filters().masking(np.array([[0, 0], [2, 1]]))
    assert len({Filters(), Filters(), Filters(polarity=ON)}) == 2
