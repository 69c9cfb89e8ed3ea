"""EVT2 and EVT3 files."""

from __future__ import annotations

import itertools
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.writer_contract import WriterContract
from evtui import __version__
from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.kinds import Heading
from evtui.export.raw import open_evt3
from evtui.recordings.formats import identify, open_in_place
from support.by_evlib import in_order, rows_by_evlib
from support.evt3_files import ADDR_Y, TIME_HIGH, VECT_8, VECT_12, VECT_BASE_X
from support.exporting import read_whole, write
from support.strategies import events_of, recorded

KINDS = ("evt2", "evt3")
TURNS_US = {"evt2": 1 << 34, "evt3": 1 << 24}
HOUR_US = 3_600_000_000
SECOND_US = 1_000_000
WIDTHS = st.sampled_from([20, 32, 346, 640, 2048])
REAL = ("gen3_evt2.raw", "gen41_evt3.raw", "walker_evt3_640x480.raw")


class TestEvt2(WriterContract):
    kind = "evt2"
    limits = (0, 100, 2_000_000)


class TestEvt3(WriterContract):
    kind = "evt3"
    limits = (0, 100, 2_000_000)


def written(
    folder: Path, kind: str, events: Events, piece: int = 1_000, first: int = 0, width: int = 640
) -> Path:
    path = folder / "out.raw"
    write(path, kind, events, piece, first, (width, 480))
    return path


def in_a_row(x: list[int], t: int = 0, y: int = 7, p: int = 1) -> Events:
    return events_of([(t, column, y, p) for column in x])


def at_times(*times: int) -> Events:
    return events_of([(t, 3, 4, t % 2) for t in times])


def header_of(path: Path) -> bytes:
    return path.read_bytes().partition(b"% end\n")[0]


def words_of(path: Path) -> list[tuple[int, int]]:
    """Kinds and contents of a file's EVT3 words."""
    words = np.frombuffer(path.read_bytes().partition(b"% end\n")[2], "<u2")
    return [(int(word) >> 12, int(word) & 0xFFF) for word in words]


@pytest.mark.parametrize("kind", KINDS)
@given(
    recorded((2048, 2048), least=1, longest_step_us=60 * SECOND_US),
    st.integers(1, 50),
    st.integers(0, (1 << 24) - 1),
    WIDTHS,
)
def test_our_reader_gets_every_event_in_order(tmp_path_factory, kind, events, piece, first, width):
    path = written(tmp_path_factory.mktemp("round"), kind, events, piece, first, width)
    assert identify(path).name == kind.upper()
    back, clock = read_whole(path)
    assert clock == first
    assert back.equals(events)


@pytest.mark.parametrize("kind", KINDS)
@given(st.lists(st.integers(0, 12 * HOUR_US), min_size=1, max_size=6), st.integers(1, 3))
def test_silences_longer_than_the_clock_are_kept(tmp_path_factory, kind, times, piece):
    events = at_times(*np.cumsum([0, *times[1:]]))
    back, _ = read_whole(written(tmp_path_factory.mktemp("round"), kind, events, piece))
    assert back.equals(events)


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.lists(st.lists(st.integers(0, 2047), max_size=40), min_size=1, max_size=6),
    WIDTHS,
    st.data(),
)
def test_rows_of_neighbours_keep_their_order(tmp_path_factory, kind, rows, width, data):
    """Equal times, columns in any order: what vectors are made for, and what would betray them."""
    runs = [in_a_row(sorted(row) if data.draw(st.booleans()) else row) for row in rows]
    events = Events.concatenate([in_a_row([5]), *runs])
    piece = data.draw(st.integers(1, 90))
    back, _ = read_whole(written(tmp_path_factory.mktemp("round"), kind, events, piece, 9, width))
    assert back.equals(events)


def test_neighbours_take_fewer_bytes_than_single_events(tmp_path):
    close = written(tmp_path, "evt3", in_a_row(list(range(640)))).stat().st_size
    apart = written(tmp_path, "evt3", in_a_row(list(range(0, 640, 10)))).stat().st_size
    assert close < 640 * 2 / 3
    assert apart > 64 * 2


@pytest.mark.parametrize("width", [346, 640])
def test_vectors_are_whole_and_end_on_the_sensor(tmp_path, width):
    """OpenEB drops others (``evt3_validator.h``)."""
    rows = [in_a_row(list(range(first, width)), y=first) for first in (0, 1, 300)]
    words = words_of(written(tmp_path, "evt3", Events.concatenate(rows), width=width))
    kinds = [kind for kind, _ in words]
    bases = [place for place, kind in enumerate(kinds) if kind == VECT_BASE_X]
    assert len(bases) > 20
    assert kinds.count(VECT_8) == len(bases)
    for place in bases:
        assert kinds[place + 1 : place + 4] == [VECT_12, VECT_12, VECT_8]
        assert (words[place][1] & 0x7FF) + 32 <= width


@given(st.lists(st.integers(0, 50 * SECOND_US), min_size=1, max_size=8), st.integers(1, 3))
def test_the_clock_starts_again_only_after_its_last_step(tmp_path_factory, gaps, piece):
    """Or OpenEB drops what follows, and evlib and faery see no new turn."""
    path = written(tmp_path_factory.mktemp("turns"), "evt3", at_times(*np.cumsum(gaps)), piece)
    highs = [content for kind, content in words_of(path) if kind == TIME_HIGH]
    assert highs[0] == gaps[0] % (1 << 24) >> 12
    backwards = {(a, b) for a, b in itertools.pairwise(highs) if b < a}
    assert backwards <= {(0xFFF, 0)}


def test_every_new_time_states_its_row(tmp_path):
    """So that a reader can begin anywhere."""
    words = words_of(written(tmp_path, "evt3", at_times(1, 2, 3)))
    assert words.count((ADDR_Y, 4)) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_is_as_prophesee_writes_it_and_names_no_integrator(tmp_path, kind):
    """Before version 4 OpenEB refuses a file of another integrator than its plugins'."""
    header = header_of(written(tmp_path, kind, at_times(0))).decode()
    assert header.splitlines() == [
        f"% evt {kind[-1]}.0",
        f"% format {kind.upper()};height=480;width=640",
        "% geometry 640x480",
        f"% software evtui {__version__}",
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("from_us", [0, 5, 21 * SECOND_US])
def test_of_a_clock_beyond_its_first_turn_the_header_tells_the_turns(tmp_path, kind, from_us):
    """Also where not the recording but the part that is written begins there."""
    turn = TURNS_US[kind]
    for first in (0, turn - 1, turn, 1_700_000_000_123_456):
        clock = first + from_us
        path = written(tmp_path, kind, at_times(from_us, from_us + 7), first=first)
        back, shown = read_whole(path)
        assert shown == clock % turn
        line = f"% evtui_time_offset_us {clock - shown}\n".encode()
        assert (line in header_of(path)) == (clock >= turn)
        assert list(back.t) == [0, 7]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_events_has_its_header(tmp_path, kind):
    recording = open_in_place(written(tmp_path, kind, Events.empty()))
    info = recording.info
    assert (info.events, info.width, info.height) == (0, 640, 480)


@pytest.mark.parametrize(
    ("kind", "events", "first", "said"),
    [
        ("evt2", in_a_row([2048]), 0, "beyond column or row 2047"),
        ("evt3", events_of([(0, 1, 2048, 1)]), 0, "beyond column or row 2047"),
        ("evt3", events_of([(5, 1, 1, 1), (4, 1, 1, 1)]), 0, "time goes back"),
        ("evt3", in_a_row([1]), -1, "before time 0"),
        ("evt2", in_a_row([1]), -1, "before time 0"),
        ("evt2", at_times(0, 800 * HOUR_US), 0, "30 days"),
        ("evt3", at_times(0, 800 * HOUR_US), 0, "30 days"),
    ],
)
@pytest.mark.parametrize("piece", [1, 2])
def test_what_has_no_place_is_refused_and_nothing_is_left(
    tmp_path, kind, events, first, said, piece
):
    with pytest.raises(ExportError, match=said) as refused:
        written(tmp_path, kind, events, piece, first)
    assert str(tmp_path / "out.raw") in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_what_is_appended_at_once(tmp_path, make_events):
    def peak(events: Events) -> int:
        tracemalloc.start()
        with open_evt3(tmp_path / "out.raw", Heading(640, 480)) as writer:
            writer.append(events)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(make_events(1_500_000)) < 1.2 * peak(make_events(300_000))


@pytest.mark.parametrize("kind", KINDS)
def test_evlib_decodes_the_same(tmp_path, make_events, kind):
    some = make_events(30_000)
    silent = at_times(*(second * SECOND_US for second in (1, 13, 18, 29, 60, 200)))
    events = Events.concatenate([some, in_a_row(list(range(100, 400)), t=90_000), silent])
    rows = rows_by_evlib(written(tmp_path, kind, events, piece=7_000, first=5_000), tmp_path)
    columns = (events.t + 5_000, events.x, events.y, events.p)
    ours = np.stack([column.astype(np.int64) for column in columns])
    assert np.array_equal(rows, in_order(ours))


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REAL)
def test_real_recordings_come_back_and_are_no_larger_than_they_were(tmp_path, kind, name):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name
    original, clock = read_whole(path)
    again = written(tmp_path, kind, original, 50_000, clock, width=1280)
    back, shown = read_whole(again)
    assert shown == clock
    assert back.equals(original)
    if kind in name:
        assert again.stat().st_size < 1.001 * path.stat().st_size
