"""What a selection gives is what filters and cuts leave of all events at once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import OFF, ON, Events
from evtui.export.selection import ALL, Selection, selected
from evtui.filters.filters import Filters
from evtui.recordings import slices
from evtui.recordings.memory import Columns
from evtui.region import Region
from support.small import columns
from support.strategies import recorded
from support.watched import WatchedRecording

SIDE = 6
SPAN_US = 2_000


@pytest.fixture(scope="module", autouse=True)
def small_slices():
    """Many windows, though the recordings are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "FIRST_EVENTS", 2)
        patch.setattr(slices, "MOST_EVENTS", 5)
        yield


def recording_of(events: Events) -> WatchedRecording:
    polarity = events.p.astype(np.int8) * 2 - 1
    return WatchedRecording(
        Columns(events.t, events.x.astype(np.int16), events.y.astype(np.int16), polarity)
    )


def chosen(events: Events, rows) -> Events:
    return Events(events.t[rows], events.x[rows], events.y[rows], events.p[rows])


def told_at_once(events: Events, selection: Selection) -> Events:
    left = selection.filters.apply(events, -1)
    inside = (left.t >= selection.t0) & (left.t < (selection.t1 or SPAN_US * 1_000))
    if selection.region is not None:
        inside &= selection.region.holds(left.x, left.y)
    return chosen(left, inside)


def filters() -> st.SearchStrategy[Filters]:
    spans = st.just(0) | st.integers(1, 300) | st.integers(1, SPAN_US)
    pixels = st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1))
    return st.builds(
        Filters, st.sampled_from([None, ON, OFF]), st.frozensets(pixels, max_size=3), spans, spans
    )


def regions() -> st.SearchStrategy[Region]:
    corner, side = st.integers(0, SIDE - 1), st.integers(1, SIDE)
    return st.builds(Region, corner, corner, side, side)


def selections() -> st.SearchStrategy[Selection]:
    return st.builds(
        Selection,
        st.integers(0, SPAN_US),
        st.none() | st.integers(1, SPAN_US),
        st.none() | regions(),
        filters(),
    )


@given(recorded((SIDE, SIDE), least=1, longest_step_us=50), selections())
def test_it_does_not_show_where_slices_begin(events, selection):
    parts = [part for _, part in selected(recording_of(events), selection)]
    assert Events.concatenate(parts).equals(told_at_once(events, selection))


def test_what_came_before_the_start_counts_for_the_filters():
    """The one event selected has a neighbour 3 ms before, which is not selected."""
    events = Events(
        np.array([0, 10_000, 13_000]),
        np.array([9, 4, 5], np.uint16),
        np.array([9, 4, 4], np.uint16),
        np.array([1, 1, 1], np.uint8),
    )
    for within_us, left in ((2_000, 0), (5_000, 1)):
        selection = Selection(12_000, None, Region(5, 0, 4, 10), Filters(isolated_us=within_us))
        parts = [part for _, part in selected(recording_of(events), selection)]
        assert len(Events.concatenate(parts)) == left


def test_all_is_told_in_order_and_where_it_has_got_to():
    recording = WatchedRecording(columns(500))
    until, parts = zip(*selected(recording, ALL), strict=True)
    assert list(until) == sorted(until)
    assert until[-1] == recording.info.duration_us + 1
    assert Events.concatenate(parts).equals(recording.window(0, until[-1]))
    assert len(parts) > 50


def test_an_end_past_the_last_event_is_the_last_events():
    recording = WatchedRecording(columns(100))
    last = recording.info.duration_us + 1
    assert Selection(t1=10 * last).end_of(recording) == last
    assert dataclasses.replace(ALL, t1=7).end_of(recording) == 7


@pytest.mark.parametrize(("t0", "t1"), [(5, 5), (9, 3), (10**9, None)])
def test_an_empty_stretch_is_not_read(t0, t1):
    recording = WatchedRecording(columns(100))
    assert list(selected(recording, Selection(t0, t1))) == []
    assert recording.read == []
