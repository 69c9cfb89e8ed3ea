"""DAT files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.writer_contract import WriterContract
from evtui.errors import ExportError
from evtui.events import Events
from evtui.recordings.formats import identify, open_in_place
from support.exporting import read_whole, write
from support.strategies import events_of, recorded

LAST_US = (1 << 32) - 1
REAL = ("ncars_no_size.dat", "gen3_evt2.raw", "gen41_evt3.raw")


class TestDat(WriterContract):
    kind = "dat"
    limits = (0, 100, 2_000_000)


def written(folder: Path, events: Events, piece: int = 1_000, first: int = 0) -> Path:
    path = folder / "out.dat"
    write(path, "dat", events, piece, first)
    return path


@given(
    recorded((4096, 4096), least=1, longest_step_us=60_000_000),
    st.integers(1, 50),
    st.integers(0, 1 << 30),
)
def test_our_reader_gets_every_event_in_order(tmp_path_factory, events, piece, first):
    path = written(tmp_path_factory.mktemp("round"), events, piece, first)
    assert identify(path).name == "DAT"
    back, clock = read_whole(path)
    assert clock == first
    assert back.equals(events)


@given(recorded((640, 480)), st.integers(1, 50))
def test_it_is_the_same_file_however_it_is_split(tmp_path_factory, events, piece):
    folder = tmp_path_factory.mktemp("split")
    whole = written(folder, events).read_bytes()
    assert written(folder, events, piece).read_bytes() == whole


def test_the_bytes_are_those_of_the_format(tmp_path):
    path = written(tmp_path, events_of([(1, 2, 3, 1), (258, 639, 479, 0)]), first=5)
    header, _, body = path.read_bytes().partition(b"\x0c\x08")
    assert header == (
        b"% Data file containing CD events.\n% Version 2\n% Height 480\n% Width 640\n"
    )
    assert np.frombuffer(body, "<u4").tolist() == [6, 2 | 3 << 14 | 1 << 28, 263, 639 | 479 << 14]


def test_many_events_at_the_far_columns_are_not_taken_for_an_old_version(tmp_path):
    events = events_of([(t, 4095, 3, 0) for t in range(200)])
    path = written(tmp_path, events)
    back, _ = read_whole(path)
    assert back.equals(events)


def test_the_last_time_there_is_a_place_for(tmp_path):
    events = events_of([(0, 1, 1, 1), (LAST_US, 1, 1, 0)])
    back, clock = read_whole(written(tmp_path, events))
    assert clock == 0
    assert back.equals(events)


def test_a_file_without_events_has_its_header(tmp_path):
    info = open_in_place(written(tmp_path, Events.empty())).info
    assert (info.events, info.width, info.height) == (0, 640, 480)


@pytest.mark.parametrize(
    ("events", "first", "said"),
    [
        (events_of([(0, 4096, 0, 1)]), 0, "beyond column or row 4095"),
        (events_of([(0, 0, 4096, 1)]), 0, "beyond column or row 4095"),
        (events_of([(0, 1, 1, 1), (LAST_US, 1, 1, 1)]), 1, "over 71.6 min"),
        (events_of([(0, 1, 1, 1)]), -1, "before time 0"),
        (events_of([(5, 1, 1, 1), (4, 1, 1, 1)]), 0, "time goes back"),
    ],
)
@pytest.mark.parametrize("piece", [1, 2])
def test_what_has_no_place_is_refused_and_nothing_is_left(tmp_path, events, first, said, piece):
    with pytest.raises(ExportError, match=said) as refused:
        written(tmp_path, events, piece, first)
    assert str(tmp_path / "out.dat") in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize("name", REAL)
def test_real_recordings_come_back(tmp_path, name):
    original, clock = read_whole(Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name)
    back, shown = read_whole(written(tmp_path, original, 50_000, clock))
    assert shown == clock
    assert back.equals(original)
