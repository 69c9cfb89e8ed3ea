from __future__ import annotations

import itertools
import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.playback.bursts import Burst, find_bursts
from evtui.recordings.base import Timeline, never_cancelled, no_progress
from evtui.recordings.formats import open_in_place

SECONDS = 1_000_000
BINS = 400


def timeline(counts: np.ndarray, duration_us: int = 40 * SECONDS - 1) -> Timeline:
    """By default a bin is 100 ms."""
    return Timeline(counts.astype(np.float64), duration_us, exact=True)


def steps(*parts: tuple[int, float]) -> np.ndarray:
    """So many bins of so many events each, one after the other."""
    return np.concatenate([np.full(bins, events, float) for bins, events in parts])


def test_each_rise_of_the_rate_is_a_burst():
    counts = steps((100, 50), (50, 500), (100, 50), (30, 5_000), (120, 50))
    assert find_bursts(timeline(counts)) == (
        Burst(10 * SECONDS, 15 * SECONDS),
        Burst(25 * SECONDS, 28 * SECONDS),
    )


@pytest.mark.parametrize("events", [0, 0.3, 5, 1_000])
def test_constant_activity_has_none(events):
    assert find_bursts(timeline(np.full(BINS, events))) == ()


@pytest.mark.parametrize("events", [0.1, 1, 2, 3, 5, 20, 1_000])
def test_chance_makes_none(events):
    random = np.random.default_rng(7)
    noisy = (random.poisson(events, BINS) for _ in range(200))
    assert not any(find_bursts(timeline(counts)) for counts in noisy)


def test_a_rate_that_swings_by_less_than_three_times_has_none():
    swing = 1_000 * (1 + 0.45 * np.sin(np.linspace(0, 40, BINS)))
    assert find_bursts(timeline(swing)) == ()


def test_a_burst_begins_where_the_rate_starts_to_rise_and_ends_where_it_has_fallen():
    counts = steps((100, 100), (10, 200), (10, 1_000), (10, 200), (270, 100))
    assert find_bursts(timeline(counts)) == (Burst(10 * SECONDS, 13 * SECONDS),)
    never_high = steps((100, 100), (10, 250), (290, 100))
    assert find_bursts(timeline(never_high)) == ()


def test_a_burst_that_flickers_about_the_threshold_is_one():
    flicker = np.tile([340, 270], 20)
    counts = np.concatenate([steps((100, 100)), flicker, steps((260, 100))])
    assert find_bursts(timeline(counts)) == (Burst(10 * SECONDS, 14 * SECONDS),)


def test_a_short_pause_parts_no_burst_and_a_long_one_does():
    brief = steps((100, 100), (20, 900), (3, 100), (20, 900), (257, 100))
    assert find_bursts(timeline(brief)) == (Burst(10 * SECONDS, 14 * SECONDS + 300_000),)
    longer = steps((100, 100), (20, 900), (4, 100), (20, 900), (256, 100))
    assert len(find_bursts(timeline(longer))) == 2


def test_what_is_very_short_for_the_recording_is_left_out():
    fine = steps((1_000, 100), (3, 900), (997, 100))
    assert find_bursts(timeline(fine)) == ()
    assert find_bursts(timeline(steps((200, 100), (1, 900), (199, 100)))) == (
        Burst(20 * SECONDS, 20 * SECONDS + 100_000),
    )


def test_a_mostly_silent_recording_has_bursts_too():
    counts = steps((300, 0), (10, 4_000), (50, 0), (10, 4_000), (30, 0))
    assert find_bursts(timeline(counts)) == (
        Burst(30 * SECONDS, 31 * SECONDS),
        Burst(36 * SECONDS, 37 * SECONDS),
    )


def test_small_bursts_are_found_beside_a_flash():
    counts = steps((100, 100), (2, 100_000), (98, 100), (20, 3_000), (180, 100))
    assert [burst.start_us // SECONDS for burst in find_bursts(timeline(counts))] == [10, 20]


def test_activity_at_either_end_is_a_burst_there():
    counts = steps((50, 900), (300, 100), (50, 900))
    assert find_bursts(timeline(counts)) == (
        Burst(0, 5 * SECONDS),
        Burst(35 * SECONDS, 40 * SECONDS),
    )


def test_where_the_lively_rate_is_the_usual_one_there_are_none():
    assert find_bursts(timeline(steps((200, 900), (20, 10), (180, 900)))) == ()


@given(
    numpy_st.arrays(np.float64, st.integers(1, 300), elements=st.floats(0, 1e9)),
    st.integers(0, 10**10),
)
def test_bursts_follow_each_other_inside_the_recording(counts, duration):
    bursts = find_bursts(timeline(counts, duration))
    places = [place for burst in bursts for place in (burst.start_us, burst.end_us)]
    assert all(0 <= place <= duration + 1 for place in places)
    assert all(burst.start_us < burst.end_us for burst in bursts)
    assert all(one.end_us < other.start_us for one, other in itertools.pairwise(bursts))


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("walker_evt3_640x480.raw", 2),
        ("gen41_evt3.raw", 0),
        ("gen3_evt2.raw", 0),
        ("ncars_no_size.dat", 0),
    ],
)
@pytest.mark.parametrize("bins", [100, 400])
@pytest.mark.parametrize("indexed", [False, True])
def test_real_recordings(name, number, bins, indexed):
    """The walker passes twice; the others are too short for anything to begin in them."""
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name
    with closing(open_in_place(path)) as recording:
        if indexed:
            recording.index(no_progress, never_cancelled)
        bursts = find_bursts(recording.timeline(bins))
        assert len(bursts) == number
        mean = recording.info.rate
        for burst in bursts:
            events = len(recording.window(burst.start_us, burst.end_us))
            assert events * SECONDS / (burst.end_us - burst.start_us) > mean
