import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.recordings.prophesee.evt3_decoding import Oddities, decode
from evtui.recordings.prophesee.evt3_words import Carry
from support.evt3_files import (
    ADDR_X,
    ADDR_Y,
    EXT_TRIGGER,
    TIME_HIGH,
    TIME_LOW,
    VECT_8,
    VECT_12,
    VECT_BASE_X,
    evt3_words,
    word,
    words_of,
)
from support.evt3_reference import decode_slowly
from support.strategies import events_of

ON = 0x800
START = [(TIME_HIGH, 1), (TIME_LOW, 0), (ADDR_Y, 7)]

_HIGHS = st.sampled_from([0, 1, 2, 1023, 2047, 2048, 2049, 4094, 4095]) | st.integers(0, 4095)
_WORD = st.one_of(
    st.builds(word, st.integers(0, 15), st.integers(0, 4095)),
    st.builds(word, st.just(TIME_HIGH), _HIGHS),
    st.builds(
        word, st.sampled_from([ADDR_X, ADDR_Y, VECT_BASE_X, VECT_12, VECT_8]), st.integers(0, 4095)
    ),
)
any_words = st.lists(_WORD, max_size=120)


def decode_in_blocks(words: list[int], cuts: list[int]) -> tuple[Events, Oddities, Carry]:
    """Decode block by block, each with what the ones before it left behind."""
    carry, oddities, runs = Carry(), Oddities(), []
    highs = [index for index, value in enumerate(words) if value >> 12 == TIME_HIGH]
    for start, stop in itertools.pairwise([0, *sorted(cuts), len(words)]):
        following = next((words[index] & 0xFFF for index in highs if index >= stop), None)
        done = decode(np.array(words[start:stop], "<u2"), carry, lambda: following)  # noqa: B023
        steps = np.diff(done.events.t)
        assert not done.ascending or np.all(steps >= 0)
        carry, oddities = done.carry, oddities + done.oddities
        runs.append(done.events)
    return Events.concatenate(runs), oddities, carry


@given(any_words)
def test_any_words_decode_as_the_rules_say(words):
    truth, odd = decode_slowly(words)
    events, oddities, _ = decode_in_blocks(words, [])
    assert events.equals(truth)
    assert oddities == Oddities(**odd)
    dtypes = [column.dtype for column in (events.t, events.x, events.y, events.p)]
    assert dtypes == [np.int64, np.uint16, np.uint16, np.uint8]


_EVENT = st.builds(
    lambda y, x: [word(ADDR_Y, y), word(ADDR_X, x)], st.integers(0, 2047), st.integers(0, 4095)
)
lone_events = st.lists(_EVENT, min_size=20, max_size=60).map(
    lambda pairs: list(itertools.chain(*pairs))
)


@given(lone_events, st.dictionaries(st.integers(0, 120), _WORD, max_size=4), st.booleans())
def test_events_with_a_row_each_decode_as_the_rules_say(words, others, is_row_first):
    for place, other in sorted(others.items()):
        words.insert(place, other)
    words = [word(TIME_HIGH, 1), *words[not is_row_first :]]
    truth, odd = decode_slowly(words)
    events, oddities, _ = decode_in_blocks(words, [])
    assert events.equals(truth)
    assert oddities == Oddities(**odd)
    parts = decode_in_blocks(words, [1, len(words) // 2])
    assert parts[0].equals(truth)


@given(any_words, st.lists(st.integers(0, 120), max_size=8))
def test_blocks_decode_as_the_whole_does(words, cuts):
    whole = decode_in_blocks(words, [])
    parts = decode_in_blocks(words, [min(cut, len(words)) for cut in cuts])
    assert parts[0].equals(whole[0])
    assert parts[1:] == whole[1:]


def decoded(*pairs: tuple[int, int]):
    return decode(words_of(pairs), Carry())


def test_single_events_take_the_row_and_time_before_them():
    done = decoded(*START, (ADDR_X, 5), (TIME_LOW, 9), (ADDR_X, 6 | ON), (ADDR_Y, 8), (ADDR_X, 5))
    expected = [(4096, 5, 7, 0), (4105, 6, 7, 1), (4105, 5, 8, 0)]
    assert done.events.equals(events_of(expected))


def test_vectors_have_an_event_for_each_bit_and_move_on():
    base = (VECT_BASE_X, 100 | ON)
    done = decoded(*START, base, (VECT_12, 0b1000_0000_0101), (VECT_12, 0), (VECT_8, 0xF80))
    assert done.events.x.tolist() == [100, 102, 111, 131]
    assert done.events.p.tolist() == [1, 1, 1, 1]
    assert done.carry.base == 132


def test_singles_between_vectors_leave_the_base_alone():
    words = [(VECT_BASE_X, 40), (VECT_12, 1), (ADDR_X, 3 | ON), (VECT_8, 1)]
    done = decoded(*START, *words)
    assert done.events.x.tolist() == [40, 3, 52]
    assert done.events.p.tolist() == [0, 1, 0]


def test_vectors_without_end_stop_outside_every_sensor():
    done = decoded(*START, (VECT_BASE_X, 0), *[(VECT_12, 0x800)] * 6_000)
    assert done.events.x.max() == 65_535
    assert np.all(np.diff(done.events.x.astype(int)) >= 0)


def times_of(*highs: int) -> list[int]:
    """TIME_HIGH as it is taken, told by an event after each."""
    words = [pair for high in highs for pair in ((TIME_HIGH, high), (ADDR_X, 1))]
    return (decoded((ADDR_Y, 1), *words).events.t // 4096).tolist()


@pytest.mark.parametrize(
    ("shown", "taken"),
    [
        ((4094, 4095, 0, 1), (4094, 4095, 4096, 4097)),
        ((3000, 500, 2900, 400), (3000, 4596, 6996, 8592)),
        ((0, 3000, 3001), (0, 3000, 3001)),
        ((2048, 0), (2048, 4096)),
        ((2047, 0), (2047, 0)),
    ],
)
def test_the_clock_wraps_where_it_steps_back_by_half_its_range(shown, taken):
    assert tuple(times_of(*shown)) == taken


@pytest.mark.parametrize("wrong", [0, 50, 99, 102, 612, 2148, 2149, 4095])
def test_a_lone_wrong_time_high_moves_nothing(wrong):
    assert times_of(100, wrong, 100, 101) == [100, 100, 100, 101]
    assert times_of(100, wrong, 101, 101) == [100, 100, 101, 101]


def test_two_equal_time_highs_are_believed():
    assert times_of(100, 300, 300, 301) == [100, 300, 300, 301]


def test_false_time_lows_without_events_move_nothing():
    words = [(ADDR_X, 1), (TIME_LOW, 90), (TIME_LOW, 20), (ADDR_X, 2), (TIME_LOW, 30), (ADDR_X, 3)]
    done = decoded(*START, *words)
    assert done.events.t.tolist() == [4096, 4116, 4126]
    assert done.oddities.late == 0


def test_an_event_a_little_too_early_happens_with_the_one_before():
    words = [(TIME_LOW, 90), (ADDR_X, 1), (TIME_LOW, 80), (ADDR_X, 2), (TIME_LOW, 91), (ADDR_X, 3)]
    done = decoded(*START, *words)
    assert done.events.t.tolist() == [4186, 4186, 4187]
    assert done.oddities.late == 1
    assert done.ascending


def test_where_the_clock_really_goes_back_so_do_the_events():
    done = decoded((ADDR_Y, 1), *[(TIME_HIGH, 9), (ADDR_X, 1), (TIME_HIGH, 5), (ADDR_X, 2)])
    assert done.events.t.tolist() == [9 * 4096, 5 * 4096]
    assert not done.ascending


def test_what_has_no_row_time_or_base_yet_is_left_out_and_counted():
    early = [(ADDR_X, 1), (TIME_LOW, 5), (ADDR_Y, 2), (ADDR_X, 2), (VECT_8, 0xFF)]
    done = decoded(*early, (TIME_HIGH, 3), (VECT_12, 1), (ADDR_X, 9))
    assert done.events.equals(events_of([(3 * 4096 + 5, 9, 2, 0)]))
    assert done.oddities.unplaced == 4


def test_other_words_are_counted_or_passed_over():
    known = [(0x7, 1), (0xE, 2), (0xF, 3), (EXT_TRIGGER, 0x101)]
    unknown = [(kind, 4) for kind in (0x1, 0x9, 0xB, 0xC, 0xD)]
    done = decoded(*START, *known, *unknown, (ADDR_X, 4))
    assert done.oddities == Oddities(unknown=5, triggers=1)
    assert len(done.events) == 1


@given(st.data())
def test_what_the_encoder_writes_comes_back(data):
    count = data.draw(st.integers(1, 60))
    column = lambda most: st.lists(st.integers(0, most), min_size=count, max_size=count)  # noqa: E731
    steps = np.array(data.draw(column(3_000)), np.int64) * data.draw(st.sampled_from([0, 1, 5_000]))
    events = Events(
        np.cumsum(steps) - steps[0],
        np.array(data.draw(column(60) | column(1279)), np.uint16),
        np.array(data.draw(column(3)), np.uint16),
        np.array(data.draw(column(1)), np.uint8),
    )
    rows = st.lists(st.integers(0, count - 1), max_size=5)
    start = data.draw(st.integers(0, (1 << 24) - 1))
    words = evt3_words(
        events,
        start,
        idle_us=data.draw(st.sampled_from([None, 100_000])),
        vectors=data.draw(st.booleans()),
        false_lows=data.draw(rows),
        triggers=data.draw(rows),
    )
    done = decode(words.astype("<u2"), Carry())
    back = Events(done.events.t - start, done.events.x, done.events.y, done.events.p)
    assert back.equals(events)
    assert done.oddities.unknown == done.oddities.lone_highs == done.oddities.late == 0
