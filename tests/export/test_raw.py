"""EVT2, EVT3 and DAT files."""

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
from support.by_evlib import in_order, rows_by_evlib
from support.exporting import write
from support.strategies import events_of, recorded

KINDS = {"evt2": ".raw", "evt3": ".raw", "dat": ".dat"}
NAMES = {"evt2": "EVT2", "evt3": "EVT3", "dat": "DAT"}
HOUR_US = 3_600_000_000


class TestEvt2(WriterContract):
    kind = "evt2"
    limits = (0, 100, 2_000_000)


class TestEvt3(WriterContract):
    kind = "evt3"
    limits = (0, 100, 2_000_000)


class TestDat(WriterContract):
    kind = "dat"
    limits = (0, 100, 2_000_000)


def written(folder: Path, kind: str, events: Events, piece: int = 1_000, first: int = 0) -> Path:
    path = folder / f"out{KINDS[kind]}"
    write(path, kind, events, piece, first)
    return path


def read(path: Path) -> tuple[Events, int]:
    """All events as our reader has them, and its clock at time 0."""
    recording = open_in_place(path)
    recording.index(lambda share: None, lambda: False)
    info = recording.info
    events = recording.window(0, info.duration_us + 1)
    recording.close()
    return events, info.t_first_us


def in_a_row(x: list[int], t: int = 0, y: int = 7, p: int = 1) -> Events:
    return events_of([(t, column, y, p) for column in x])


@pytest.mark.parametrize("kind", KINDS)
@given(
    recorded((2048, 2048), least=1, longest_step_us=60_000_000),
    st.integers(1, 50),
    st.integers(0, 16_000_000),
)
def test_our_reader_gets_every_event_in_order(tmp_path_factory, kind, events, piece, first):
    path = written(tmp_path_factory.mktemp("round"), kind, events, piece, first)
    assert identify(path).name == NAMES[kind]
    back, clock = read(path)
    assert clock == first
    assert back.equals(events)


@pytest.mark.parametrize("kind", KINDS)
@given(st.lists(st.lists(st.integers(0, 2047), max_size=40), min_size=1, max_size=6), st.data())
def test_rows_of_neighbours_keep_their_order(tmp_path_factory, kind, rows, data):
    """Equal times, columns in any order: what vectors are made for, and what would betray them."""
    runs = [in_a_row(sorted(row) if data.draw(st.booleans()) else row, t=9) for row in rows]
    events = Events.concatenate(runs)
    path = written(tmp_path_factory.mktemp("round"), kind, events, data.draw(st.integers(1, 90)))
    if len(events):
        back, _ = read(path)
        assert back.equals(Events(events.t * 0, events.x, events.y, events.p))


@pytest.mark.parametrize("kind", ["evt2", "evt3"])
def test_a_silence_longer_than_the_clock_is_kept(tmp_path, kind):
    times = [0, 5, 20_000_000, 20_000_001, 5 * HOUR_US, 11 * HOUR_US]
    events = events_of([(t, 3, 4, t % 2) for t in times])
    back, _ = read(written(tmp_path, kind, events, piece=2))
    assert back.equals(events)


def test_neighbours_take_fewer_bytes_than_single_events(tmp_path):
    close = written(tmp_path, "evt3", in_a_row(list(range(640)))).stat().st_size
    apart = written(tmp_path, "evt3", in_a_row(list(range(0, 2048, 10)))).stat().st_size
    assert close < 640 * 2 / 4
    assert apart > 205 * 2


def test_a_clock_since_1970_is_written_within_its_first_turn_and_the_header_tells(tmp_path):
    first = 1_700_000_000_123_456
    for kind, period in (("evt2", 1 << 34), ("evt3", 1 << 24)):
        path = written(tmp_path, kind, in_a_row([1, 2]), first=first)
        back, clock = read(path)
        assert clock == first % period
        assert f"% evtui_time_offset_us {first - clock}\n".encode() in path.read_bytes()
        assert len(back) == 2


@pytest.mark.parametrize(
    ("kind", "events", "first", "said"),
    [
        ("evt2", in_a_row([2048]), 0, "beyond column or row 2047"),
        ("evt3", events_of([(0, 1, 2048, 1)]), 0, "beyond column or row 2047"),
        ("dat", in_a_row([1 << 14]), 0, "beyond column or row 16383"),
        ("dat", in_a_row([1]), 1 << 32, "over 71.6 min"),
        ("evt3", events_of([(5, 1, 1, 1), (4, 1, 1, 1)]), 0, "time goes back"),
        ("dat", in_a_row([1]), -1, "before time 0"),
        ("evt2", events_of([(0, 1, 1, 1), (800 * HOUR_US, 1, 1, 1)]), 0, "30 days"),
    ],
)
def test_what_has_no_place_is_refused_and_nothing_is_left(tmp_path, kind, events, first, said):
    with pytest.raises(ExportError, match=said) as refused:
        written(tmp_path, kind, events, piece=1, first=first)
    assert str(tmp_path / "out") in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["evt2", "evt3"])
def test_evlib_decodes_the_same(tmp_path, make_events, kind):
    events = Events.concatenate([make_events(30_000), in_a_row(list(range(100, 400)), t=90_000)])
    rows = rows_by_evlib(written(tmp_path, kind, events, piece=7_000), tmp_path)
    ours = np.stack(
        [column.astype(np.int64) for column in (events.t, events.x, events.y, events.p)]
    )
    assert np.array_equal(rows, in_order(ours))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["gen3_evt2.raw", "gen41_evt3.raw", "walker_evt3_640x480.raw"])
def test_real_recordings_come_back(tmp_path, kind, name):
    folder = os.environ.get("EVTUI_REAL_RECORDINGS")
    if folder is None:
        pytest.skip("EVTUI_REAL_RECORDINGS does not name their folder")
    original, _ = read(Path(folder) / name)
    back, _ = read(written(tmp_path, kind, original, piece=50_000))
    assert back.equals(original)
