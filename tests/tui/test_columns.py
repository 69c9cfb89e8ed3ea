from __future__ import annotations

from pathlib import Path

import pytest

from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.recordings.findings import finding
from evtui.tui.columns import COLUMNS, NAME_WIDTH, Row, that_fit


def row(name: str = "a.h5", **known: object) -> Row:
    summary = Summary(**known) if known else None  # type: ignore[arg-type]
    return Row(Dataset(Path("/data") / name, "flights", 1_480_000, 0), summary)


def shown(key: str, made: Row) -> str:
    return next(column for column in COLUMNS if column.key == key).cell(made).plain


@pytest.mark.parametrize("width", [20, 50, 80, 120, 300])
def test_the_columns_fill_the_width_and_no_more(width: int) -> None:
    fitting = that_fit(width, padding=1)
    total = sum(given + 2 for _, given in fitting)
    assert total == max(width, NAME_WIDTH + 2)
    assert fitting[0][0].key == "name"


def test_more_width_never_takes_a_column_away() -> None:
    keys: set[str] = set()
    for width in range(20, 200):
        now = {column.key for column, _ in that_fit(width, padding=1)}
        assert keys <= now
        keys = now
    assert keys == {column.key for column in COLUMNS}


def test_estimates_are_marked() -> None:
    known = row(events=26_000_000, duration_us=9_500_000, events_exact=False, duration_exact=True)
    assert shown("events", known) == "~26.0 M"
    assert shown("duration", known) == "9.50 s"
    assert shown("rate", known) == "2.74 Mev/s"
    assert shown("memory", known) == "~338 MB"


def test_what_is_not_known_is_blank() -> None:
    assert [shown(key, row()) for key in ("events", "duration", "rate", "sensor")] == [""] * 4
    assert shown("health", row()) == "…"


def test_health_is_the_worst_finding() -> None:
    assert shown("health", row(format="HDF5")) == "✓"
    assert shown("health", row(findings=(finding("size_guessed"),))) == "i"
    assert shown("health", row(findings=(finding("size_guessed"), finding("no_events")))) == "!"
    assert shown("health", row(problem="cut short")) == "✗"


def test_a_name_is_neither_markup_nor_escape_code() -> None:
    assert shown("name", row("[red]a\x1b[31m.h5")) == "[red]a�[31m.h5"


def test_the_filter_looks_through_name_folder_and_format() -> None:
    text = row("Fan.h5", format="HDF5").text
    assert all(word in text for word in ("fan", "flights", "hdf5"))
