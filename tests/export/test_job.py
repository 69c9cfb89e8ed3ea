"""The job that writes what is selected of a recording."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.job import ExportCancelled, Job, export
from evtui.export.kinds import kind_of_name
from evtui.export.selection import Selection
from evtui.filters.filters import Filters
from evtui.recordings import slices
from evtui.recordings.formats import open_in_place
from evtui.region import Region
from support.small import columns, write_h5
from support.watched import WatchedRecording

HDF5 = kind_of_name("hdf5")
FIRST_US = 5_000_000


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    monkeypatch.setattr(slices, "FIRST_EVENTS", 40)
    monkeypatch.setattr(slices, "MOST_EVENTS", 100)


@pytest.fixture
def recording():
    return WatchedRecording(columns(1_000))


def read(path: Path) -> Events:
    with h5py.File(path) as file:
        return Events(*(file["events"][name][:] for name in "txyp"))


def all_of(recording, t_first_us: int = FIRST_US) -> Events:
    events = recording.window(0, recording.info.duration_us + 1)
    return Events(events.t + t_first_us, events.x, events.y, events.p)


def test_everything(tmp_path, recording):
    target = tmp_path / "out.h5"
    done = export(recording, Job(target, HDF5))
    assert read(target).equals(all_of(recording))
    assert (done.target, done.events, done.bytes) == (target, 1_000, target.stat().st_size)
    with h5py.File(target) as file:
        assert (file.attrs["width"], file.attrs["height"]) == (64, 48)
        assert file.attrs["source"] == b"recording.h5"


def test_a_name_that_is_no_text_is_told_as_text(tmp_path):
    path = tmp_path / os.fsdecode(b"odd\xff\n.h5")
    write_h5(path)
    recording = open_in_place(path)
    export(recording, Job(tmp_path / "out.h5", HDF5))
    recording.close()
    with h5py.File(tmp_path / "out.h5") as file:
        assert file.attrs["source"].decode() == "odd��.h5"


def test_times_of_the_recording_itself(tmp_path, recording):
    export(recording, Job(tmp_path / "out.h5", HDF5, relative=True))
    assert read(tmp_path / "out.h5").equals(all_of(recording, 0))


def test_a_selection(tmp_path, recording):
    region = Region(10, 10, 20, 20)
    selection = Selection(20_000, 60_000, region, Filters(polarity=1))
    done = export(recording, Job(tmp_path / "out.h5", HDF5, selection))
    events = all_of(recording)
    inside = (events.t >= FIRST_US + 20_000) & (events.t < FIRST_US + 60_000)
    inside &= region.holds(events.x, events.y) & (events.p == 1)
    written = read(tmp_path / "out.h5")
    assert np.array_equal(written.t, events.t[inside])
    assert set(written.p.tolist()) == {1}
    assert done.events == len(written) > 10


def test_a_selection_without_events_is_a_file_without_events(tmp_path, recording):
    selection = Selection(filters=Filters(hot_pixels=frozenset(every_pixel())))
    assert export(recording, Job(tmp_path / "out.h5", HDF5, selection)).events == 0
    assert len(read(tmp_path / "out.h5")) == 0


def every_pixel():
    return ((x, y) for x in range(64) for y in range(48))


def test_shares_rise_to_one(tmp_path, recording):
    shares: list[float] = []
    export(recording, Job(tmp_path / "out.h5", HDF5, Selection(30_000)), shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0


def test_cancelled_leaves_nothing(tmp_path, recording):
    target = tmp_path / "out.h5"
    target.write_bytes(b"old")
    shares: list[float] = []
    job = Job(target, HDF5, replace=True)
    with pytest.raises(ExportCancelled, match="cancelled"):
        export(recording, job, shares.append, lambda: len(shares) == 2)
    assert len(shares) == 2
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_order_that_was_checked_is_not_checked_again(tmp_path, recording):
    export(recording, Job(tmp_path / "out.h5", HDF5))
    assert recording.passes == 0


def test_where_time_may_go_back_all_is_read_once_before(tmp_path):
    recording = WatchedRecording(columns(1_000), order_checked=False)
    for name in ("a.h5", "b.h5"):
        export(recording, Job(tmp_path / name, HDF5))
    assert recording.passes == 1


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(200_000), "nothing lies in the time asked for (the recording lasts 100 ms)"),
        (Selection(5, 5), "nothing lies in the time asked for"),
        (Selection(region=Region(64, 0, 9, 9)), "outside the sensor, which has 64×48"),
        (Selection(region=Region(0, 48, 9, 9)), "outside the sensor, which has 64×48"),
    ],
)
def test_nothing_selected_is_an_error(tmp_path, recording, selection, said):
    with pytest.raises(ExportError) as raised:
        export(recording, Job(tmp_path / "out.h5", HDF5, selection))
    assert said in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path, recording):
    target = tmp_path / "out.h5"
    target.write_bytes(b"old")
    with pytest.raises(ExportError, match=r"out.h5: is there already \(--force replaces it\)"):
        export(recording, Job(target, HDF5))
    assert target.read_bytes() == b"old"
    export(recording, Job(target, HDF5, replace=True))
    assert len(read(target)) == 1_000


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_the_recording_itself_is_never_replaced(tmp_path, link):
    path = write_h5(tmp_path / "a.h5")
    before = path.read_bytes()
    link(tmp_path / "b.h5", path)
    recording = open_in_place(path)
    for target in (path, tmp_path / "b.h5", tmp_path / ".." / tmp_path.name / "a.h5"):
        with pytest.raises(ExportError, match="is the recording itself"):
            export(recording, Job(target, HDF5, replace=True))
    recording.close()
    assert path.read_bytes() == before
