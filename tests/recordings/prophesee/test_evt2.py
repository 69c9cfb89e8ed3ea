"""EVT 2.0: the contract, clock wraps, what is no event, and a real recording."""

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from contract.truths import between, in_time_order, made_events
from contract.words_contract import WordsContract, as_if_large
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.prophesee import words_search
from evtui.recordings.prophesee.evt2 import open_evt2
from evtui.recordings.prophesee.raw import open_raw
from support.by_evlib import in_order, rows_by_evlib
from support.evt2_files import EVT2_HEADER, evt2_words, time_highs, write_words
from support.words_reference import EVT2_ROUND, evt2_slowly

FAR_US = 1 << 50


class TestContract(WordsContract):
    round_us = EVT2_ROUND
    longest_gap_us = 3 * EVT2_ROUND
    largest = 2047
    open_file = staticmethod(open_raw)

    def write(self, path, events, t_first_us):
        return write_words(path, EVT2_HEADER, evt2_words(events, t_first_us, repeat=2))

    def write_data(self, path, data):
        path.write_bytes(EVT2_HEADER + data)
        return path

    def decode_slowly(self, data):
        return evt2_slowly(np.frombuffer(data, "<u4").tolist())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.raw"


@pytest.fixture
def truth():
    return made_events()


def indexed(recording):
    recording.index(no_progress, never_cancelled)
    return recording


def messages(recording):
    return {found.code: found.message for found in recording.findings()}


def test_a_plain_file_has_no_findings(path, truth):
    with closing(open_evt2(write_words(path, EVT2_HEADER, evt2_words(truth, 5_000)))) as recording:
        info = recording.info
        assert (info.format, info.layout) == ("EVT2", "32-bit words")
        assert (info.width, info.height) == (640, 480)
        assert info.t_first_us == 5_000
        assert info.header["evt"] == "2.0"
        assert indexed(recording).findings() == []


def test_a_size_that_is_not_stated_is_told_from_a_sample_and_corrected_by_the_full_pass(
    path, truth, monkeypatch
):
    inner = Events(truth.t, truth.x % 300, truth.y % 200, truth.p)
    inner.x[20_000], inner.y[20_000] = 1000, 700
    write_words(path, b"% evt 2.0\n% end\n", evt2_words(inner))
    monkeypatch.setattr(words_search, "LOOK_BYTES", 64)
    with closing(open_evt2(path)) as recording:
        assert (recording.info.width, recording.info.height) == (304, 240)
        assert list(messages(indexed(recording))) == ["size_guessed"]
        assert (recording.info.width, recording.info.height) == (1280, 720)


def test_the_number_of_events_of_a_large_file_is_an_estimate_until_the_full_pass(
    path, truth, monkeypatch
):
    as_if_large(monkeypatch)
    with closing(open_evt2(write_words(path, EVT2_HEADER, evt2_words(truth)))) as recording:
        assert not recording.info.events_exact
        assert recording.info.events == pytest.approx(len(truth), rel=0.2)
        assert indexed(recording).info.events == len(truth)
        assert recording.info.events_exact


def test_idle_stretches_at_both_ends_cost_no_exactness(path, truth, monkeypatch):
    as_if_large(monkeypatch)
    idle = time_highs(range(0, 64 * 50_000, 16))
    late = time_highs(range(64 * 60_000, 64 * 110_000, 16))
    words = np.concatenate([idle, evt2_words(truth, 64 * 50_000), late])
    with closing(open_evt2(write_words(path, EVT2_HEADER, words))) as recording:
        assert recording.info.t_first_us == 64 * 50_000
        assert (recording.info.duration_us, recording.info.duration_exact) == (truth.t[-1], True)
        assert recording.window(0, FAR_US).equals(truth)


def test_many_events_under_one_time_high_are_all_found(path, monkeypatch):
    as_if_large(monkeypatch)
    truth = made_events(30_000)
    still = Events(truth.t // 5_000, truth.x, truth.y, truth.p)
    with closing(open_evt2(write_words(path, EVT2_HEADER, evt2_words(still)))) as recording:
        assert recording.window(0, FAR_US).equals(still)
        assert recording.window(3, FAR_US).equals(between(still, 3, FAR_US))


def test_disorder_within_one_time_high_costs_no_exactness(path, truth, monkeypatch):
    as_if_large(monkeypatch)
    t = truth.t // 64 * 64 + (truth.t * 37) % 64
    shuffled = Events(t - t[0], truth.x, truth.y, truth.p)
    with closing(open_evt2(write_words(path, EVT2_HEADER, evt2_words(shuffled)))) as recording:
        assert recording.window(5_000, 6_000).equals(between(shuffled, 5_000, 6_000))
        assert indexed(recording).window(5_000, 6_000).equals(between(shuffled, 5_000, 6_000))
        assert "time_goes_back" in messages(recording)


@pytest.mark.parametrize("large", [False, True])
def test_the_clock_wraps_after_34_bits(path, monkeypatch, large):
    if large:
        as_if_large(monkeypatch)
    truth = made_events(step_us=1_000_000)
    t_first = EVT2_ROUND - 1_000_000
    wraps = int(truth.t[-1] + t_first) // EVT2_ROUND
    with closing(
        open_evt2(write_words(path, EVT2_HEADER, evt2_words(truth, t_first)))
    ) as recording:
        assert recording.info.duration_us == truth.t[-1] > 2 * EVT2_ROUND
        assert f"every 4:46:20 h, here {wraps}×" in messages(recording)["clock_wrap"]
        assert recording.window(0, FAR_US).equals(truth)
        assert recording.window(10**9, 10**10).equals(between(truth, 10**9, 10**10))
        assert indexed(recording).window(0, FAR_US).equals(truth)


def test_triggers_and_unknown_words_are_counted_and_are_no_events(path, truth):
    words = evt2_words(truth, triggers=[5, 700])
    unknown = np.array([0x5 << 28, 0xC << 28, 0xE << 28, 0xF << 28], np.uint32)
    words = np.insert(words, 1_000, unknown)
    with closing(open_evt2(write_words(path, EVT2_HEADER, words))) as recording:
        assert indexed(recording).window(0, FAR_US).equals(truth)
        found = messages(recording)
        assert list(found) == ["damaged_words", "triggers"]
        assert found["damaged_words"].startswith("2 words")
        assert found["triggers"].startswith("2 edges")


def test_events_before_the_first_time_are_left_out_and_said(path, truth):
    words = np.concatenate([np.array([1, 2, 3], np.uint32), evt2_words(truth)])
    with closing(open_evt2(write_words(path, EVT2_HEADER, words))) as recording:
        assert recording.info.events == len(truth)
        assert messages(recording)["untimed_events"].startswith("3 events")
        assert indexed(recording).info.events == len(truth)
        assert recording.window(-FAR_US, FAR_US).equals(truth)


def test_events_outside_the_stated_sensor_are_a_finding(path, truth):
    truth.x[77] = 640
    with closing(open_evt2(write_words(path, EVT2_HEADER, evt2_words(truth)))) as recording:
        assert indexed(recording).info.width == 640
        assert messages(recording)["out_of_sensor"].startswith("1 events")


def test_two_recordings_in_one_file_go_back_in_time_and_are_read_whole(path, truth):
    words = np.concatenate([evt2_words(truth, 90_000), evt2_words(truth, 64)])
    both = Events.concatenate([truth, Events(truth.t - 90_000 + 64, truth.x, truth.y, truth.p)])
    with closing(open_evt2(write_words(path, EVT2_HEADER, words))) as recording:
        assert "back once" in messages(recording)["time_goes_back"]
        assert (recording.info.events, recording.info.t_first_us) == (len(both), 64)
        assert recording.info.duration_us == np.ptp(both.t)
        assert recording.window(-FAR_US, FAR_US).equals(in_time_order(both, from_earliest=True))
        assert recording.window(-FAR_US, 1_000).t.tolist() == sorted(truth.t[truth.t < 1_000])


def test_a_step_back_that_a_window_meets_is_said_before_the_full_pass(path, truth, monkeypatch):
    as_if_large(monkeypatch)
    words = evt2_words(truth)
    middle = int(np.flatnonzero(words >> 28 == 8)[100])
    words = np.insert(words, middle, time_highs([3_000_000]))
    with closing(open_evt2(write_words(path, EVT2_HEADER, words))) as recording:
        assert "time_goes_back" not in messages(recording)
        recording.window(0, FAR_US)
        assert "until all is read" in messages(recording)["time_goes_back"]
        assert not recording.info.duration_exact or recording.info.duration_us == truth.t[-1]


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
def test_a_real_recording_has_evlibs_events(tmp_path):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / "gen3_evt2.raw"
    with closing(open_evt2(path)) as recording:
        events = indexed(recording).window(-FAR_US, FAR_US)
        info = recording.info
        assert (info.events, info.t_first_us, info.duration_us) == (539_481, 1_317_888, 50_000)
        assert (events.on_count, events.x.max(), events.y.max()) == (367_855, 599, 475)
        assert (info.width, info.height) == (640, 480)
        (hot,) = recording.findings()
        assert hot.message.startswith("7 pixels fire far more than those around them, the fastest")
        columns = np.stack([events.t + info.t_first_us, events.x, events.y, events.p])
    assert np.array_equal(in_order(columns), rows_by_evlib(path, tmp_path))
