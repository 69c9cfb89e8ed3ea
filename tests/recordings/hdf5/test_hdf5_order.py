"""HDF5 recordings whose time goes back: windows are slices of all events sorted stably."""

from contextlib import closing

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.truths import between, in_time_order, made_events
from evtui.errors import DamagedRecording
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.hdf5 import columns, reader
from evtui.recordings.hdf5.reader import open_hdf5
from support.hdf5_files import write_array, write_columns, write_records

GZIP = {"chunks": (4_000,), "compression": "gzip", "compression_opts": 1}
FAR_US = 1 << 62
CLOCK_US = 7_000_000


def with_times(t):
    made = made_events(len(t))
    return Events(np.array(t, np.int64), made.x, made.y, made.p)


def merged():
    """Two cameras merged by packets: late by a few µs, again and again."""
    truth = made_events(60_000)
    late = np.random.default_rng(1).integers(0, 5, len(truth))
    return Events(truth.t + 5 - late, truth.x, truth.y, truth.p)


def appended():
    """A second recording behind the first, of an earlier time."""
    truth = made_events(60_000)
    t = truth.t.copy()
    t[30_000:] -= int(t[30_000]) + 1_000_000
    return Events(t, truth.x, truth.y, truth.p)


def reversed_():
    truth = made_events(60_000)
    return Events(truth.t[::-1].copy(), truth.x, truth.y, truth.p)


def once_far_from_what_is_sampled():
    truth = made_events(100_000)
    t = truth.t.copy()
    t[30_000:30_010] = t[70_000]
    return Events(t, truth.x, truth.y, truth.p)


DISORDERS = [merged, appended, reversed_, once_far_from_what_is_sampled]


def codes(recording):
    return {found.code for found in recording.findings()}


@pytest.mark.parametrize("storage", [{}, GZIP], ids=["contiguous", "gzip"])
@pytest.mark.parametrize("disorder", DISORDERS)
@pytest.mark.parametrize("counted", [False, True])
def test_windows_are_slices_of_all_events_sorted_stably(tmp_path, storage, disorder, counted):
    file = write_columns(tmp_path / "a.h5", disorder(), t_first_us=CLOCK_US, storage=storage)
    truth = in_time_order(disorder(), from_earliest=True)
    middle, end = int(truth.t[30_000]), int(truth.t[-1])
    with closing(open_hdf5(file)) as recording:
        if counted:
            recording.index(no_progress, never_cancelled)
        for t0, t1 in ((-FAR_US, FAR_US), (0, 1), (middle, middle + 999), (end, end + 1)):
            assert recording.window(t0, t1).equals(between(truth, t0, t1))
        gap = {"gap"} if counted and disorder is appended else set()  # a second between its halves
        assert codes(recording) == {"unit_guessed", "time_goes_back", *gap}
        info = recording.info
        assert info.t_first_us == CLOCK_US + disorder().t.min()
        assert (info.duration_us, info.duration_exact) == (end, True)
        timeline = recording.timeline(10)
        assert timeline.counts.sum() == pytest.approx(len(truth))
        assert timeline.duration_us == end
        if counted:
            edges = np.linspace(0, end + 1, 11)
            assert np.abs(timeline.counts - np.diff(np.searchsorted(truth.t, edges))).max() < 30


@pytest.mark.parametrize("disorder", [merged, appended, reversed_])
def test_what_the_sample_shows_is_known_when_the_file_is_open(tmp_path, disorder):
    with closing(open_hdf5(write_columns(tmp_path / "a.h5", disorder()))) as recording:
        assert codes(recording) == {"unit_guessed", "time_goes_back"}
        assert recording.info.duration_us == np.ptp(disorder().t)


def test_how_often_and_how_far_is_said(tmp_path):
    file = write_columns(tmp_path / "a.h5", with_times([0, 10, 5, 20, 20, 3, 30]))
    with closing(open_hdf5(file)) as recording:
        (found,) = (each for each in recording.findings() if each.code == "time_goes_back")
    assert "2 times, by up to 17 µs" in found.message


def test_mild_disorder_within_a_far_window_is_met_and_followed(tmp_path):
    """Nothing in the sample goes back; the window asked for does."""
    t = np.arange(100_000)
    t[30_000:30_100] -= np.arange(100) % 3 * 2
    t[80_000] = t[30_050]
    truth = with_times(t)
    with closing(open_hdf5(write_columns(tmp_path / "a.h5", truth))) as recording:
        assert codes(recording) == {"unit_guessed"}
        t0 = int(t[30_050])
        assert recording.window(t0, t0 + 1).equals(between(truth, t0, t0 + 1))
        assert codes(recording) == {"unit_guessed", "time_goes_back"}


def test_runs_are_all_events_in_file_order_on_the_clock(tmp_path):
    truth = appended()
    with closing(open_hdf5(write_columns(tmp_path / "a.h5", truth, t_first_us=9))) as recording:
        runs = list(recording.runs())
    both = Events.concatenate(Events(run.t - 9, run.x, run.y, run.p) for run in runs)
    assert both.equals(truth)
    assert runs[-1].share == 1.0


anything = st.lists(
    st.integers(0, 40)
    | st.integers(-(10**4), 10**4)
    | st.integers(-(2**61), 2**61)
    | st.sampled_from([2**61, -(2**61)]),
    max_size=60,
)
KINDS = {
    "columns": lambda path, events: write_columns(path, events, storage=_chunks(events)),
    "contiguous": write_columns,
    "records": lambda path, events: write_records(path, events, storage=_chunks(events)),
    "array": lambda path, events: write_array(
        path, events, dtype="i8", unit="us", t_dtype="i8", polarity="0/1"
    ),
}


def _chunks(events):
    return {"chunks": (7,), "maxshape": (None,), "compression": "gzip"}


@pytest.mark.parametrize("kind", KINDS)
def test_any_times_give_slices_of_the_sorted_whole(kind, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("any")
    monkeypatch.setattr(columns, "_LEAST_ROWS", 1)
    monkeypatch.setattr(columns, "CONTIGUOUS_ROWS", 7)
    monkeypatch.setattr(reader, "_PASS_ROWS", 14)

    @settings(max_examples=60)
    @given(anything, st.lists(st.tuples(st.integers(0, 60), st.integers(-1, 1)), max_size=6))
    def check(times, places):
        times = np.array(times, np.int64)
        made = made_events(60)
        truth = Events(times, *(column[: len(times)] for column in (made.x, made.y, made.p)))
        path = folder / "a.h5"
        path.unlink(missing_ok=True)
        KINDS[kind](path, truth)
        with h5py.File(path, "a") as file:
            file.attrs["unit"] = np.bytes_("us")
        expected = in_time_order(truth, from_earliest=True)
        with closing(open_hdf5(path)) as recording:
            given_ = Events.concatenate(
                Events(run.t, run.x, run.y, run.p) for run in recording.runs()
            )
            assert given_.equals(truth)
            recording.index(no_progress, never_cancelled)
            assert recording.window(-(2**63), 2**63).equals(expected)
            assert recording.timeline(3).counts.sum() == len(truth)
            if len(times):
                assert recording.info.t_first_us == times.min()
                assert recording.info.duration_us == int(times.max()) - int(times.min())
            for row, shift in places:
                t0 = int(expected.t[row % len(times)]) + shift if len(times) else shift
                for window in ((t0, t0 + 1), (t0, t0 + 10**4), (-FAR_US, t0), (t0, FAR_US + 1)):
                    assert recording.window(*window).equals(between(expected, *window))

    check()


@pytest.mark.parametrize(
    ("dtype", "time", "unit"),
    [
        ("i8", 2**61 + 1, "us"),
        ("i8", -(2**63), "us"),
        ("u8", 2**63 + 5, "ns"),
        ("i8", 2**60, "ms"),
        ("i8", -(2**45), "s"),
        ("f8", 1e300, "s"),
        ("f8", np.inf, "s"),
    ],
)
def test_a_time_that_no_clock_can_show_is_damage(tmp_path, dtype, time, unit):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["t"] = np.array([1, time, 3], dtype)
        file["t"].attrs["unit"] = np.bytes_(unit)
        for name in "xyp":
            file[name] = np.zeros(3, np.uint8)
    with pytest.raises(DamagedRecording, match="a time is"):
        open_hdf5(tmp_path / "a.h5")


def test_an_offset_that_no_clock_can_show_is_damage(tmp_path):
    path = write_columns(tmp_path / "a.h5", with_times([5, 6, 7]))
    with h5py.File(path, "a") as file:
        file["t_offset"] = np.int64(2**63 - 1)
    with pytest.raises(DamagedRecording, match="a time is"):
        open_hdf5(path)


@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s"])
def test_the_unit_is_told_where_time_runs_backwards(tmp_path, unit):
    t = np.arange(0, 4_000_000, 1_003)[::-1]
    truth = with_times(t)
    dtype = "f8" if unit == "s" else "i8"
    path = write_columns(
        tmp_path / "a.h5", truth, unit=unit, t_dtype=dtype, t_first_us=1_600_000_000_000_000
    )
    with closing(open_hdf5(path)) as recording:
        assert recording.info.duration_us == pytest.approx(np.ptp(t), abs=1_000)


@pytest.mark.parametrize("order", ["xytp", "txyp"])
@pytest.mark.parametrize("disorder", [merged, reversed_])
def test_the_columns_of_an_array_are_told_where_time_goes_back(tmp_path, order, disorder):
    path = write_array(
        tmp_path / "a.h5", disorder(), name="events", order=order, dtype="i8", unit="us",
        t_dtype="i8",
    )  # fmt: skip
    with closing(open_hdf5(path)) as recording:
        assert f"({','.join(order)})" in recording.info.layout
