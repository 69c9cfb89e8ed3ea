"""Counts over a whole recording."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.recording_contract import check_exact
from contract.truths import made_events
from evtui.events import Events
from evtui.recordings.counting import Tally, timeline_from_places


def tallied(truth, blocks=7, duration_us=None, size=(640, 480)):
    tally = Tally(int(truth.t.max()) if duration_us is None else duration_us, *size)
    for rows in np.array_split(np.arange(len(truth)), blocks):
        tally.add(truth[slice(rows[0], rows[-1] + 1)] if len(rows) else Events.empty())
    assert tally.counts is None
    tally.finish()
    return tally


def codes(tally):
    return [found.code for found in tally.findings()]


@given(st.integers(1, 40), st.integers(1, 400), st.integers(0, 5))
def test_every_event_is_counted_once_in_any_blocks(blocks, bins, seed):
    truth = made_events(300, seed)
    tally = tallied(truth, blocks)
    assert (tally.events, tally.on, tally.duration_us) == (300, truth.on_count, truth.t[-1])
    check_exact(tally.timeline(bins), truth)
    assert codes(tally) == []


def test_up_to_65_ms_every_bin_is_exact():
    truth = made_events(5_000)
    assert truth.t[-1] < 65_536
    edges = np.linspace(0, truth.t[-1] + 1, 38)
    expected = np.diff(np.searchsorted(truth.t, edges))
    timeline = tallied(truth).timeline(37)
    assert timeline.counts.tolist() == expected.tolist()
    on = truth.t[truth.p == 1]
    assert timeline.on.tolist() == np.diff(np.searchsorted(on, edges)).tolist()


def test_a_duration_that_was_underestimated_is_extended():
    truth = made_events(5_000, step_us=1_000)
    check_exact(tallied(truth, duration_us=int(truth.t[-1]) // 3).timeline(50), truth)


@given(
    st.lists(st.integers(-(2**20), 2**20) | st.integers(-(2**61), 2**61), min_size=1, max_size=30),
    st.integers(1, 8),
    st.floats(0, 1),
    st.integers(1, 60),
)
def test_times_anywhere_and_in_any_order_are_counted(times, blocks, foreseen, bins):
    t = np.array(times)
    pixel = np.zeros(len(t), np.uint16)
    expected = int(foreseen * (max(times) - min(times)))
    tally = tallied(Events(t, pixel, pixel, (t % 2).astype(np.uint8)), blocks, expected)
    assert tally.duration_us == max(times) - min(times)
    timeline = tally.timeline(bins)
    assert timeline.on.sum() == sum(time % 2 for time in times)
    share = (np.array([time - min(times) for time in times], float)) / (tally.duration_us + 1)
    for bin_, count in enumerate(timeline.counts):
        inside = np.count_nonzero((share > (bin_ + 0.01) / bins) & (share < (bin_ + 0.99) / bins))
        assert count >= inside
    assert timeline.counts.sum() == len(times)


def test_steps_back_are_counted_within_and_between_blocks():
    t = np.array([0, 10, 5, 20, 20, 3, 30])
    truth = Events(t, *(np.arange(7).astype(np.uint16),) * 2, (t % 2).astype(np.uint8))
    for blocks in (1, 3, 7):
        tally = tallied(truth, blocks)
        assert (tally.order.steps_back, tally.order.largest_step_back) == (2, 17)
        assert codes(tally) == ["time_goes_back"]
        rows = [row for run in tally.order.rows_reaching(4, 6) for row in range(*run)]
        assert 2 in rows
        timeline = tally.timeline(31)
        assert timeline.steps_back is not None
        assert np.flatnonzero(timeline.steps_back).tolist() == [10, 20]


@pytest.mark.parametrize("value", [0, 1])
def test_one_polarity_only_is_found(value):
    truth = made_events(100)
    tally = tallied(Events(truth.t, truth.x, truth.y, np.full(100, value, np.uint8)))
    assert codes(tally) == ["one_polarity"]


def test_events_outside_the_sensor_are_counted():
    truth = made_events(100)
    x = truth.x % 100
    x[:3] = [150, 200, 65_535]
    tally = tallied(Events(truth.t, x, truth.y, truth.p), size=(128, 480))
    assert (tally.outside, tally.unlikely) == (3, 1)
    assert tally.reach == (201, 480)
    tally.resize(240, 480)
    assert [found.message for found in tally.findings()] == ["1 events lie outside 240×480"]


def test_gaps_and_hot_pixels_are_found_and_kept():
    random = np.random.default_rng(0)
    t = np.sort(random.integers(0, 1_000_000, 200_000))
    t[t > 500_000] += 300_000
    t -= t[0]
    x, y = random.integers(0, 64, 200_000), random.integers(0, 48, 200_000)
    hot = random.random(200_000) < 0.02
    x[hot], y[hot] = 7, 11
    truth = Events(t, x.astype(np.uint16), y.astype(np.uint16), (t % 2).astype(np.uint8))
    tally = tallied(truth, size=(64, 48))
    assert codes(tally) == ["gap", "hot_pixels"]
    kept = tally.counts
    assert kept is not None
    assert kept.hot_pixels.tolist() == [[7, 11]]
    assert kept.hot_pixels.dtype == np.uint16
    ((start, stop),) = kept.timeline.gaps
    assert np.allclose((start, stop), (500_000, 800_000), atol=200)
    check_exact(kept.timeline, truth)
    assert tally.timeline(9).gaps == kept.timeline.gaps


def test_a_gap_is_where_it_is_from_the_earliest_event_on():
    random = np.random.default_rng(0)
    t = np.sort(random.integers(0, 20_000_000, 500_000))
    t[t > 15_000_000] += 300_000
    late = np.roll(t, 100_000) - 7_000_001  # what comes last in the file is the earliest
    pixel = random.integers(0, 48, (2, 500_000)).astype(np.uint16)
    tally = tallied(Events(late, *pixel, (late % 2).astype(np.uint8)), size=(64, 48))
    assert codes(tally) == ["time_goes_back", "gap"]
    ((start, stop),) = tally.timeline(9).gaps
    assert np.allclose((start, stop), (15_000_000, 15_300_000), atol=600)


def test_nothing_is_found_in_nothing():
    tally = tallied(Events.empty(), duration_us=0)
    assert codes(tally) == []
    assert tally.counts is not None
    assert tally.counts.timeline.counts.sum() == 0


def test_a_cheap_timeline_is_linear_between_places():
    timeline = timeline_from_places([0, 10, 40], [0, 50, 100], 99, 4)
    assert timeline.counts.tolist() == [5, 5, 15, 15]
    assert not timeline.exact


@given(st.integers(1, 300))
def test_a_cheap_timeline_adds_up_whatever_the_places(bins):
    timeline = timeline_from_places([0, 10, 20, 100], [0, 70, 30, 101], 100, bins)
    assert timeline.counts.sum() == pytest.approx(100)
    assert timeline.counts.min() >= 0
