"""Rules for what the numbers of a file mean."""

import numpy as np
import pytest

from evtui.recordings.conventions import (
    COLUMN_ORDERS,
    KNOWN_SENSORS,
    decode_positions,
    extent,
    tell_columns,
    tell_implausible,
    tell_polarity,
    tell_size,
)


def times(rate, events=100_000, seed=1):
    """µs of events at a mean rate, from 0 on, with ties."""
    steps = np.random.default_rng(seed).exponential(1e6 / rate, events)
    return np.cumsum(steps).astype(np.int64)


def code(guess):
    return guess and guess.code


# what cannot be


def test_no_recording_lasts_a_month_or_has_a_trillion_events_a_second():
    assert tell_implausible(26_000_000, 10_000_000) is None
    assert tell_implausible(5, 0) is None
    assert code(tell_implausible(10_000, 30 * 86_400 * 10**6)) == "implausible_span"
    assert code(tell_implausible(10**12, 1_000_000)) == "implausible_span"


# polarity


@pytest.mark.parametrize(
    ("values", "dtype", "decoded", "guess"),
    [
        ([0, 1, 1], "u1", [0, 1, 1], None),
        ([0, 1, 1], "?", [0, 1, 1], None),
        ([True, True], "?", [1, 1], None),
        ([0.0, 1.0], "f8", [0, 1], None),
        ([-1, 1], "i1", [0, 1], None),
        ([-1.0, 1.0], "f4", [0, 1], None),
        ([-1, -1], "i2", [0, 0], None),
        ([0, 255], "u1", [0, 1], "polarity_guessed"),
        ([1, 2], "u1", [0, 1], "polarity_guessed"),
        ([255, 1], "u1", [0, 1], "polarity_guessed"),
        ([1, 1], "u1", [1, 1], "polarity_guessed"),
        ([0, 0], "u1", [0, 0], "polarity_guessed"),
        ([255, 255], "u1", [1, 1], "polarity_guessed"),
        ([2, 2], "u1", [1, 1], "polarity_guessed"),
        ([3, 8], "u1", [0, 1], "polarity_guessed"),
        ([-1, 0, 1], "i1", [0, 0, 1], "polarity_guessed"),
    ],
)
def test_polarity_is_told_from_the_values(values, dtype, decoded, guess):
    raw = np.array(values, dtype)
    convention, found = tell_polarity([raw[:1], raw[1:]])
    assert convention.decode(raw).tolist() == decoded
    assert convention.decode(raw).dtype == np.uint8
    assert code(found) == guess


def test_values_outside_the_convention_are_noticed():
    convention, _found = tell_polarity([np.array([0, 1], np.uint8)])
    assert convention.covers(np.array([1, 0, 1], np.uint8))
    assert not convention.covers(np.array([1, 2], np.uint8))
    assert convention.covers(np.array([True, False]))


def test_unusual_values_that_were_seen_are_no_others():
    convention, found = tell_polarity([np.array([-1, 0, 1], np.int8)])
    assert "the values -1, 0, 1" in found.message
    assert convention.covers(np.array([-1, 0, 1, 0], np.int8))
    assert not convention.covers(np.array([0, 2], np.int8))


# positions and sizes


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i2", "i4", "i8", "u8", "f4", "f8"])
def test_positions_come_out_as_uint16(dtype):
    decoded = decode_positions(np.array([0, 7, 100], dtype))
    assert decoded.tolist() == [0, 7, 100]
    assert decoded.dtype == np.uint16


@pytest.mark.parametrize(
    ("value", "dtype"), [(-1, "i4"), (70_000, "i8"), (-3.0, "f8"), (1e9, "f8")]
)
def test_what_no_pixel_can_have_is_put_outside_every_sensor(value, dtype):
    assert decode_positions(np.array([5, value], dtype)).tolist() == [5, 65_535]
    assert decode_positions(np.array([-1], "i2"))[0] > 4_096


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_fractions_of_a_pixel_are_an_error(value):
    with pytest.raises(ValueError, match="fractions"):
        decode_positions(np.array([value]))


def test_the_smallest_known_sensor_that_holds_the_events_is_taken():
    for width, height in KNOWN_SENSORS:
        assert tell_size(width, height)[:2] == (width, height)
    assert tell_size(0, 0)[:2] == (128, 128)
    assert tell_size(129, 10)[:2] == (240, 180)
    assert tell_size(100, 481)[:2] == (1280, 720)
    assert tell_size(2_000, 10)[:2] == (2_000, 10)
    assert code(tell_size(1, 1)[2]) == "size_guessed"
    assert "128×128 is the smallest known that holds the events seen, which reach 7×1" in (
        tell_size(7, 1)[2].message
    )
    assert "there are no events to tell it; 128×128" in tell_size(0, 0)[2].message


def test_a_stray_position_does_not_make_the_sensor_huge():
    assert extent(np.array([3, 65_534, 200], np.uint16)) == 201
    assert extent(np.array([65_534], np.uint16)) == 65_535
    assert extent(np.empty(0, np.uint16)) == 0


# the columns of an array


@pytest.mark.parametrize("order", COLUMN_ORDERS)
def test_the_order_of_columns_is_told(order):
    random = np.random.default_rng(1)
    columns = {
        "t": times(1e6, 500) / 1e6,
        "x": random.integers(0, 346, 500),
        "y": random.integers(0, 260, 500),
        "p": random.integers(0, 2, 500) * 2 - 1,
    }
    assert tell_columns(np.stack([columns[name] for name in order], axis=1)) == order


@pytest.mark.parametrize("order", COLUMN_ORDERS)
@pytest.mark.parametrize("per_us", [1.0, 1e-6])
def test_the_order_of_columns_is_told_where_rows_are_in_no_order_of_time(order, per_us):
    random = np.random.default_rng(1)
    columns = {
        "t": random.permutation(times(1e4, 500)) * per_us,
        "x": random.integers(0, 346, 500),
        "y": random.integers(0, 260, 500),
        "p": random.integers(0, 2, 500),
    }
    assert tell_columns(np.stack([columns[name] for name in order], axis=1)) == order


@pytest.mark.parametrize("first", ["txyp", "xytp"])
def test_of_several_orders_that_fit_the_first_is_taken(first):
    assert tell_columns(np.array([[1, 1, 1, 1], [1, 1, 1, 1]]), first) == first


def test_four_columns_without_a_polarity_are_no_events():
    table = np.stack([np.arange(500), *np.random.default_rng(1).integers(3, 9, (3, 500))], axis=1)
    assert tell_columns(table) is None


def test_an_unknown_order_is_not_forced():
    assert tell_columns(np.random.default_rng(1).normal(size=(500, 4))) is None
