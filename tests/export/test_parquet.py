"""Parquet files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.writer_contract import WriterContract
from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.parquet import ROW_GROUP_EVENTS
from evtui.store.scanning import SCHEMA, as_frame
from support.exporting import write
from support.strategies import events_of, recorded

FIRST = 1_605_537_493_718_345


class TestWriter(WriterContract):
    kind = "parquet"
    limits = (0, 90, 3_000, 1_500_000)


def read(path: Path) -> Events:
    frame = pl.read_parquet(path)
    assert frame.schema == SCHEMA
    polarity = frame["polarity"].to_numpy()
    assert set(np.unique(polarity)) <= {-1, 1}
    return Events(
        frame["t"].dt.total_microseconds().to_numpy(),
        frame["x"].to_numpy().view(np.uint16),
        frame["y"].to_numpy().view(np.uint16),
        (polarity > 0).astype(np.uint8),
    )


@given(recorded((640, 480)), st.integers(1, 50), st.integers(0, 2 * FIRST))
def test_every_event_comes_back(tmp_path_factory, events, piece, first):
    path = tmp_path_factory.mktemp("round") / "out.parquet"
    write(path, "parquet", events, piece, first)
    assert read(path).equals(Events(events.t + first, events.x, events.y, events.p))


@pytest.mark.parametrize("piece", [100_000, 1 << 18, 3_000_000])
def test_pieces_do_not_show_in_the_file(tmp_path, make_events, piece):
    events = make_events(2 * ROW_GROUP_EVENTS + 5)
    path = tmp_path / "out.parquet"
    write(path, "parquet", events, piece, FIRST)
    assert read(path).equals(Events(events.t + FIRST, events.x, events.y, events.p))


def test_a_query_reads_only_the_row_groups_it_wants(tmp_path, make_events):
    events = make_events(4 * ROW_GROUP_EVENTS)
    path = tmp_path / "out.parquet"
    write(path, "parquet", events, 1 << 18, FIRST)
    damage_the_beginning(path)
    assert queried(path, 5_000_000, 5_010_000).equals(
        as_frame(events.between(5_000_000, 5_010_000), FIRST)
    )
    with pytest.raises(pl.exceptions.PolarsError):
        queried(path, 0, 10_000)


def damage_the_beginning(path: Path) -> None:
    """Clear what the first row group begins with."""
    with path.open("r+b") as file:
        file.seek(4)
        file.write(bytes(path.stat().st_size // 5))


def queried(path: Path, t0: int, t1: int) -> pl.DataFrame:
    since, until = (timedelta(microseconds=FIRST + t) for t in (t0, t1))
    time = pl.col("t")
    return pl.scan_parquet(path).filter((time >= since) & (time < until)).collect()


def test_the_file_tells_the_sensor(tmp_path, make_events):
    write(tmp_path / "out.parquet", "parquet", make_events(3))
    told = pl.read_parquet_metadata(tmp_path / "out.parquet")
    assert (told["width"], told["height"], told["source"]) == ("640", "480", "a.raw")


def test_a_pixel_that_evlibs_columns_cannot_hold_is_refused(tmp_path):
    write(tmp_path / "out.parquet", "parquet", events_of([(0, 32_767, 32_767, 1)]))
    assert read(tmp_path / "out.parquet").x.tolist() == [32_767]
    with pytest.raises(ExportError, match=r"beyond.parquet: .* no place for a pixel at 32768"):
        write(tmp_path / "beyond.parquet", "parquet", events_of([(0, 5, 32_768, 1)]))
    assert not (tmp_path / "beyond.parquet").exists()
