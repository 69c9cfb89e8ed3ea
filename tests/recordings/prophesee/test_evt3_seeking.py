from pathlib import Path

import numpy as np
import pytest

from contract.truths import made_events
from evtui.events import Events
from evtui.recordings.prophesee.evt3_blocks import Blocks, Grain, Run
from evtui.recordings.prophesee.evt3_clock import no_more
from evtui.recordings.prophesee.evt3_decoding import decode
from evtui.recordings.prophesee.evt3_marks import Mark, follow_marks, steady_mark
from evtui.recordings.prophesee.evt3_seeking import Skeleton
from evtui.recordings.prophesee.evt3_words import Carry
from evtui.recordings.prophesee.words_file import WordFile, raw_file
from evtui.recordings.search import FAR
from support.evt3_files import (
    ADDR_X,
    ADDR_Y,
    HEADER,
    TIME_HIGH,
    TIME_LOW,
    VECT_8,
    VECT_12,
    VECT_BASE_X,
    evt3_words,
    words_of,
    write_evt3,
)

FINE = Grain(block=256, stride=4, look=64)


class CountingWords(WordFile):
    """Counts the words that are read."""

    count_read = 0

    def read(self, start, stop):
        self.count_read += stop - start
        return super().read(start, stop)


@pytest.fixture
def words_in(tmp_path):
    """Opens a file of some words; all are closed at the end."""
    files = []

    def write(words):
        with raw_file(write_evt3(tmp_path / f"{len(files)}.raw", words)) as file:
            files.append(file)
        return CountingWords(file, len(HEADER), np.dtype("<u2"))

    yield write
    for file in files:
        file.close()


@pytest.fixture
def skeleton_of(words_in):
    """A skeleton of some words, finely cut."""
    return lambda words: Skeleton(Blocks(words_in(words), FINE))


def sensor_words(truth: Events, start: int = 50_000, **options):
    return evt3_words(truth, start, idle_us=16, **options)


# marks

TICK = [(TIME_HIGH, 5), (TIME_LOW, 7)]


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        (TICK * 3, Mark(5, 7)),
        ([*TICK * 3, (ADDR_Y, 1), (ADDR_X, 1)], Mark(5, 7)),
        ([*TICK * 3, (TIME_HIGH, 6)], Mark(6, 0)),
        ([*TICK * 3, (TIME_HIGH, 6), (TIME_LOW, 0), (TIME_LOW, 9)], Mark(6, 9)),
        (TICK * 2, None),
        ([(TIME_HIGH, 5)] * 9, None),
        ([(TIME_HIGH, 5), (TIME_LOW, 7), (TIME_HIGH, 6), (TIME_HIGH, 7)], None),
        ([], None),
    ],
)
def test_a_steady_clock_tells_the_time_from_a_few_words(words, mark):
    assert steady_mark(words_of(words)) == mark


def test_every_word_tells_the_time_whatever_the_clock_does():
    pairs = [(TIME_LOW, 9), (TIME_HIGH, 4000), (ADDR_Y, 1), (TIME_LOW, 3), (TIME_HIGH, 10)]
    marks = follow_marks(words_of(pairs), [0, 1, 2, 3, 4, 5], Mark(None), no_more)
    expected = [None, None, (4000, 0), (4000, 0), (4000, 3), (4106, 0)]
    assert marks == [Mark(None) if pair is None else Mark(*pair) for pair in expected]
    assert marks[0].time == -FAR
    assert marks[4].time == 4000 * 4096 + 3


# the skeleton

FILES = {
    "of a sensor": lambda: sensor_words(made_events(6_000, step_us=5), vectors=True),
    "of a program": lambda: evt3_words(made_events(6_000, step_us=5), 50_000),
    "through wraps": lambda: evt3_words(made_events(3_000, step_us=20_000), 1 << 23),
    "through wraps as a sensor": lambda: evt3_words(
        made_events(1_000, step_us=10_000), (1 << 24) - 1, idle_us=64
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_the_time_at_every_border_parts_the_events(name, words_in):
    words = words_in(FILES[name]())
    blocks = Blocks(words, FINE)
    for order in (range(blocks.count + 1), reversed(range(blocks.count + 1))):
        skeleton, latest = Skeleton(blocks), -FAR
        times = {block: skeleton.mark(block).time for block in order}
        for block, done in enumerate(blocks.decoded(Run(0, blocks.count, Carry()), at_once=1)):
            assert latest <= times[block]
            if len(done.events):
                assert times[block] <= done.events.t[0]
                latest = done.events.t[-1]
        assert latest <= times[blocks.count]


@pytest.mark.parametrize("name", FILES)
def test_what_is_found_before_a_block_is_what_the_whole_decode_leaves_there(name, words_in):
    blocks = Blocks(words_in(FILES[name]()), FINE)
    skeleton, carry = Skeleton(blocks), Carry()
    for block, done in enumerate(blocks.decoded(Run(0, blocks.count, carry), at_once=1)):
        found = skeleton.carry(block)
        assert (found.high, found.low, found.y) == (carry.high, carry.low, carry.y)
        assert found.t in (carry.t, None)  # None where the last event is far away
        carry = done.carry


def test_a_far_window_costs_a_few_looks_in_a_file_of_a_sensor(words_in):
    words = words_in(sensor_words(made_events(40_000, step_us=50)))
    skeleton = Skeleton(Blocks(words, Grain(block=1 << 10, stride=8, look=64)))
    end = skeleton.mark(skeleton.run(FAR // 2, FAR // 2).first).time
    assert words.count_read < words.count / 5
    before = words.count_read
    run = skeleton.run(end - 100, end - 50)
    assert run.stop - run.first <= 3
    assert words.count_read - before < 20_000


def test_a_row_a_time_and_a_base_from_far_away_are_found(words_in):
    start = [(TIME_HIGH, 3), (TIME_LOW, 9), (ADDR_Y, 5), (VECT_BASE_X, 0x800 | 64)]
    vectors = [(VECT_8, 0), (VECT_12, 0)] * 10
    singles = [(ADDR_X, 1)] * 30_000
    words = words_of([*start, *vectors, *singles, (VECT_8, 1)])
    blocks = Blocks(words_in(words), FINE)
    skeleton = Skeleton(blocks)
    last = blocks.count - 1
    run = Run(last, blocks.count, skeleton.carry(last))
    assert (run.carry.low, run.carry.y, run.carry.base) == (9, 5, None)
    (done,) = blocks.decoded(run, find_base=skeleton.find_base)
    whole = decode(words, Carry())
    assert done.events.equals(whole.events[-len(done.events) :])
    assert done.events.x[-1] == 64 + 200
    assert done.carry == whole.carry


def test_vectors_without_any_base_are_looked_for_once(words_in):
    words = words_in(words_of([(TIME_HIGH, 3), (ADDR_Y, 5), *[(VECT_12, 1)] * 50_000]))
    skeleton = Skeleton(Blocks(words, FINE))
    assert skeleton.find_base(150) == Carry()
    before = words.count_read
    assert skeleton.find_base(120) == Carry()
    assert words.count_read == before


def test_words_without_any_time_are_before_all_times(skeleton_of):
    skeleton = skeleton_of(words_of([(ADDR_X, 1)] * 3_000))
    assert skeleton.mark(5).time == skeleton.mark(12).time == -FAR
    assert skeleton.carry(5).high is None


# the blocks


def test_the_next_time_high_is_found_however_far_away(words_in, tmp_path: Path):
    words = np.zeros(300_000, np.uint16)
    words[[3, 299_999]] = words_of([(TIME_HIGH, 8), (TIME_HIGH, 9)])
    blocks = Blocks(words_in(words), Grain())
    assert [blocks.next_high(place) for place in (0, 3, 4, 299_999, 300_000)] == [8, 8, 9, 9, None]
    assert [blocks.last_of(TIME_HIGH, place) for place in (3, 4, 299_999, 300_000)] == [
        *(None, 3, 3, 299_999)
    ]
