"""Gathering blocks of events: what is kept, where, and when it is copied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.recordings.gathering import Gathering


def run_of(times):
    t = np.array(times, np.int64)
    return Events(t, (t % 7).astype(np.uint16), (t % 5).astype(np.uint16), (t % 2).astype(np.uint8))


def gathered(expected, blocks, t0, t1):
    gathering = Gathering(expected)
    for block in blocks:
        room = gathering.room(len(block))
        room.fill(block)
        gathering.keep(room, t0, t1)
    return gathering.events()


@given(
    blocks=st.lists(st.lists(st.integers(0, 50), max_size=20).map(run_of), max_size=8),
    expected=st.integers(0, 100),
    bounds=st.tuples(st.integers(-5, 55), st.integers(-5, 55)),
)
def test_what_is_gathered_is_what_would_be_joined(blocks, expected, bounds):
    joined = Events.concatenate(block.between(*bounds) for block in blocks)
    assert gathered(expected, blocks, *bounds).equals(joined)


def test_blocks_that_fit_stay_where_they_were_written():
    gathering = Gathering(4)
    first = gathering.room(2)
    first.fill(run_of([1, 2]))
    gathering.keep(first, 0, 10)
    second = gathering.room(2)
    second.fill(run_of([3, 4]))
    gathering.keep(second, 0, 10)
    events = gathering.events()
    assert events.equals(run_of([1, 2, 3, 4]))
    assert np.shares_memory(events.t, first.t)
    assert np.shares_memory(events.p, second.p)


@pytest.mark.parametrize(("kept", "shared"), [(51, True), (50, False)])
def test_memory_that_is_half_empty_is_not_held(kept, shared):
    gathering = Gathering(100)
    room = gathering.room(100)
    room.fill(run_of(range(100)))
    gathering.keep(room, 0, kept)
    events = gathering.events()
    assert events.equals(run_of(range(kept)))
    assert np.shares_memory(events.t, room.t) == shared


def test_room_that_is_not_kept_is_given_again():
    gathering = Gathering(4)
    assert np.shares_memory(gathering.room(3).x, gathering.room(4).x)
    assert len(gathering.room(9)) == 9
    assert len(gathering.events()) == 0
