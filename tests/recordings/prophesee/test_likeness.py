"""Words are told from each other: by what they are, in every encoding, busy and idle."""

import numpy as np
import pytest

from contract.truths import made_events
from evtui.events import Events
from evtui.recordings.prophesee.likeness import (
    BIG,
    LEGACY,
    LITTLE,
    READINGS,
    Fit,
    Reading,
    fit,
    likeliest,
    pixels,
)
from support.evt2_files import evt2_words, evt21_words, time_highs
from support.evt3_files import evt3_words

LOOK = 1 << 15
EVT21 = [Reading("2.1"), Reading("2.1", LEGACY), Reading("2.1", BIG)]


def stored(words, order):
    """Words as a file has them."""
    return words.astype(words.dtype.newbyteorder(">" if order == BIG else "<")).tobytes()


def encoded(reading: Reading, events: Events, t_first: int = 5_000_000) -> bytes:
    if reading.version == "3":
        return stored(evt3_words(events, t_first, idle_us=16), reading.order)
    if reading.version == "2":
        return stored(evt2_words(events, t_first, repeat=4), reading.order)
    words = evt21_words(events, t_first, repeat=4, legacy=reading.order != LITTLE)
    return stored(words, reading.order)


def sparse(polarity: int | None = None) -> Events:
    """Few events, so that nearly all words are of the time."""
    made = made_events(3_000)
    t = np.cumsum(np.random.default_rng(1).integers(0, 300, len(made)))
    p = made.p if polarity is None else np.full(len(made), polarity, np.uint8)
    return Events(t - t[0], made.x, made.y, p)


def idle_evt21(reading: Reading) -> bytes:
    """The time as sensors send it while nothing happens, and now and then an event."""
    heads = time_highs(range(5_000_000, 5_000_000 + 200_000, 16))
    masks = np.zeros(len(heads), np.uint32)
    rows = np.arange(0, len(heads), 7)
    x, y = rows % 640 & ~31, rows % 480
    heads = np.insert(heads, rows + 1, (rows % 2 << 28 | x << 11 | y).astype(np.uint32))
    masks = np.insert(masks, rows + 1, (1 << rows % 32).astype(np.uint32))
    first, second = (masks, heads) if reading.order == LITTLE else (heads, masks)
    return stored(np.stack([first, second], axis=1), reading.order)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.name)
@pytest.mark.parametrize("t_first", [0, 5_000_000, 123_456_789])
@pytest.mark.parametrize("events", [made_events(9_000, step_us=5), sparse(), sparse(0), sparse(1)])
def test_each_encoding_is_told_from_all_others(reading, t_first, events):
    data = encoded(reading, events, t_first)[:LOOK]
    assert fit(reading, [data]).is_convincing
    assert likeliest([data]) == reading


@pytest.mark.parametrize("reading", EVT21, ids=lambda reading: reading.name)
def test_the_order_is_told_though_nearly_nothing_happens(reading):
    data = idle_evt21(reading)
    assert likeliest([data]) == reading
    assert fit(Reading("2"), [data]).is_contradicted


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.name)
def test_the_pixels_are_those_of_the_events(reading):
    events = made_events(500)
    x, y = pixels(reading, [encoded(reading, events)])
    assert y.max() == events.y.max()
    assert x.max() // 32 == events.x.max() // 32
    assert len(x) == len(events) or reading.version == "2.1"


@pytest.mark.parametrize("data", [b"", b"1", b"\x00" * LOOK, b"\xff" * LOOK, b"%" * LOOK])
def test_what_is_no_recording_is_like_none(data):
    assert likeliest([data]) is None
    for reading in READINGS:
        assert not len(pixels(reading, [data[:7]])[0]) or reading.version == "2"


def test_noise_is_like_none():
    noise = np.random.default_rng(3).bytes(LOOK)
    assert likeliest([noise]) is None
    assert all(fit(reading, [noise]).is_contradicted for reading in READINGS)


def test_few_words_tell_nothing():
    few = encoded(Reading("2"), made_events(100))[:1_000]
    assert fit(Reading("2"), [few]) != Fit()
    assert likeliest([few]) is None
    assert not any(fit(reading, [few]).is_contradicted for reading in READINGS)


def test_several_looks_add_up():
    data = encoded(Reading("3"), made_events(9_000))
    looks = [data[start : start + 600] for start in (0, 4_000, 8_000)]
    assert likeliest(looks[:1]) is None
    assert likeliest(looks) == Reading("3")
