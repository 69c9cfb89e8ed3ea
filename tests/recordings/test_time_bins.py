"""Events by time, whatever order they come in and however long it lasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings import time_bins
from evtui.recordings.time_bins import TimeBins

times = st.lists(st.integers(-100_000, 400_000), min_size=1, max_size=60)


def filled(blocks, expected_us):
    bins = TimeBins(expected_us)
    for block in blocks:
        t = np.array(block, np.int64)
        span = int(t.min()), int(t.max())
        bins.add(t, (t % 2).astype(np.uint8), span, ascending=bool(np.all(np.diff(t) >= 0)))
    return bins


def counted(t, bin_us):
    bins = t // bin_us
    return np.bincount(bins - bins.min()).tolist()


@given(st.lists(st.one_of(times, times.map(sorted)), min_size=1, max_size=6), st.data())
def test_every_event_is_in_its_bin(blocks, data):
    t = np.concatenate(blocks)
    span = int(t.min()), int(t.max())
    last = max(0, span[1])
    bins = filled(blocks, data.draw(st.sampled_from([0, 1, last // 3, last, 40 * last])))
    assert bins.counts(span).tolist() == counted(t, bins.bin_us)
    timeline = bins.timeline(13, span, ())
    assert (timeline.counts.sum(), timeline.on.sum()) == (len(t), np.count_nonzero(t % 2))
    assert timeline.steps_back is None


@given(st.lists(times.map(sorted), min_size=1, max_size=4), st.integers(-(1 << 61), 1 << 61))
def test_beyond_so_many_bins_two_become_one(blocks, far):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_bins, "_MOST_BINS", 64)
        blocks = [*blocks, [far]]
        t = np.concatenate(blocks)
        bins = filled(blocks, 100)
        counts = bins.counts((int(t.min()), int(t.max())))
    assert len(counts) <= 64
    assert counts.tolist() == counted(t, bins.bin_us)


def test_times_before_the_first_event_have_bins_of_their_own():
    bins = filled([[-5, -3, 0, 9], [2, -7, 4]], 9)
    assert bins.timeline(17, (-7, 9), ()).counts.nonzero()[0].tolist() == [0, 2, 4, 7, 9, 11, 16]


def test_bins_begin_at_multiples_of_their_length():
    bins = TimeBins(1 << 24)
    assert bins.bin_us > 1
    assert bins.start(-1) == -bins.bin_us
    assert bins.start(bins.bin_us + 1) == bins.bin_us


def test_steps_back_are_where_time_was_before_them():
    bins = filled([[0, 100, 50, 199]], 199)
    bins.add_steps_back(np.array([100]))
    bins.add(np.array([900]), np.array([1], np.uint8), (900, 900), ascending=True)
    bins.add_steps_back(np.array([900]))
    timeline = bins.timeline(10, (0, 900), ((1, 2),))
    assert timeline.steps_back.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert timeline.gaps == ((1, 2),)


def test_bins_are_fine_enough_for_gaps_for_more_than_an_hour():
    assert TimeBins(60_000).bin_us == 1
    assert TimeBins(4_000 * 1_000_000).bin_us <= 4_000
    assert len(TimeBins(1 << 60).counts((0, 0))) == 1
