"""NumPy archives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.writer_contract import WriterContract
from evtui.events import Events
from evtui.recordings.tables.numpy_files import decode_npz
from evtui.store.opening import open_or_load
from support.exporting import make_dense, write
from support.strategies import recorded
from support.whole_files import decode, shifted


class TestWriter(WriterContract):
    kind = "npz"
    limits = (0, 90, 3_000, 1_500_000, 7_300_000, 9_000_000)
    """The fourth is full in a column's own file, the last two only in the archive."""


def read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return dict(archive)


@given(recorded((640, 480)), st.integers(1, 50), st.integers(0, 1 << 60))
def test_numpy_loads_every_event(tmp_path_factory, events, piece, first):
    path = tmp_path_factory.mktemp("round") / "out.npz"
    write(path, "npz", events, piece, first)
    arrays = read(path)
    assert {name: array.dtype.str for name, array in arrays.items() if array.ndim} == {
        "t": "<i8",
        "x": "<u2",
        "y": "<u2",
        "p": "|u1",
    }
    found = Events(*(arrays[name] for name in "txyp"))
    assert found.equals(shifted(events, first))
    assert (arrays["width"], arrays["height"], arrays["unit"]) == (640, 480, "us")


@given(recorded((640, 480), least=1), st.integers(1, 50), st.integers(0, 1 << 60))
def test_our_reader_gets_every_event(tmp_path_factory, events, piece, first):
    path = tmp_path_factory.mktemp("round") / "out.npz"
    write(path, "npz", events, piece, first)
    decoded = decode(decode_npz, path)
    assert decoded.events.equals(shifted(events, first))
    assert decoded.facts.size == (640, 480)
    assert "unit_guessed" not in decoded.codes


@pytest.mark.parametrize("step_us", [1, 1_000])
def test_a_short_dense_cut_opens_as_what_it_was(tmp_path, step_us):
    """The times alone look like those of another unit."""
    events = make_dense(200_000, step_us)
    write(tmp_path / "out.npz", "npz", events, 70_000, 77_777)
    recording = open_or_load(tmp_path / "out.npz")
    first = int(events.t[0])
    assert recording.info.t_first_us == 77_777 + first
    assert (recording.info.width, recording.info.height) == (640, 480)
    shown = recording.window(0, recording.info.duration_us + 1)
    assert shown.equals(Events(events.t - first, events.x, events.y, events.p))


def test_views_that_skip_events_are_written_too(tmp_path, make_events):
    every_other = make_events(1_000)
    columns = (every_other.t, every_other.x, every_other.y, every_other.p)
    write(tmp_path / "out.npz", "npz", Events(*(column[::2] for column in columns)))
    arrays = read(tmp_path / "out.npz")
    assert np.array_equal(arrays["t"], every_other.t[::2])
    assert np.array_equal(arrays["y"], every_other.y[::2])
