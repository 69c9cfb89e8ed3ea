"""A span of time cut into windows of so many events."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings import slices as module
from evtui.recordings.memory import Columns
from evtui.recordings.slices import slices
from support.small import columns
from support.watched import WatchedRecording

FAR_US = 1 << 60


def bursty(count: int) -> Columns:
    """Nearly all events within 10 ms of ten seconds."""
    plain = columns(count)
    burst = np.linspace(4_000_000, 4_010_000, count - 100)
    t = np.sort(np.concatenate([np.linspace(0, 10_000_000, 100), burst])).astype(np.int64)
    return Columns(t, plain.x, plain.y, plain.polarity)


@pytest.fixture
def small(monkeypatch):
    """Windows of few events."""
    monkeypatch.setattr(module, "FIRST_EVENTS", 50)
    monkeypatch.setattr(module, "MOST_EVENTS", 200)


def counts(recording, t0=-FAR_US, t1=FAR_US):
    return [len(recording.window(*window)) for window in slices(recording, t0, t1)]


def test_windows_grow_to_their_full_size(small):
    seen = counts(WatchedRecording(columns(2_000)))
    assert seen[:4] == pytest.approx([50, 100, 200, 200], abs=2)
    assert max(seen) <= 202
    assert sum(seen) == 2_000


def test_a_burst_is_cut_finely(small):
    seen = counts(WatchedRecording(bursty(20_000)))
    assert sum(seen) == 20_000
    assert max(seen) <= 3 * 200


def test_a_span_of_few_events_is_one_window_and_asks_for_no_timeline(small):
    recording = WatchedRecording(columns(2_000))
    assert list(slices(recording, 1_000, 3_000)) == [(1_000, 3_000)]
    assert recording.timelines == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_recording_of_hardly_any_events_is_one_window(count):
    recording = WatchedRecording(columns(count))
    assert list(slices(recording, -FAR_US, FAR_US)) == [(-FAR_US, FAR_US)]


@given(st.integers(-50_000, 150_000), st.integers(0, 150_000))
def test_windows_follow_each_other_from_start_to_end(t0, length):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FIRST_EVENTS", 50)
        patch.setattr(module, "MOST_EVENTS", 200)
        windows = list(slices(WatchedRecording(columns(2_000)), t0, t0 + length))
    assert (windows[0][0], windows[-1][1]) == (t0, t0 + length)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(windows))
    assert all(start <= stop for start, stop in windows)
