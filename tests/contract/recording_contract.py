"""What every reader promises, as tests that a reader's own test class inherits.

A subclass gives two fixtures of class scope::

    class TestMyFormat(RecordingContract):
        @pytest.fixture(scope="class")
        def truth(self) -> Events: ...                     # all events, sorted by t

        @pytest.fixture(scope="class")
        def reopen(self, truth, tmp_path_factory) -> Callable[[], Recording]: ...   # opens it anew
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.truths import between
from evtui.events import Events
from evtui.recordings.base import Recording, Timeline, never_cancelled, no_progress
from evtui.recordings.findings import CODES

FAR_US = 1 << 50
PATIENCE_S = 60.0

each_reader = settings(max_examples=25, suppress_health_check=[HealthCheck.differing_executors])
"""The tests are inherited, so each runs for several classes; that is what they are for."""

shares = st.floats(-0.1, 1.1)
"""Places in a recording, some of them before its start and past its end."""


def place(share: float, truth: Events) -> int:
    """A share as a time; often an event's own, where being off by one shows."""
    return (
        int(truth.t[int(share * (len(truth) - 1)) % len(truth)])
        if share < 0.5
        else int((share - 0.5) * 2 * int(truth.t[-1]))
    )


class RecordingContract:
    """Tests of the ``Recording`` protocol."""

    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def reopen(self) -> Callable[[], Recording]:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def recording(self, reopen: Callable[[], Recording]) -> Iterator[Recording]:
        """Open for all tests that only look."""
        with closing(reopen()) as recording:
            yield recording

    # windows

    def test_the_widest_window_holds_every_event(self, recording, truth):
        assert recording.window(-FAR_US, FAR_US).equals(truth)

    def test_the_whole_duration_holds_every_event(self, recording, truth):
        assert recording.window(0, recording.info.duration_us + 1).equals(truth)

    def test_columns_have_the_dtypes_of_events(self, recording):
        for window in (recording.window(0, 1_000), recording.window(5, 5)):
            dtypes = [column.dtype for column in (window.t, window.x, window.y, window.p)]
            assert dtypes == [np.int64, np.uint16, np.uint16, np.uint8]

    @each_reader
    @given(shares, shares)
    def test_a_window_is_half_open_and_in_file_order(self, recording, truth, one, other):
        t0, t1 = sorted((place(one, truth), place(other, truth)))
        assert recording.window(t0, t1).equals(between(truth, t0, t1))

    @each_reader
    @given(st.lists(shares, max_size=12))
    def test_windows_tile_the_recording(self, recording, truth, cuts):
        places = [-FAR_US, *sorted(place(cut, truth) for cut in cuts), FAR_US]
        windows = [recording.window(*pair) for pair in itertools.pairwise(places)]
        assert Events.concatenate(windows).equals(truth)

    def test_equal_times_fall_on_one_side_of_the_border(self, recording, truth):
        times, counts = np.unique(truth.t, return_counts=True)
        busiest = int(times[counts.argmax()])
        assert len(recording.window(busiest, busiest + 1)) == counts.max() > 1
        assert not np.any(recording.window(0, busiest).t == busiest)
        assert not np.any(recording.window(busiest + 1, FAR_US).t == busiest)

    def test_windows_outside_the_recording_are_empty(self, recording, truth):
        end = int(truth.t[-1])
        for t0, t1 in ((-1_000, 0), (end + 1, end + 1_000), (end, 0), (7, 7), (FAR_US, FAR_US + 1)):
            assert len(recording.window(t0, t1)) == 0

    def test_many_threads_get_their_own_windows(self, recording, truth):
        end = int(truth.t[-1])
        starts = [(step * 7_919) % end for step in range(60)]

        def is_right(t0: int) -> bool:
            return recording.window(t0, t0 + 500).equals(between(truth, t0, t0 + 500))

        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(is_right, starts, timeout=PATIENCE_S))

    # figures

    def test_what_is_called_exact_is_exact(self, recording, truth):
        info = recording.info
        if info.events_exact:
            assert info.events == len(truth)
        if info.duration_exact:
            assert info.duration_us == truth.t[-1]
        assert info.bytes > 0

    def test_every_event_is_on_the_sensor(self, recording, truth):
        assert recording.info.width > truth.x.max()
        assert recording.info.height > truth.y.max()

    @pytest.mark.parametrize("bins", [1, 7, 200])
    def test_a_cheap_timeline_adds_up_roughly(self, recording, truth, bins):
        timeline = recording.timeline(bins)
        assert timeline.counts.shape == (bins,)
        assert timeline.counts.min() >= 0
        assert timeline.counts.sum() == pytest.approx(len(truth), rel=0.05)
        if timeline.exact:
            check_exact(timeline, truth)

    def test_findings_are_of_known_codes(self, recording):
        for found in recording.findings():
            assert found.severity == CODES[found.code][0]
            assert found.message.isprintable()

    # the full pass

    def test_after_the_full_pass_everything_is_exact(self, reopen, truth):
        with closing(reopen()) as recording:
            shares_done: list[float] = []
            recording.index(shares_done.append, never_cancelled)
            info = recording.info
            assert (info.events, info.events_exact) == (len(truth), True)
            assert (info.duration_us, info.duration_exact) == (truth.t[-1], True)
            assert info.on_fraction == pytest.approx(truth.on_count / len(truth))
            assert shares_done == sorted(shares_done)
            assert shares_done[-1] == 1.0
            for bins in (1, 7, 200):
                check_exact(recording.timeline(bins), truth)
            assert recording.counts is not None
            check_exact(recording.counts.timeline, truth)
            assert recording.counts.hot_pixels.shape[1:] == (2,)
            assert recording.window(100, 5_000).equals(between(truth, 100, 5_000))
            assert recording.order_checked

    def test_a_cancelled_pass_leaves_the_recording_as_it_was(self, reopen, truth):
        with closing(reopen()) as recording:
            before, counted = recording.info, recording.counts
            checked = recording.order_checked
            recording.index(no_progress, lambda: True)
            assert recording.info == before
            assert recording.counts is counted
            assert recording.order_checked is checked
            recording.index(no_progress, never_cancelled)
            assert recording.info.on_fraction == pytest.approx(truth.on_count / len(truth))

    def test_windows_are_answered_during_the_full_pass(self, reopen, truth):
        with closing(reopen()) as recording, ThreadPoolExecutor(1) as thread:
            answers = []

            def look(_share: float) -> None:
                answers.append(thread.submit(recording.window, 0, 2_000).result(PATIENCE_S))

            recording.index(look, never_cancelled)
        assert answers
        assert all(answer.equals(between(truth, 0, 2_000)) for answer in answers)

    # the end

    def test_closing_twice_does_nothing(self, reopen):
        recording = reopen()
        recording.close()
        recording.close()


def check_exact(timeline: Timeline, truth: Events) -> None:
    """Every event is counted, in its bin or, next to an edge, in the neighbouring one.

    An edge may be off by 1/4096 of the duration: no screen has so many columns.
    """
    assert timeline.exact
    assert timeline.duration_us == truth.t[-1]
    assert timeline.counts.sum() == len(truth)
    edges = np.linspace(0, truth.t[-1] + 1, len(timeline.counts) + 1)[1:-1]
    slack = truth.t[-1] / 4096
    below = np.cumsum(timeline.counts)[:-1]
    assert np.all(below >= np.searchsorted(truth.t, edges - slack))
    assert np.all(below <= np.searchsorted(truth.t, edges + slack))
    if timeline.on is not None:
        assert timeline.on.sum() == truth.on_count
        assert np.all(timeline.on <= timeline.counts)
