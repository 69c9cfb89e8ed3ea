"""Rules for the unit of a file's times."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.findings import Severity
from evtui.recordings.time_units import Unit, tell_unit, unit_named

EPOCH_S = 1_605_537_493


def times(rate, events=100_000, seed=1):
    """µs of events at a mean rate, from 0 on, with ties."""
    steps = np.random.default_rng(seed).exponential(1e6 / rate, events)
    return np.cumsum(steps).astype(np.int64)


def told(t, rows=None):
    """The unit that is taken, and the finding's message."""
    unit, found = tell_unit([t[: len(t) // 2], t[len(t) // 2 :]], rows or len(t))
    assert (found.code, found.severity) == ("unit_guessed", Severity.NOTE)
    assert f"the unit of t is not stated; {unit.label} is taken" in found.message
    return unit, found.message


@pytest.mark.parametrize(
    ("word", "unit"),
    [("us", Unit.US), (" Microseconds", Unit.US), ("µs", Unit.US), ("ns", Unit.NS), ("s", Unit.S)],
)
def test_units_are_known_by_name(word, unit):
    assert unit_named(word) is unit


def test_other_words_are_no_unit():
    assert unit_named("furlongs") is None


@pytest.mark.parametrize(
    ("t", "unit"),
    [
        (times(1e6), Unit.US),
        (times(1e6).astype("u4"), Unit.US),
        (times(1e6) + EPOCH_S * 10**6, Unit.US),
        (times(2e3), Unit.US),
        (times(1e6).astype("f8"), Unit.US),
        (times(1e6) + 0.25, Unit.US),
        (times(1e6)[:10], Unit.US),
        (times(1e6) * 1_000, Unit.NS),
        (times(5e4) * 1_000 + 7, Unit.NS),
        (times(1e6) * 1_000 + EPOCH_S * 10**9, Unit.NS),
        (times(1e6) * 1_000 + np.random.default_rng(1).integers(0, 1_000, 100_000), Unit.NS),
        (times(1e6) // 1_000, Unit.MS),
        (times(2e4) // 1_000, Unit.MS),
        (times(1e6) / 1e3, Unit.MS),
        (times(1e3) / 1e3, Unit.MS),
        ((times(5e6) / 1e3).astype("f4"), Unit.MS),
        (times(1e6) / 1e3 + EPOCH_S * 10**3, Unit.MS),
        (times(1e6) / 1e6, Unit.S),
        ((times(1e6) / 1e6).astype("f4"), Unit.S),
        ((times(2e4) / 1e6).astype("f4"), Unit.S),
        (times(1e6) / 1e6 + EPOCH_S, Unit.S),
        (times(1e5)[:10] / 1e6, Unit.S),
        (times(1e5) / 1e6 + np.random.default_rng(1).random(100_000) * 1e-6, Unit.S),
    ],
)
@pytest.mark.parametrize("order", ["sorted", "shuffled", "backwards"])
def test_the_unit_is_told_from_the_values(t, unit, order):
    if order == "shuffled":
        t = np.random.default_rng(3).permutation(t)
    assert told(t[::-1] if order == "backwards" else t)[0] is unit


@pytest.mark.parametrize(
    ("t", "unit", "said"),
    [
        (np.full(5_000, 1.25), Unit.S, "all times seen are the same"),
        (np.array([1.234567]), Unit.S, "all times seen are the same"),
        (np.full(5_000, 7), Unit.US, "all times seen are the same"),
        (np.array([0.5, 1.5]), Unit.S, "2 ev/s; so few events do not tell"),
        (np.array([3, 7]), Unit.US, "500 kev/s; so few events do not tell"),
        (5 - np.arange(5_000) / 1_000, Unit.S, "1.00 kev/s"),
        (np.full(3, np.nan), Unit.US, "all times seen are the same"),
    ],
)
def test_little_is_told_of_little_and_never_microseconds_of_fractions(t, unit, said):
    taken, message = told(t)
    assert taken is unit
    assert said in message


def test_the_rate_that_the_unit_makes_is_told():
    assert re.search(
        r"µs is taken, which makes (0.99|1.0\d|998|999).* [kM]ev/s$", told(times(1e6))[1]
    )


def test_other_units_that_would_do_are_named_with_the_rates_they_make():
    unit, message = told(times(5e6) * 1_000 + np.random.default_rng(1).integers(0, 999, 100_000))
    assert unit is Unit.NS or "could also be ns (5.0" in message


DECIDED = {
    # Whole µs whatever the rate; ns that were µs once; decimals of s and ms that reach the µs.
    "us": (Unit.US, lambda t: t),
    "ns of µs": (Unit.NS, lambda t: t * 1_000),
    "s": (Unit.S, lambda t: t / 1e6),
    "ms": (Unit.MS, lambda t: t / 1e3),
    "us float": (Unit.US, lambda t: t.astype(np.float64)),
    "s, text": (Unit.S, lambda t: np.array([f"{us / 1e6:.9f}" for us in t.tolist()], float)),
}
OTHERS = {
    "ms whole": (Unit.MS, lambda t: t // 1_000),
    "s, f4": (Unit.S, lambda t: (t / 1e6).astype(np.float32)),
    "ms, f4": (Unit.MS, lambda t: (t / 1e3).astype(np.float32)),
    "ns": (Unit.NS, lambda t: t * 1_000 + np.random.default_rng(1).integers(0, 1_000, len(t))),
    "us, fractions": (Unit.US, lambda t: t + np.random.default_rng(1).random(len(t))),
}
rates = st.floats(np.log10(5e3), np.log10(2e7)).map(lambda power: 10**power)
spans = st.floats(np.log10(0.05), np.log10(600)).map(lambda power: 10**power)


def sample(rate, seconds, seed, shuffled, first_us):
    """µs of some events of a recording, its first and last among them, and how many it has."""
    random = np.random.default_rng(seed)
    rows = max(1_000, int(rate * seconds))
    span = int(rows / rate * 1e6)
    if shuffled:
        t = random.integers(0, span, 8_192)
        t[random.integers(len(t), size=2)] = 0, span
    else:
        near = np.cumsum(random.exponential(1e6 / rate, min(rows, 4_096))).astype(np.int64)
        t = np.concatenate([near, span - near[::-1]])
    return first_us + t, rows


@pytest.mark.parametrize(("unit", "write"), DECIDED.values(), ids=DECIDED)
@given(rates, spans, st.integers(0, 9), st.booleans(), st.sampled_from([0, 7_139_845]))
def test_a_unit_that_can_be_told_is_told(unit, write, rate, seconds, seed, shuffled, first_us):
    t, rows = sample(rate, seconds, seed, shuffled, first_us)
    assert told(write(t), rows)[0] is unit


@pytest.mark.parametrize(("unit", "write"), OTHERS.values(), ids=OTHERS)
@given(rates, spans, st.integers(0, 9), st.booleans(), st.sampled_from([0, 7_139_845]))
def test_a_unit_that_cannot_be_told_is_named(unit, write, rate, seconds, seed, shuffled, first_us):
    t, rows = sample(rate, seconds, seed, shuffled, first_us)
    taken, message = told(write(t), rows)
    assert taken is unit or re.search(rf"could also be (.* or )?{unit.label} \(", message)


@given(st.integers(-(2**50), 2**50), st.sampled_from(["i8", "f8"]))
def test_microseconds_stay_as_they_are(t, dtype):
    assert Unit.US.to_us(np.array([t], dtype)).tolist() == [t]


def test_nanoseconds_are_rounded_down_and_fractions_to_the_nearest():
    assert Unit.NS.to_us(np.array([-1, 0, 999, 1_000, 1_999])).tolist() == [-1, 0, 0, 1, 1]
    assert Unit.MS.to_us(np.array([3], "u2")).tolist() == [3_000]
    assert Unit.S.to_us(np.array([4_000], "u2")).tolist() == [4_000_000_000]
    assert Unit.S.to_us(np.array([0.0000014, 0.0000016])).tolist() == [1, 2]


@given(st.integers(0, 4_000_000_000_000_000))
def test_seconds_in_float64_keep_every_microsecond_of_this_century(us):
    assert Unit.S.to_us(np.array([us / 1e6])).tolist() == [us]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, 1e306])
def test_times_that_are_no_numbers_are_an_error(value):
    with pytest.raises(ValueError, match="not a number"):
        Unit.S.to_us(np.array([0.0, value]))
