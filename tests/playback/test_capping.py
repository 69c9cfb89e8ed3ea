from __future__ import annotations

import dataclasses
import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.playback.capping import newest_events
from evtui.recordings.base import RecordingInfo, never_cancelled, no_progress
from evtui.recordings.formats import open_in_place
from evtui.recordings.memory import Columns
from support.recordings import ScriptedRecording
from support.small import columns, info
from support.strategies import events_of
from support.watched import WatchedRecording

FAR_US = 1 << 50


class Sorted(ScriptedRecording):
    """Events at some times, each told apart by x."""

    def __init__(self, times: list[int], *, rate: float) -> None:
        super().__init__()
        self.events = events_of([(t, row, 0, row % 2) for row, t in enumerate(sorted(times))])
        duration = max(times, default=0)
        self.info: RecordingInfo = dataclasses.replace(
            info(), events=round(rate * duration), duration_us=duration
        )

    def window(self, t0: int, t1: int) -> Events:
        return self.events.between(t0, t1)


PLACES = st.integers(-20, 420)
TIMES = st.lists(st.integers(0, 400) | st.sampled_from([7, 200, 399]), max_size=80)
RATES = st.sampled_from([0.0, 0.001, 0.1, 1.0, 100.0])


@given(TIMES, PLACES, PLACES, st.integers(1, 60), RATES)
def test_they_are_the_last_rows_of_the_window(times, t0, t1, cap, rate):
    recording = Sorted(times, rate=rate)
    capped = newest_events(recording, t0, t1, cap)
    window = recording.window(t0, t1)
    assert capped.events.equals(window[-cap:])
    assert capped.complete == (len(window) <= cap)
    assert capped.shown_from_us == (t0 if capped.complete else capped.events.t.min())


def test_of_one_time_the_last_in_the_file_are_kept():
    capped = newest_events(Sorted([5] * 10, rate=1.0), 0, 100, 3)
    assert capped.events.x.tolist() == [7, 8, 9]
    assert (capped.complete, capped.shown_from_us) == (False, 5)


@pytest.mark.parametrize(("count", "complete"), [(99, True), (100, True), (101, False)])
def test_a_window_of_just_so_many_events_is_complete(count, complete):
    recording = WatchedRecording(columns(count, span_us=1_000_000))
    capped = newest_events(recording, 0, FAR_US, 100)
    assert len(capped.events) == min(count, 100)
    assert capped.complete is complete


def test_an_empty_window_is_complete():
    recording = WatchedRecording(columns(100))
    for t0, t1 in ((50, 50), (60, 50), (FAR_US, 2 * FAR_US), (-100, 0)):
        capped = newest_events(recording, t0, t1, 10)
        assert (len(capped.events), capped.complete, capped.shown_from_us) == (0, True, t0)


def test_a_cap_of_none_is_refused():
    with pytest.raises(ValueError, match="at most 0 events"):
        newest_events(WatchedRecording(columns(100)), 0, 10, 0)


def test_a_window_far_from_the_cap_is_read_once():
    recording = WatchedRecording(columns(100_000, span_us=1_000_000))
    assert newest_events(recording, 500_000, 510_000, 10_000).complete
    assert recording.read == [1_000]


def steady_with_a_burst(factor: int) -> Columns:
    """A second of 100 events a ms, of which 50 ms have so many times more."""
    quiet = np.linspace(0, 1_000_000, 100_000)
    burst = np.linspace(600_000, 650_000, 5_000 * factor)
    made = columns(len(quiet) + len(burst))
    return dataclasses.replace(made, t=np.sort(np.concatenate([quiet, burst])).astype(np.int64))


@pytest.mark.parametrize(("factor", "more"), [(1, 1.2), (8, 2), (20, 5), (100, 8)])
@pytest.mark.parametrize("stop", [550_000, 650_000, 700_000, 900_000, 1_000_001])
def test_little_more_is_read_than_is_kept(factor, more, stop):
    """The worst is a burst that a step of the quiet before it just reaches."""
    cap = 10_000
    recording = WatchedRecording(steady_with_a_burst(factor))
    capped = newest_events(recording, stop - 500_000, stop, cap)
    assert not capped.complete
    assert len(capped.events) == cap
    assert sum(recording.read) <= more * cap
    assert len(recording.read) <= 16


def test_the_whole_of_time_takes_few_reads():
    recording = WatchedRecording(columns(10_000, span_us=1_000_000))
    assert newest_events(recording, -FAR_US, FAR_US, 20_000).complete
    assert len(recording.read) <= 40


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize(
    "name", ["walker_evt3_640x480.raw", "gen41_evt3.raw", "gen3_evt2.raw", "ncars_no_size.dat"]
)
@pytest.mark.parametrize("indexed", [False, True])
def test_real_recordings(name, indexed):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name
    with closing(open_in_place(path)) as recording:
        if indexed:
            recording.index(no_progress, never_cancelled)
        duration = recording.info.duration_us
        for t0, t1 in ((0, duration + 1), (duration // 3, duration * 2 // 3), (-5, duration // 2)):
            window = recording.window(t0, t1)
            for cap in (1, 1_000, 50_000, 300_000, len(window), len(window) + 1):
                capped = newest_events(recording, t0, t1, cap)
                assert capped.events.equals(window[-cap:])
                assert capped.complete == (len(window) <= cap)
