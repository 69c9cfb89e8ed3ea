"""CSV files."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.writer_contract import WriterContract
from evtui.events import Events
from evtui.recordings.tables.text import decode_text
from evtui.store.opening import open_or_load
from support.exporting import make_dense, write
from support.strategies import events_of, recorded
from support.whole_files import decode, shifted


class TestWriter(WriterContract):
    kind = "csv"
    limits = (0, 5, 3_000, 9_000_000)


def test_the_text(tmp_path):
    events = events_of([(0, 1, 2, 1), (0, 639, 479, 0), (12, 0, 0, 1)])
    write(tmp_path / "a.csv", "csv", events)
    assert (tmp_path / "a.csv").read_bytes() == b"t,x,y,p\n0,1,2,1\n0,639,479,0\n12,0,0,1\n"
    write(tmp_path / "b.csv", "csv", events, t_first_us=5_000_000)
    assert (tmp_path / "b.csv").read_text().splitlines()[3] == "5000012,0,0,1"


@given(recorded((640, 480)), st.integers(1, 50), st.integers(0, 1 << 60))
def test_every_table_reader_gets_every_event(tmp_path_factory, events, piece, first):
    path = tmp_path_factory.mktemp("round") / "out.csv"
    write(path, "csv", events, piece, first)
    frame = pl.read_csv(path)
    assert frame.columns == ["t", "x", "y", "p"]
    assert [frame[name].to_list() for name in frame.columns] == [
        column.tolist() for column in (events.t + first, events.x, events.y, events.p)
    ]


@given(recorded((640, 480), least=1), st.integers(1, 50), st.integers(0, 1 << 60))
def test_our_reader_gets_every_event(tmp_path_factory, events, piece, first):
    path = tmp_path_factory.mktemp("round") / "out.csv"
    write(path, "csv", events, piece, first)
    decoded = decode(decode_text, path)
    assert decoded.events.equals(shifted(events, first))
    assert "unit_guessed" in decoded.codes  # it is not stated, and said to be taken


@pytest.mark.parametrize("step_us", [1, 1_000])
def test_a_short_dense_cut_opens_as_what_it_was(tmp_path, step_us):
    """The times alone look like those of another unit."""
    events = make_dense(200_000, step_us)
    write(tmp_path / "out.csv", "csv", events, 70_000, 77_777)
    recording = open_or_load(tmp_path / "out.csv")
    first = int(events.t[0])
    assert recording.info.t_first_us == 77_777 + first
    assert (recording.info.width, recording.info.height) == (640, 480)
    shown = recording.window(0, recording.info.duration_us + 1)
    assert shown.equals(Events(events.t - first, events.x, events.y, events.p))
