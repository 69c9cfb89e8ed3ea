"""The plain data of recordings."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.base import Timeline


@given(st.lists(st.integers(0, 9), min_size=1, max_size=300), st.integers(1, 400))
def test_a_timeline_in_other_bins_keeps_every_event_near_its_place(counts, bins):
    fine = Timeline(np.array(counts, float), 10_000, exact=True, gaps=((5, 7),))
    other = fine.rebinned(bins)
    assert (len(other.counts), other.duration_us, other.gaps) == (bins, 10_000, ((5, 7),))
    assert other.counts.sum() == sum(counts)
    below = np.concatenate([[0], np.cumsum(counts)])
    places = np.linspace(0, len(counts), bins + 1)[1:-1]
    reached = np.cumsum(other.counts)[:-1]
    assert np.all(reached >= below[np.floor(places).astype(int)])
    assert np.all(reached <= below[np.ceil(places).astype(int)])


def test_on_events_and_steps_back_go_with_it():
    fine = Timeline(
        np.array([4.0, 2, 0, 6]),
        99,
        exact=True,
        on=np.array([1.0, 2, 0, 3]),
        steps_back=np.array([0.0, 1, 0, 2]),
    )
    halved = fine.rebinned(2)
    assert halved.counts.tolist() == [6, 6]
    assert halved.on is not None and halved.on.tolist() == [3, 3]
    assert halved.steps_back is not None and halved.steps_back.tolist() == [1, 2]
    assert fine.rebinned(4).counts.tolist() == fine.counts.tolist()
