"""Finding times in files of words: with few reads, with rare time marks, and across wraps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.prophesee import words_search
from evtui.recordings.prophesee.evt2 import Evt2
from evtui.recordings.prophesee.words_file import WordFile, raw_file
from evtui.recordings.prophesee.words_search import (
    Landmarks,
    WordSearch,
    follow_rounds,
    tell_rounds,
)
from evtui.recordings.search import FAR
from support.evt2_files import EVT2_HEADER, time_highs, write_words

CODING = Evt2()
EVENT = np.array([0], np.uint32)
ROUND = 1 << 34


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Makes a file of some words and gives them as a ``WordFile``."""
    folder = tmp_path_factory.mktemp("words")

    def make(words):
        path = write_words(folder / "a.raw", EVT2_HEADER, np.asarray(words, np.uint32))
        with raw_file(path) as file:
            return WordFile(file, file.header.data_offset, CODING.dtype)

    return make


def test_the_landmark_of_a_block_without_marks_is_the_next_there_is(opened):
    words = np.concatenate([time_highs([64]), np.tile(EVENT, 5_000), time_highs([128]), EVENT])
    landmarks = Landmarks(opened(words), CODING)
    assert (landmarks.block, landmarks.count) == (1024, 5)
    assert [landmarks.at(block) for block in range(4)] == [(0, 64), *[(5_001, 128)] * 3]
    assert landmarks.last_before(5_000) == (0, 64)
    assert landmarks.last_before(0) is None


def test_behind_the_last_mark_there_is_none(opened):
    landmarks = Landmarks(opened(np.concatenate([time_highs([64]), np.tile(EVENT, 3_000)])), CODING)
    assert landmarks.at(1) == landmarks.at(2) == (3_001, FAR)
    assert landmarks.next_or_last(2) == (0, 64)


def test_blocks_are_spread_from_the_first_to_the_last(opened):
    landmarks = Landmarks(opened(np.zeros(100 * 1024)), CODING)
    assert landmarks.spread(4) == [0, 33, 66, 99]
    assert landmarks.spread(1_000) == list(range(100))
    assert Landmarks(opened([]), CODING).spread(5) == []


@given(st.lists(st.integers(0, ROUND // 4), min_size=1, max_size=60), st.integers(0, 5))
def test_a_few_looks_tell_the_same_rounds_as_all_words(opened, steps, events):
    marks = time_highs(np.cumsum(steps).tolist())
    words = opened(np.insert(np.repeat(marks, 2), np.arange(len(marks)).repeat(events), 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words_search, "LOOK_BYTES", 16)
        landmarks = Landmarks(words, CODING)
        told = tell_rounds(landmarks, CODING, looks=1_000)
    followed = follow_rounds(words, CODING)
    assert (told.wraps, told.step_back) == (followed.wraps, followed.step_back)
    for place in range(words.count):
        assert told.time(place, 0) == followed.time(place, 0)


def test_a_step_back_between_two_looks_is_told_from_a_wrap(opened):
    words = opened(time_highs([*range(0, 640_000, 64), *range(64, 640_000, 64)]))
    rounds = tell_rounds(Landmarks(words, CODING), CODING, looks=20)
    assert rounds.wraps == 0
    assert rounds.step_back == 640_000 - 64 - 64


def test_a_time_is_found_with_few_looks_at_a_long_file(opened):
    random = np.random.default_rng(3)
    times = np.cumsum(random.integers(0, 500, 1_000_000))
    words = opened(time_highs(times))
    landmarks = Landmarks(words, CODING)
    search = WordSearch(words, landmarks, tell_rounds(landmarks, CODING, looks=40))
    looked = len(landmarks._known)
    start, stop, before = search.span(10_000_000, 10_050_000)
    inside = (times // 64 * 64 >= 10_000_000) & (times // 64 * 64 < 10_050_000)
    rows = np.flatnonzero(inside)
    assert start <= rows[0]
    assert rows[-1] < stop
    assert stop - start <= len(rows) + 3 * landmarks.block
    assert before == times[start] // 64 * 64
    assert len(landmarks._known) - looked <= 16
