"""``scan_events`` gives what a frame of all events would, and reads little for it."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import evtui
from contract.truths import made_events
from evtui.errors import CannotRead, DamagedRecording, UnknownFormat
from evtui.events import Events
from evtui.recordings import slices
from evtui.recordings.formats import open_in_place
from evtui.recordings.hdf5.reader import open_hdf5
from evtui.recordings.memory import Columns
from evtui.recordings.prophesee.dat import open_dat
from evtui.recordings.prophesee.evt2 import open_evt2
from evtui.store import scanning
from evtui.store.scanning import SCHEMA, scan_events, scan_recording
from support.dat_files import write_dat
from support.evt2_files import EVT2_HEADER, evt2_words, write_words
from support.hdf5_files import write_columns
from support.loads import write_text
from support.predicates import predicates, t
from support.small import columns, write_h5
from support.watched import WatchedRecording

T_FIRST_US = 5_000
ENGINES = ("in-memory", "streaming")


@pytest.fixture(scope="module", autouse=True)
def small_slices():
    """Many windows, though the recordings are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "FIRST_EVENTS", 40)
        patch.setattr(slices, "MOST_EVENTS", 300)
        yield


def frame_of(truth: Events, t_first_us: int = T_FIRST_US) -> pl.DataFrame:
    """All events in order of time, by polars alone."""
    frame = pl.DataFrame(
        {"x": truth.x, "y": truth.y, "t": truth.t + t_first_us, "polarity": truth.p}
    )
    polarity = pl.when(pl.col("polarity") == 1).then(1).otherwise(-1)
    return frame.with_columns(polarity=polarity).cast(dict(SCHEMA)).sort(t, maintain_order=True)


def frame_of_columns(made: Columns) -> pl.DataFrame:
    frame = pl.DataFrame({"x": made.x, "y": made.y, "t": made.t, "polarity": made.polarity})
    return frame.cast(dict(SCHEMA))


def tiny() -> Columns:
    """200 events on 10×10 pixels and 100 µs."""
    random = np.random.default_rng(3)
    return Columns(
        np.sort(random.integers(0, 100, 200)),
        random.integers(0, 10, 200).astype(np.int16),
        random.integers(0, 10, 200).astype(np.int16),
        (random.integers(0, 2, 200) * 2 - 1).astype(np.int8),
    )


def us(value: int) -> timedelta:
    return timedelta(microseconds=value)


# what comes out


@settings(max_examples=150)
@given(
    predicates(),
    st.none() | st.lists(st.sampled_from(["x", "y", "t", "polarity"]), min_size=1, unique=True),
    st.none() | st.integers(0, 250),
    st.none() | st.integers(0, 250),
    st.sampled_from(ENGINES),
)
def test_a_query_gives_what_it_gives_on_a_frame(predicate, wanted, first, then, engine):
    def ask(events: pl.LazyFrame) -> pl.DataFrame:
        if first is not None:
            events = events.head(first)
        events = events.filter(predicate)
        if then is not None:
            events = events.head(then)
        return (events if wanted is None else events.select(wanted)).collect(engine=engine)

    made = tiny()
    assert_frame_equal(
        ask(scan_recording(WatchedRecording(made))), ask(frame_of_columns(made).lazy())
    )


def sorted_truth() -> Events:
    return made_events(5_000)


def unsorted_truth() -> Events:
    """Events that are late by up to 200 µs, and a few by much more."""
    truth = made_events(5_000)
    late = np.random.default_rng(5).integers(0, 200, len(truth))
    late[:: len(truth) // 7] = 4_000
    late[0] = 0
    order = np.argsort(truth.t + late, kind="stable")
    return Events(truth.t[order], truth.x[order], truth.y[order], truth.p[order])


def open_h5(folder: Path, truth: Events):
    storage = {"chunks": (700,), "compression": "gzip"}
    return open_hdf5(write_columns(folder / "a.h5", truth, t_first_us=T_FIRST_US, storage=storage))


def open_words(folder: Path, truth: Events):
    return open_evt2(write_words(folder / "a.raw", EVT2_HEADER, evt2_words(truth, T_FIRST_US)))


def open_records(folder: Path, truth: Events):
    return open_dat(write_dat(folder / "a.dat", truth, T_FIRST_US))


@pytest.mark.parametrize("make", [sorted_truth, unsorted_truth])
@pytest.mark.parametrize("opened", [open_h5, open_words, open_records])
def test_each_kind_of_reader_gives_its_events_in_order_of_time(
    tmp_path: Path, make: Callable[[], Events], opened: Callable[[Path, Events], object]
):
    truth = frame_of(make())
    events = scan_recording(opened(tmp_path, make()))
    assert events.collect_schema() == SCHEMA
    assert_frame_equal(events.collect(), truth)
    middle = truth["t"][2_500]
    window = (t >= middle - us(300), t < middle + us(300), pl.col("polarity") > 0)
    assert_frame_equal(events.filter(*window).collect(), truth.filter(*window))
    assert len(truth.filter(*window))


def test_what_only_a_loader_reads_is_loaded(tmp_path: Path):
    events = evtui.scan_events(write_text(tmp_path / "a.txt"))
    assert events.collect_schema() == SCHEMA
    late = events.filter(t >= us(200)).with_columns(pl.col("polarity") > 0).collect()
    assert late.rows() == [(5, 6, us(250), False), (7, 8, us(1_500_000), True)]


def test_a_path_may_be_text(tmp_path: Path):
    path = write_h5(tmp_path / "a.h5")
    assert_frame_equal(evtui.scan_events(str(path)).collect(), frame_of_columns(columns()))


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_events(count):
    events = scan_recording(WatchedRecording(columns(count)))
    assert events.collect().shape == (count, 4)
    assert events.collect().schema == SCHEMA
    assert events.filter(t > us(10**12)).collect().shape == (0, 4)
    assert events.select(pl.len()).collect().item() == count


@pytest.mark.parametrize("engine", ENGINES)
def test_scans_concatenate_and_join(engine):
    one, other = columns(500, seed=1), columns(700, seed=2)
    scans = [scan_recording(WatchedRecording(made)) for made in (one, other)]
    frames = [frame_of_columns(made) for made in (one, other)]
    late = t > us(5_050_000)
    both = pl.concat([scans[0].filter(late), scans[1].head(10)]).collect(engine=engine)
    assert_frame_equal(both, pl.concat([frames[0].filter(late), frames[1].head(10)]))
    pixels = scans[0].join(scans[1].filter(late), on=["x", "y"], how="semi")
    pixels_truth = frames[0].join(frames[1].filter(late), on=["x", "y"], how="semi")
    assert_frame_equal(pixels.collect(engine=engine), pixels_truth, check_row_order=False)
    assert len(pixels_truth)


def test_a_scan_joins_itself():
    made = columns(500)
    events, truth = scan_recording(WatchedRecording(made)), frame_of_columns(made)
    early = t < us(5_020_000)
    assert_frame_equal(
        events.filter(early).join(events, on="t").collect(),
        truth.filter(early).join(truth, on="t"),
        check_row_order=False,
    )


def test_a_head_comes_before_the_filter_that_follows_it():
    events = scan_recording(WatchedRecording(columns()))
    assert len(events.head(500).filter(t > us(5_049_000)).collect()) == 10
    assert len(events.head(500).filter(t > us(5_090_000)).collect()) == 0
    assert len(events.filter(t > us(5_090_000)).head(500).collect()) == 100


# how much is read


def watched(count: int = 100_000) -> tuple[WatchedRecording, pl.LazyFrame]:
    recording = WatchedRecording(columns(count, span_us=count * 10))
    return recording, scan_recording(recording)


def test_making_a_scan_reads_nothing():
    recording, events = watched()
    events.filter(t > us(6_000_000)).select("x").collect_schema()
    assert recording.read == []


def test_a_narrow_window_reads_few_events():
    recording, events = watched()
    window = events.filter(t >= us(5_500_000), t < us(5_500_300), pl.col("x") > 10)
    assert 0 < len(window.collect()) <= 30
    assert sum(recording.read) <= 32
    assert len(recording.read) == 1
    assert recording.timelines == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_head_reads_from_the_start_only(engine):
    recording, events = watched()
    assert len(events.head(5).collect(engine=engine)) == 5
    assert sum(recording.read) <= 42


def test_a_stream_of_matches_ends_when_there_are_enough():
    recording, events = watched()
    matches = events.filter(pl.col("x") == 7).head(3)
    assert len(matches.collect(engine="streaming")) == 3
    assert sum(recording.read) < 50_000


def test_all_is_read_in_bounded_pieces():
    recording, events = watched()
    assert events.select(pl.len()).collect().item() == 100_000
    assert sum(recording.read) == 100_000
    assert max(recording.read) <= 310


def test_a_range_beyond_the_recording_reads_no_event():
    recording, events = watched()
    assert len(events.filter(t > us(900_000_000)).collect()) == 0
    assert len(events.filter(t < us(3), t > us(7)).collect()) == 0
    assert sum(recording.read) == 0


# time that goes back


def test_one_whose_order_is_not_known_is_read_through_once():
    recording = WatchedRecording(columns(), order_checked=False)
    events = scan_recording(recording)
    assert recording.passes == 0
    for _ in range(2):
        assert_frame_equal(events.collect(), frame_of_columns(columns()))
    assert recording.passes == 1


def test_one_whose_order_is_known_is_not_read_through():
    recording, events = watched()
    events.head(10).collect()
    assert recording.passes == 0


def goes_back_late() -> Events:
    """1,100,000 events, of which 20,000 in the middle are 4 s too early."""
    rows = np.arange(1_100_000)
    t = rows * 10
    t[500_000:520_000] -= 4_000_000
    x, y, p = rows % 640, rows % 480, rows % 7 % 2
    return Events(t, x.astype(np.uint16), y.astype(np.uint16), p.astype(np.uint8))


def write_evt3(path: Path, truth: Events) -> Path:
    """Four words for each event: TIME_HIGH, TIME_LOW, ADDR_Y, ADDR_X."""
    clock, x, y, p = (
        column.astype(np.int64) for column in (truth.t + T_FIRST_US, truth.x, truth.y, truth.p)
    )
    high, low = 0x8000 | clock >> 12 & 0xFFF, 0x6000 | clock & 0xFFF
    words = np.stack([high, low, y, 0x2000 | p << 11 | x], axis=1).astype("<u2")
    path.write_bytes(b"% evt 3.0\n% geometry 640x480\n% end\n" + words.tobytes())
    return path


def write_evt2(path: Path, truth: Events) -> Path:
    return write_words(path, EVT2_HEADER, evt2_words(truth, T_FIRST_US, repeat=8))


def write_records(path: Path, truth: Events) -> Path:
    return write_dat(path, truth, T_FIRST_US)


def write_chunks(path: Path, truth: Events) -> Path:
    storage = {"chunks": (10_000,), "compression": "gzip", "compression_opts": 1}
    return write_columns(path, truth, t_first_us=T_FIRST_US, storage=storage)


@pytest.mark.parametrize("write", [write_evt3, write_evt2, write_records, write_chunks])
def test_no_event_of_a_large_file_whose_time_goes_back_is_missing(tmp_path, monkeypatch, write):
    monkeypatch.setattr(slices, "FIRST_EVENTS", 1 << 16)
    monkeypatch.setattr(slices, "MOST_EVENTS", 1 << 18)
    truth = goes_back_late()
    path = write(tmp_path / "a.bin", truth)
    with closing(open_in_place(path)) as recording:
        assert not recording.order_checked
    events = scan_events(path)
    expected = frame_of(truth)
    early = t.is_between(us(1_000_000), us(1_400_000))
    assert_frame_equal(events.filter(early).collect(), expected.filter(early))
    assert_frame_equal(events.collect(), expected)


# faults, threads, the end


def test_faults_of_the_file_are_raised_at_once(tmp_path: Path):
    with pytest.raises(CannotRead):
        evtui.scan_events(tmp_path / "absent.h5")
    (tmp_path / "a.bin").write_bytes(b"whatever")
    with pytest.raises(UnknownFormat):
        evtui.scan_events(tmp_path / "a.bin")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fault_met_while_reading_is_raised_as_what_it_is(tmp_path: Path, engine):
    path = write_h5(tmp_path / "a.h5", count=20_000)
    events = scan_events(path)
    with path.open("r+b") as file:
        file.truncate(2_000)
    with pytest.raises(DamagedRecording, match="cut short"):
        events.collect(engine=engine)


def test_threads_may_share_a_scan(tmp_path: Path):
    events = scan_events(write_h5(tmp_path / "a.h5", count=5_000))
    truth = frame_of_columns(columns(5_000))
    starts = [us(5_000_000 + 4_000 * step) for step in range(20)]

    def is_right(start: timedelta) -> bool:
        inside = t.is_between(start, start + us(9_000))
        return events.filter(inside).collect().equals(truth.filter(inside))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(is_right, starts))


def test_the_file_is_closed_with_the_last_query(tmp_path: Path, monkeypatch):
    recording = WatchedRecording(columns())
    monkeypatch.setattr(scanning, "open_or_load", lambda _path: recording)
    events = scan_events(tmp_path / "a.h5")
    query = events.filter(t > us(5_050_000))
    del events
    gc.collect()
    assert len(query.collect()) == 500
    assert recording.closed == 0
    del query
    gc.collect()
    assert recording.closed == 1
