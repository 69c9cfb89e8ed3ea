"""EVT 2.1: the contract in both orders of halves, vectors, and how the order is told."""

from contextlib import closing

import numpy as np
import pytest

from contract.recording_contract import RecordingContract
from contract.truths import made_events
from contract.words_contract import WordsContract, as_if_large
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.prophesee.evt21 import open_evt21
from evtui.recordings.prophesee.raw import open_raw
from support.evt2_files import (
    EVT21_HEADER,
    EVT21_LEGACY_HEADER,
    evt21_words,
    write_words,
)
from support.strategies import events_of
from support.words_reference import EVT2_ROUND, evt21_slowly

FAR_US = 1 << 50


class TestContract(WordsContract):
    round_us = EVT2_ROUND
    longest_gap_us = 3 * EVT2_ROUND
    largest = 2047
    open_file = staticmethod(open_raw)

    def write(self, path, events, t_first_us):
        return write_words(path, EVT21_HEADER, evt21_words(events, t_first_us, repeat=2))

    def write_data(self, path, data):
        path.write_bytes(EVT21_HEADER + data)
        return path

    def decode_slowly(self, data):
        words = np.frombuffer(data[: len(data) // 8 * 8], "<u4").reshape(-1, 2)
        return evt21_slowly((head, mask) for mask, head in words.tolist())


class TestContractOfTheLegacyOrder(RecordingContract):
    @pytest.fixture(scope="class")
    def truth(self):
        return made_events(step_us=5)

    @pytest.fixture(scope="class")
    def reopen(self, truth, tmp_path_factory):
        path = tmp_path_factory.mktemp("legacy") / "a.raw"
        write_words(path, EVT21_LEGACY_HEADER, evt21_words(truth, 9, legacy=True))
        return lambda: open_evt21(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.raw"


@pytest.fixture
def truth():
    return made_events()


def codes(recording):
    recording.index(no_progress, never_cancelled)
    return [found.code for found in recording.findings()]


def test_a_plain_file_has_no_findings(path, truth):
    with closing(open_evt21(write_words(path, EVT21_HEADER, evt21_words(truth)))) as recording:
        info = recording.info
        assert (info.format, info.layout) == ("EVT2.1", "64-bit words, little-endian")
        assert (info.width, info.height) == (640, 480)
        assert codes(recording) == []


def test_a_vector_gives_its_events_from_left_to_right(path):
    row = events_of([(0, 64 + bit, 7, 1) for bit in range(0, 32, 3)])
    words = evt21_words(row)
    assert np.count_nonzero(words[:, 1] >> 28 < 2) == 1
    with closing(open_evt21(write_words(path, EVT21_HEADER, words))) as recording:
        assert recording.info.events == len(row)
        assert recording.window(0, 1).equals(row)


def test_a_vector_without_a_bit_holds_no_event(path, truth):
    words = evt21_words(truth)
    words = np.insert(words, 500, [[0, 0x1 << 28]] * 3, axis=0)
    with closing(open_evt21(write_words(path, EVT21_HEADER, words))) as recording:
        assert recording.info.events == len(truth)
        assert recording.window(0, FAR_US).equals(truth)


def test_dense_vectors_of_a_large_file_are_counted_by_a_sample(path, monkeypatch):
    as_if_large(monkeypatch)
    t = np.repeat(np.arange(2_000) * 40, 16)
    x = np.tile(np.arange(16) * 2, 2_000).astype(np.uint16) + np.uint16(320)
    truth = Events(t, x, (t % 480).astype(np.uint16), (t // 40 % 2).astype(np.uint8))
    with closing(open_evt21(write_words(path, EVT21_HEADER, evt21_words(truth)))) as recording:
        assert recording.info.events == pytest.approx(len(truth), rel=0.1)
        assert recording.window(0, FAR_US).equals(truth)
        assert codes(recording) == []


def test_triggers_are_no_events(path, truth):
    words = evt21_words(truth, triggers=[3])
    with closing(open_evt21(write_words(path, EVT21_HEADER, words))) as recording:
        assert codes(recording) == ["triggers"]
        assert recording.window(0, FAR_US).equals(truth)
