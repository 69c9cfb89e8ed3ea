"""Names under which files have the columns."""

import pytest

from evtui.recordings.tables.column_names import is_column_name, match_columns, unit_in
from evtui.recordings.time_units import Unit


@pytest.mark.parametrize(
    ("names", "places", "unit"),
    [
        ("t x y p", (0, 1, 2, 3), None),
        ("X Y Polarity Timestamp", (3, 0, 1, 2), None),
        ("xs ys ts ps", (2, 0, 1, 3), None),
        ("id timestamp_us x y pol", (1, 2, 3, 4), Unit.US),
        ("t_ns x y p", (0, 1, 2, 3), Unit.NS),
        ("time[s] x y p", (0, 1, 2, 3), Unit.S),
        ('"t" "x" "y" "p"', (0, 1, 2, 3), None),
        ("ts t x y p", (1, 2, 3, 4), None),
    ],
)
def test_columns_are_found_by_name(names, places, unit):
    matched = match_columns(names.split())
    assert matched is not None
    assert matched.places == dict(zip("txyp", places, strict=True))
    assert matched.unit is unit


@pytest.mark.parametrize("names", ["", "t x y", "t x y z", "time ax ay az"])
def test_all_four_are_needed(names):
    assert match_columns(names.split()) is None


def test_a_unit_may_stand_apart():
    matched = match_columns(["t (µs)", "x", "y", "p"])
    assert matched is not None
    assert matched.unit is Unit.US


def test_single_names():
    assert all(map(is_column_name, ("t", "ts", "xs", "pol", "timestamp_us")))
    assert not any(map(is_column_name, ("", "width", "txyp")))


def test_the_unit_in_a_single_name():
    assert (unit_in("t_us"), unit_in("Time [ns]"), unit_in("ts")) == (Unit.US, Unit.NS, None)
