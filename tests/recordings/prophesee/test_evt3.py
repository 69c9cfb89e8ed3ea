import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.recording_contract import FAR_US, RecordingContract
from contract.truths import HEIGHT, WIDTH, between, in_time_order, made_events
from evtui.errors import CannotRead, DamagedRecording, RecordingError
from evtui.events import Events
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.findings import CODES
from evtui.recordings.prophesee.evt3 import Evt3Recording, open_evt3
from evtui.recordings.prophesee.evt3_blocks import Grain
from evtui.recordings.prophesee.words_file import raw_file
from support.by_evlib import in_order, rows_by_evlib
from support.evt3_files import (
    ADDR_X,
    ADDR_Y,
    HEADER,
    OLD_HEADER,
    SIZELESS_HEADER,
    TIME_HIGH,
    TIME_LOW,
    VECT_12,
    evt3_words,
    words_of,
    write_evt3,
)
from support.evt3_reference import decode_slowly

FINE = Grain(block=1 << 10, stride=4, look=1 << 8)
ROUND_US = 1 << 24
ROWS = range(50, 39_000, 97)

usual = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def open_as_large(path: Path, grain: Grain = FINE) -> Evt3Recording:
    """Open a small file without decoding it whole."""
    with raw_file(path) as file:
        return Evt3Recording(file, grain, small_bytes=0)


def indexed(recording: Recording) -> Recording:
    recording.index(no_progress, never_cancelled)
    return recording


def messages(recording: Recording) -> dict[str, str]:
    return {found.code: found.message for found in recording.findings()}


class Evt3Contract(RecordingContract):
    """``RecordingContract`` for files of one kind."""

    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        return made_events(step_us=5)

    @pytest.fixture(scope="class")
    def path(self, truth, tmp_path_factory) -> Path:
        return write_evt3(tmp_path_factory.mktemp("evt3") / "made.raw", self.words(truth))

    @pytest.fixture(scope="class")
    def reopen(self, path) -> Callable[[], Recording]:
        return lambda: open_as_large(path)

    def words(self, truth: Events):
        raise NotImplementedError


class TestSmallFile(Evt3Contract):
    @pytest.fixture(scope="class")
    def reopen(self, path) -> Callable[[], Recording]:
        return lambda: open_evt3(path)

    def words(self, truth):
        return evt3_words(truth, 5_000, vectors=True, triggers=[3, 70])


class TestLargeFileOfASensor(Evt3Contract):
    def words(self, truth):
        return evt3_words(truth, 123_456, idle_us=16, vectors=True, false_lows=ROWS)


class TestLargeFileOfASensorThroughWrapsOfTheClock(Evt3Contract):
    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        return made_events(step_us=300)

    @pytest.fixture(scope="class")
    def reopen(self, path) -> Callable[[], Recording]:
        # A third of the events come at once, so that looks have to be long to tell their number.
        return lambda: open_as_large(path, Grain(block=1 << 10, stride=4, look=1 << 12))

    def words(self, truth):
        return evt3_words(truth, ROUND_US - 1_000_000, idle_us=64)


class TestLargeFileOfAProgramThroughWrapsOfTheClock(Evt3Contract):
    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        return made_events(step_us=2_000)

    def words(self, truth):
        return evt3_words(truth, ROUND_US - 1)


def steady_file(folder: Path, header: bytes = HEADER, tail: bytes = b"") -> tuple[Path, Events]:
    """A file as a sensor writes it, and its events."""
    truth = made_events(4_000, step_us=5)
    return write_evt3(folder / "steady.raw", evt3_words(truth, idle_us=16), header, tail), truth


@pytest.mark.parametrize("header", [HEADER, OLD_HEADER, OLD_HEADER.replace(b"\n", b"\r\n")])
def test_a_stated_size_is_taken(tmp_path, header):
    path, truth = steady_file(tmp_path, header)
    with closing(open_evt3(path)) as recording:
        assert (recording.info.width, recording.info.height) == (WIDTH, HEIGHT)
        assert recording.window(0, FAR_US).equals(truth)
        assert recording.findings() == []


@pytest.mark.parametrize("opener", [open_evt3, open_as_large])
def test_a_size_that_is_not_stated_is_told_from_the_events(tmp_path, opener):
    path, _ = steady_file(tmp_path, SIZELESS_HEADER)
    with closing(opener(path)) as recording:
        assert (recording.info.width, recording.info.height) == (WIDTH, HEIGHT)
        assert "640×480 is the smallest known" in messages(recording)["size_guessed"]
        assert recording.info.header["integrator_name"] == "Nobody"


def test_the_full_pass_takes_a_guessed_size_back_that_does_not_hold_all_events(tmp_path):
    truth = made_events(4_000)
    truth.x[:] %= 300
    truth.y[:] %= 200
    truth.x[2_345] = 1_000
    words = evt3_words(truth, idle_us=16)
    path = write_evt3(tmp_path / "a.raw", words, SIZELESS_HEADER)
    with closing(open_as_large(path, Grain(1 << 10, 4, 1 << 4))) as recording:
        assert recording.info.width < 1_000
        assert indexed(recording).info.width == 1_280
        assert list(messages(recording)) == ["size_guessed"]


def test_events_outside_a_stated_sensor_are_a_finding(tmp_path):
    truth = made_events(4_000)
    truth.y[17] = HEIGHT
    path = write_evt3(tmp_path / "a.raw", evt3_words(truth))
    with closing(open_evt3(path)) as recording:
        assert "out_of_sensor" in messages(recording)
        assert recording.window(0, FAR_US).equals(truth)


def test_wraps_of_the_clock_are_counted(tmp_path):
    truth = made_events(4_000, step_us=10_000)
    path = write_evt3(tmp_path / "a.raw", evt3_words(truth, idle_us=64_000))
    wraps = int(truth.t[-1]) // ROUND_US
    assert wraps > 3
    for opener in (open_evt3, open_as_large):
        with closing(opener(path)) as recording:
            assert f"starts again {wraps} times" in messages(recording)["clock_wrap"]
            assert recording.info.duration_us == truth.t[-1]
            assert recording.info.duration_exact


def test_odd_words_are_findings(tmp_path):
    path, truth = steady_file(tmp_path, tail=words_of([(0x1, 5), (0xC, 0)]).tobytes() + b"\x00")
    with closing(open_evt3(path)) as recording:
        found = messages(recording)
        assert found["truncated"] == "the file ends inside a word, of which it has 1 byte"
        assert found["damaged_words"].startswith("2 words of unknown kind")
        assert recording.window(0, FAR_US).equals(truth)


def test_triggers_and_events_without_a_place_are_findings(tmp_path):
    truth = made_events(1_000)
    words = np.concatenate([words_of([(ADDR_X, 1)] * 3), evt3_words(truth, triggers=[8, 9])])
    with closing(open_evt3(write_evt3(tmp_path / "a.raw", words))) as recording:
        found = messages(recording)
        assert found["untimed_events"].startswith("3 events")
        assert found["triggers"].startswith("2 edges")
        assert recording.window(-FAR_US, FAR_US).equals(truth)


def test_false_times_that_events_have_are_a_finding(tmp_path):
    pairs = [(TIME_HIGH, 2), (ADDR_Y, 1), (TIME_LOW, 50), (ADDR_X, 1), (TIME_LOW, 40), (ADDR_X, 2)]
    with closing(open_evt3(write_evt3(tmp_path / "a.raw", words_of(pairs)))) as recording:
        assert messages(recording)["time_goes_back"].startswith("1 events seem")
        assert recording.window(-FAR_US, FAR_US).t.tolist() == [0, 0]


@pytest.mark.parametrize("opener", [open_evt3, open_as_large])
def test_windows_are_exact_where_time_goes_back_once_all_is_counted(tmp_path, opener):
    one, other = made_events(3_000, step_us=40), made_events(3_000, seed=2, step_us=40)
    words = np.concatenate([evt3_words(one, 300_000), evt3_words(other, 200_000)])
    earlier = Events(other.t - 100_000, other.x, other.y, other.p)
    truth = in_time_order(Events.concatenate([one, earlier]), from_earliest=True)
    with closing(opener(write_evt3(tmp_path / "a.raw", words))) as recording:
        assert "time_goes_back" in messages(recording)
        assert recording.info.duration_exact == (opener is open_evt3)
        indexed(recording)
        assert messages(recording)["time_goes_back"].startswith("time goes back once")
        for t0, t1 in ((-FAR_US, FAR_US), (0, 100_000), (100_000, 100_005), (9, 190_000)):
            assert recording.window(t0, t1).equals(between(truth, t0, t1))


@pytest.mark.parametrize("opener", [open_evt3, open_as_large])
def test_the_last_event_may_come_long_before_the_end(tmp_path, opener):
    path, truth = steady_file(tmp_path, tail=words_of([(TIME_HIGH, 9)] * 5_000).tobytes())
    with closing(opener(path)) as recording:
        assert recording.info.duration_exact
        assert recording.info.duration_us == truth.t[-1]


def test_a_duration_that_is_not_certain_is_rather_too_long(tmp_path):
    truth = made_events(4_000, step_us=5)
    junk = words_of([(VECT_12, 1)] * 40_000)  # without a base: no events
    words = np.concatenate([evt3_words(truth, 70_000, idle_us=16), junk])
    with closing(open_as_large(write_evt3(tmp_path / "a.raw", words))) as recording:
        assert not recording.info.duration_exact
        assert truth.t[-1] <= recording.info.duration_us <= truth.t[-1] + 4_096
        assert indexed(recording).info.duration_us == truth.t[-1]


@pytest.mark.parametrize(
    "data", [b"", b"\x00", words_of([(TIME_HIGH, 3), (TIME_LOW, 4)]).tobytes()]
)
@pytest.mark.parametrize("opener", [open_evt3, open_as_large])
def test_a_file_without_events_says_so(tmp_path, data, opener):
    path = tmp_path / "a.raw"
    path.write_bytes(HEADER + data)
    with closing(opener(path)) as recording:
        assert "no_events" in messages(recording)
        assert (recording.info.events, recording.info.events_exact) == (0, True)
        assert len(recording.window(-FAR_US, FAR_US)) == 0
        assert recording.timeline(3).counts.tolist() == [0, 0, 0]


@pytest.mark.parametrize("opener", [open_evt3, open_as_large])
def test_a_file_cut_short_while_open_is_an_error(tmp_path, opener):
    path, _ = steady_file(tmp_path)
    with closing(opener(path)) as recording:
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(DamagedRecording, match="cut short while it was open"):
            recording.window(0, 10)


def test_a_full_pass_over_a_file_that_was_cut_short_is_an_error(tmp_path):
    path, _ = steady_file(tmp_path)
    with closing(open_as_large(path)) as recording:
        os.truncate(path, path.stat().st_size - 1)
        with pytest.raises(DamagedRecording, match="cut short while it was open"):
            recording.index(no_progress, never_cancelled)
        assert not recording.info.events_exact


def test_a_closed_recording_says_so(tmp_path):
    recording = open_evt3(steady_file(tmp_path)[0])
    recording.close()
    with pytest.raises(CannotRead, match="was closed"):
        recording.window(0, 10)


@usual
@given(st.binary(max_size=400) | st.lists(st.integers(0, 65_535), max_size=80))
def test_any_bytes_behind_a_header_are_events_or_a_finding(tmp_path, data):
    content = data if isinstance(data, bytes) else np.array(data, "<u2").tobytes()
    path = tmp_path / "any.raw"
    path.write_bytes(HEADER + content)
    truth, _ = decode_slowly(np.frombuffer(content[: len(content) // 2 * 2], "<u2").tolist())
    zero = truth.t[0] if len(truth) else 0
    truth = Events(truth.t - zero, truth.x, truth.y, truth.p)
    middle = int(np.median(truth.t)) if len(truth) else 0
    for opener in (open_evt3, lambda path: open_as_large(path, Grain(4, 2, 4))):
        with closing(opener(path)) as recording:
            recording.window(0, middle)
            recording.timeline(3)
            indexed(recording)
            assert recording.info.events == len(truth)
            assert recording.window(-FAR_US, FAR_US).equals(truth)
            assert recording.window(middle, FAR_US).equals(between(truth, middle, FAR_US))
            assert {found.code for found in recording.findings()} <= set(CODES)


@usual
@given(st.binary(max_size=200))
def test_any_file_at_all_is_read_or_refused(tmp_path, content):
    path = tmp_path / "any.raw"
    path.write_bytes(content)
    try:
        open_evt3(path).close()
    except RecordingError as error:
        assert str(path) in str(error)


REAL = {
    "walker_evt3_640x480.raw": {
        "events": 343_474,
        "times": (7_139_845, 9_218_023),
        "on": 125_183,
        "largest": (639, 479),
        "size": (640, 480),
        "findings": ["hot_pixels", "triggers"],
    },
    "gen41_evt3.raw": {
        "events": 219_596,
        "times": (11_718_656, 11_727_457),
        "on": 115_532,
        "largest": (1_279, 719),
        "size": (1_280, 720),
        "findings": [],
    },
}


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize("name", REAL)
def test_real_recordings_have_evlibs_events(tmp_path, name):
    path, known = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name, REAL[name]
    with closing(open_evt3(path)) as recording, closing(open_as_large(path)) as large:
        info, events = recording.info, recording.window(-FAR_US, FAR_US)
        assert (info.events, len(events)) == (known["events"],) * 2
        assert (info.t_first_us, info.t_first_us + info.duration_us) == known["times"]
        assert (events.on_count, (events.x.max(), events.y.max())) == (
            known["on"],
            known["largest"],
        )
        assert (info.width, info.height) == known["size"]
        assert list(messages(recording)) == known["findings"]
        assert large.window(-FAR_US, FAR_US).equals(events)
        for t0 in range(0, info.duration_us, info.duration_us // 20):
            assert large.window(t0, t0 + 777).equals(between(events, t0, t0 + 777))
    columns = np.stack([events.t + info.t_first_us, events.x, events.y, events.p])
    assert np.array_equal(in_order(columns), rows_by_evlib(path, tmp_path))
