"""DAT: the contract, its headers, its clock of 71.6 minutes, and a real recording."""

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from contract.truths import between, made_events
from contract.words_contract import WordsContract, as_if_large
from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.prophesee import words_opening, words_search
from evtui.recordings.prophesee.dat import open_dat
from support.dat_files import HEADER, HEADER_WITHOUT_SIZE, dat_records, write_dat
from support.strategies import events_of
from support.words_reference import DAT_ROUND, dat_slowly

FAR_US = 1 << 50


class TestContract(WordsContract):
    round_us = DAT_ROUND
    longest_gap_us = DAT_ROUND // 2 - 1
    largest = 16_383
    open_file = staticmethod(open_dat)

    def write(self, path, events, t_first_us):
        return write_dat(path, events, t_first_us)

    def write_data(self, path, data):
        path.write_bytes(HEADER + b"\x0c\x08" + data)
        return path

    def decode_slowly(self, data):
        records = np.frombuffer(data[: len(data) // 8 * 8], "<u4").reshape(-1, 2)
        return dat_slowly(records.tolist())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.dat"


@pytest.fixture
def truth():
    return made_events()


def indexed(recording):
    recording.index(no_progress, never_cancelled)
    return recording


def codes(recording):
    return [found.code for found in recording.findings()]


@pytest.mark.parametrize("kind", [0x00, 0x0C])
@pytest.mark.parametrize("end", [b"", b"% end\n"])
def test_both_types_of_events_are_read_with_and_without_an_end_of_the_header(
    path, truth, kind, end
):
    write_dat(path, truth, 9_000, header=HEADER + end, kind=kind)
    with closing(open_dat(path)) as recording:
        info = recording.info
        assert info.format == "DAT"
        assert info.layout.startswith(f"type 0x{kind:02X}")
        assert (info.width, info.height) == (640, 480)
        assert (info.events, info.events_exact) == (len(truth), True)
        assert (info.t_first_us, info.duration_us) == (9_000, truth.t[-1])
        assert recording.window(0, FAR_US).equals(truth)
        assert codes(indexed(recording)) == []


def test_a_file_may_have_any_name_and_lines_that_end_as_on_windows(tmp_path, truth):
    path = tmp_path / "recording.raw"
    write_dat(path, truth, header=HEADER.replace(b"\n", b"\r\n"))
    with closing(open_dat(path)) as recording:
        assert recording.info.header["Height"] == "480"
        assert recording.window(0, FAR_US).equals(truth)


def test_a_size_that_is_not_stated_is_told_from_the_events(path, truth):
    small = Events(truth.t, truth.x % 54, truth.y % 61, truth.p)
    with closing(open_dat(write_dat(path, small, header=HEADER_WITHOUT_SIZE))) as recording:
        assert (recording.info.width, recording.info.height) == (128, 128)
        assert codes(recording) == ["size_guessed"]


def test_records_of_version_1_have_their_pixel_in_fewer_bits(path):
    truth = events_of([(0, 303, 239, 1), (5, 0, 128, 0), (9, 255, 0, 1)])
    path.write_bytes(b"% Version 1\n\x00\x08" + records_of_version_1(truth))
    with closing(open_dat(path)) as recording:
        assert recording.window(0, FAR_US).equals(truth)
        assert recording.info.layout == "type 0x00 (2D), version 1"


def records_of_version_1(events):
    """They have 9 bits for x, 8 for y and 1 for the polarity."""
    word = events.x.astype("<u4") | events.y.astype("<u4") << 9 | events.p.astype("<u4") << 17
    return np.stack([events.t.astype("<u4"), word], axis=1).astype("<u4").tobytes()


@pytest.fixture
def small_truth(truth):
    return Events(truth.t, truth.x % 304, truth.y % 240, truth.p)


WITHOUT_VERSION = b"% Data file containing Event2D events.\n% Width 304\n% Height 240\n"
STATED = WITHOUT_VERSION + b"% Version "


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("line", [b"", b"% Version of last week\n"])
def test_a_version_that_is_not_stated_is_told_from_the_records(path, small_truth, old, line):
    records = records_of_version_1(small_truth) if old else dat_records(small_truth)
    path.write_bytes(WITHOUT_VERSION + line + b"\x00\x08" + records)
    with closing(open_dat(path)) as recording:
        assert recording.info.layout.endswith("version 1") is old
        assert recording.window(0, FAR_US).equals(small_truth)
        assert codes(indexed(recording)) == ["layout_guessed"]
        assert f"records {1 if old else 2} is taken" in recording.findings()[0].message


@pytest.mark.parametrize("old", [False, True])
def test_a_version_that_the_records_contradict_is_not_taken(path, small_truth, old):
    records = records_of_version_1(small_truth) if old else dat_records(small_truth)
    path.write_bytes(STATED + (b"2" if old else b"1") + b"\n\x00\x08" + records)
    with closing(open_dat(path)) as recording:
        assert recording.window(0, FAR_US).equals(small_truth)
        assert codes(indexed(recording)) == ["header_differs"]


@pytest.mark.parametrize(("stated", "old"), [(b"0", True), (b"1.0", True), (b"2.0", False)])
def test_a_version_may_be_any_number(path, small_truth, stated, old):
    records = records_of_version_1(small_truth) if old else dat_records(small_truth)
    path.write_bytes(STATED.lower() + stated + b"\n\x00\x08" + records)
    with closing(open_dat(path)) as recording:
        assert recording.window(0, FAR_US).equals(small_truth)
        assert codes(indexed(recording)) == []


def test_rows_at_the_top_that_are_all_off_are_version_2_where_it_is_stated(path, truth):
    top = Events(truth.t, truth.x, truth.y % 16, truth.p * 0)
    with closing(open_dat(write_dat(path, top))) as recording:
        assert recording.window(0, FAR_US).equals(top)
        assert codes(indexed(recording)) == ["one_polarity"]


def test_a_sensor_that_most_events_exceed_is_not_believed(path, truth):
    header = HEADER_WITHOUT_SIZE + b"% Width 128\n% Height 128\n"
    with closing(open_dat(write_dat(path, truth, header=header))) as recording:
        assert (recording.info.width, recording.info.height) == (640, 480)
        assert codes(indexed(recording)) == ["header_differs", "size_guessed"]


@pytest.mark.parametrize("header", [HEADER, b"% Width 304\n"])
def test_a_file_without_events_tells_nothing_of_its_version(path, header):
    path.write_bytes(header + b"\x0c\x08")
    with closing(open_dat(path)) as recording:
        assert {"no_events"} <= set(codes(recording)) <= {"no_events", "size_guessed"}


@pytest.mark.parametrize(
    ("bytes_after_header", "error", "fault"),
    [
        (b"\x0e\x08", UnsupportedRecording, "holds external triggers"),
        (b"\x0c\x10", UnsupportedRecording, "type 0x0C and of 16 bytes"),
        (b"\x42\x08", UnsupportedRecording, "type 0x42"),
        (b"\x0c", DamagedRecording, "ends before"),
    ],
)
def test_what_holds_no_events_is_refused(path, bytes_after_header, error, fault):
    path.write_bytes(HEADER + bytes_after_header)
    with pytest.raises(error, match=fault):
        open_dat(path)


@pytest.mark.parametrize("large", [False, True])
def test_times_of_the_clocks_first_round_are_taken_as_they_are(path, monkeypatch, large):
    if large:
        as_if_large(monkeypatch)
    truth = events_of([(0, 1, 1, 0), (DAT_ROUND - 1, 2, 2, 1)])
    with closing(open_dat(write_dat(path, truth))) as recording:
        assert recording.window(0, FAR_US).equals(truth)
        assert recording.info.duration_us == DAT_ROUND - 1
        assert codes(recording) == []


@pytest.mark.parametrize("large", [False, True])
def test_the_clock_wraps_after_32_bits(path, monkeypatch, large):
    if large:
        as_if_large(monkeypatch)
    truth = made_events(step_us=100_000)
    assert truth.t[-1] > DAT_ROUND
    with closing(open_dat(write_dat(path, truth, DAT_ROUND - 5_000))) as recording:
        assert recording.info.duration_us == truth.t[-1]
        assert "here 2×" in recording.findings()[0].message
        assert codes(recording) == ["clock_wrap"]
        for t0, t1 in ((0, FAR_US), (4_000, 6_000), (DAT_ROUND - 10**6, DAT_ROUND + 10**6)):
            assert recording.window(t0, t1).equals(between(truth, t0, t1))
        assert recording.timeline(50).counts.sum() == pytest.approx(len(truth))
        indexed(recording)
        assert recording.window(0, FAR_US).equals(truth)
        assert codes(recording) == ["clock_wrap"]


def test_a_wrap_that_the_looks_at_a_large_file_miss_is_found_by_the_full_pass(path, monkeypatch):
    as_if_large(monkeypatch)
    monkeypatch.setattr(words_search, "LOOK_BYTES", 4096 * 16)
    monkeypatch.setattr(words_opening, "_LAST_WORDS", 1_000)
    silence = np.arange(10) * (DAT_ROUND // 9)  # more than a round, between two looks
    t = np.concatenate([np.arange(5_000), 5_000 + silence, 5_000 + silence[-1] + np.arange(5_000)])
    still = np.zeros(len(t), np.uint16)
    truth = Events(t, still, still, (t % 2).astype(np.uint8))
    with closing(open_dat(write_dat(path, truth))) as recording:
        assert recording.info.duration_us == t[-1] % DAT_ROUND
        assert indexed(recording).info.duration_us == t[-1]
        assert codes(recording) == ["clock_wrap"]
        assert recording.window(t[-1] - 100, FAR_US).equals(between(truth, t[-1] - 100, FAR_US))


def test_polarities_of_no_meaning_are_on_and_counted(path, truth):
    write_dat(path, truth[:-1], tail=dat_records(events_of([(int(truth.t[-1]), 639, 479, 7)])))
    with closing(open_dat(path)) as recording:
        assert codes(indexed(recording)) == ["damaged_words"]
        assert recording.window(0, FAR_US).p[-1] == 1


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
def test_a_real_recording_has_the_figures_that_are_known_of_it():
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / "ncars_no_size.dat"
    with closing(open_dat(path)) as recording:
        info = recording.info
        assert (info.events, info.t_first_us, info.duration_us) == (4_407, 0, 99_937)
        events = recording.window(0, FAR_US)
        assert (events.on_count, events.x.max(), events.y.max()) == (1_671, 53, 60)
        assert codes(indexed(recording)) == ["size_guessed"]
