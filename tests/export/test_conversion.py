"""Conversions: the events, the proof, and what is left after a failure."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import h5py
import numpy as np
import pytest

from contract.truths import in_time_order, made_events
from evtui.errors import DamagedRecording, ExportError, LoadCancelled
from evtui.events import Events
from evtui.export import conversion
from evtui.export.conversion import Converted, convert, convert_all
from evtui.export.conversion_plan import Fault, Item, plan
from evtui.export.digest import Digest
from evtui.export.job import ExportCancelled
from evtui.recordings.formats import open_in_place
from evtui.recordings.hdf5.reader import Hdf5Recording
from support.aedat4_files import packets_of, write_aedat4
from support.by_evlib import in_order, rows_by_evlib
from support.dat_files import HEADER, HEADER_WITHOUT_SIZE, write_dat
from support.hdf5_files import write_columns

FIRST_US = 3_000_000


class Nobody:
    """Watches, and keeps what it was told."""

    def __init__(self) -> None:
        self.shares: dict[Path, list[float]] = {}

    def share(self, item: Item, share: float) -> None:
        self.shares.setdefault(item.source, []).append(share)


@pytest.fixture
def truth() -> Events:
    return made_events()


def items_of(*given: Path, **options) -> list[Item]:
    steps = list(plan(given, **options))
    assert all(isinstance(step, Item) for step in steps), steps
    return steps


def only(given: Path, **options) -> Item:
    (item,) = items_of(given, **options)
    return item


def stored(path: Path) -> Events:
    """All events of a file as the HDF5 library reads them, t on the sensor's clock."""
    with h5py.File(path) as file:
        return Events(*(file["events"][name][:] for name in "txyp"))


def on_clock(events: Events, first_us: int = FIRST_US) -> Events:
    return Events(events.t + first_us, events.x, events.y, events.p)


@pytest.mark.parametrize("fast", [False, True])
def test_every_event_is_there_on_the_sensors_clock(tmp_path, truth, fast) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth, FIRST_US), fast=fast)
    done = convert(item, fast)
    assert stored(item.target).equals(on_clock(truth))
    assert (done.events, done.bytes) == (len(truth), item.target.stat().st_size)
    with closing(open_in_place(item.target)) as recording:
        assert (recording.info.width, recording.info.height) == (640, 480)
        assert ("Blosc" in recording.info.layout) is fast


def test_an_old_recording_becomes_one_that_evlib_loads(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth, FIRST_US))
    convert(item)
    columns = np.stack([truth.t + FIRST_US, truth.x, truth.y, truth.p]).astype(np.int64)
    assert np.array_equal(rows_by_evlib(item.target, tmp_path), in_order(columns))


def test_it_says_what_it_was_made_from(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth))
    convert(item)
    status = item.source.stat()
    with h5py.File(item.target) as file:
        assert file.attrs["source"] == b"a.dat"
        assert file.attrs["source_bytes"] == status.st_size
        assert file.attrs["source_mtime_ns"] == status.st_mtime_ns
        assert file.attrs["source_format"] == b"DAT"


@pytest.mark.parametrize("rows", [2, 39_999])
def test_events_that_lie_out_of_order_are_put_in_order(tmp_path, truth, rows) -> None:
    moved = Events.concatenate([truth[rows:], truth[:rows]])
    path = write_columns(tmp_path / "a.h5", moved, t_first_us=FIRST_US)
    item = only(path, folder=tmp_path / "out")
    done = convert(item, verify=True)
    assert stored(item.target).equals(on_clock(in_time_order(moved)))
    assert "time_goes_back" in {found.code for found in done.findings}


def test_a_file_that_lies_in_order_is_read_once(tmp_path, truth, monkeypatch) -> None:
    def never(*_: object) -> None:
        pytest.fail("it was read once more")

    monkeypatch.setattr(Hdf5Recording, "index", never)
    monkeypatch.setattr(Hdf5Recording, "window", never)
    item = only(write_columns(tmp_path / "a.h5", truth), folder=tmp_path / "out")
    convert(item)
    assert stored(item.target).equals(truth)


def test_a_sensor_size_that_is_guessed_is_told_from_all_events(tmp_path) -> None:
    count = 400_000
    far = np.zeros(count, np.uint16)
    far[count // 2 + 77] = 1_000
    events = Events(np.arange(count), far, far // 2, np.zeros(count, np.uint8))
    item = only(write_dat(tmp_path / "a.dat", events, header=HEADER_WITHOUT_SIZE))
    (guess,) = (found for found in convert(item).findings if found.code == "size_guessed")
    assert "1280×720" in guess.message
    with h5py.File(item.target) as file:
        assert (file.attrs["width"], file.attrs["height"]) == (1280, 720)
    assert stored(item.target).equals(events)


def test_a_recording_of_no_events(tmp_path) -> None:
    item = only(write_dat(tmp_path / "a.dat", Events.empty()))
    assert convert(item, verify=True).events == 0
    assert len(stored(item.target)) == 0


def test_what_is_decoded_whole_is_converted_too(tmp_path, truth) -> None:
    path = write_aedat4(tmp_path / "a.aedat4", packets_of(truth, FIRST_US))
    shares: list[float] = []
    item = only(path)
    assert convert(item, verify=True, progress=shares.append).events == len(truth)
    assert stored(item.target).equals(on_clock(truth))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_proof_is_told(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth))
    assert convert(item, verify=True).verified
    assert not convert(item).verified


@pytest.mark.parametrize("verify", [False, True])
def test_a_file_that_holds_something_else_does_not_pass_the_proof(
    tmp_path, truth, monkeypatch, verify
) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth))
    real = conversion.digest_of_file

    def flipped(path: Path, *args: object) -> Digest:
        with h5py.File(path, "r+") as file:
            file["events/p"][77] ^= 1
        return real(path)

    monkeypatch.setattr(conversion, "digest_of_file", flipped)
    if not verify:
        assert convert(item).events == len(truth)
        return
    with pytest.raises(ExportError, match="holds other events than were written"):
        convert(item, verify=True)
    assert not item.target.exists()


def test_a_proof_that_is_broken_off_leaves_nothing(tmp_path, truth) -> None:
    shares: list[float] = []
    item = only(write_dat(tmp_path / "a.dat", truth))
    with pytest.raises(ExportCancelled):
        convert(item, False, True, shares.append, lambda: bool(shares) and shares[-1] > 0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["a.dat"]


def test_a_conversion_that_is_no_longer_wanted_leaves_nothing(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth))
    with pytest.raises(ExportCancelled):
        convert(item, cancelled=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.dat"]


def test_a_load_that_is_no_longer_wanted_ends(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x,y,p\n" + "".join(f"{t},1,2,{t % 2}\n" for t in range(600_000)))
    item = only(path)
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(LoadCancelled):
        convert(item, cancelled=cancelled)
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_a_recording_that_grows_meanwhile_is_not_taken_for_whole(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth))
    with item.source.open("ab") as file:
        file.write(bytes(8))
    with pytest.raises(ExportError, match=r"a\.dat: changed while it was converted"):
        convert(item)
    assert not item.target.exists()


def test_folders_on_the_way_are_made(tmp_path, truth) -> None:
    item = only(write_dat(tmp_path / "a.dat", truth), folder=tmp_path / "x" / "y")
    convert(item)
    assert (tmp_path / "x" / "y" / "a.h5").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path, truth) -> None:
    (tmp_path / "x").write_text("a file")
    item = only(write_dat(tmp_path / "a.dat", truth), folder=tmp_path / "x" / "y")
    with pytest.raises(ExportError, match="y: cannot be made: Not a directory"):
        convert(item)


def test_a_time_beyond_all_clocks_is_damage(tmp_path, truth) -> None:
    truth.t[-1] = (1 << 62) + 5
    path = write_columns(tmp_path / "a.h5", truth)
    with h5py.File(path, "r+") as file:
        file["events/t"].attrs["unit"] = "us"
    item = only(path, folder=tmp_path / "out")
    with pytest.raises(DamagedRecording):
        convert(item)
    assert not item.target.exists()


@pytest.mark.parametrize("jobs", [1, 3])
def test_all_are_converted_and_the_one_that_fails_is_told(tmp_path, truth, jobs) -> None:
    for number in range(4):
        write_dat(tmp_path / f"{number}.dat", truth[: 1_000 * (number + 1)])
    (tmp_path / "broken.dat").write_bytes(HEADER + b"\x63\x08 of an unknown kind")
    items = items_of(tmp_path)
    watcher = Nobody()
    outcomes = list(convert_all(items, watcher, jobs=jobs, verify=True))
    done = {each.item.source.name: each for each in outcomes if isinstance(each, Converted)}
    (failed,) = (each for each in outcomes if isinstance(each, Fault))
    assert {name: each.events for name, each in done.items()} == {
        f"{number}.dat": 1_000 * (number + 1) for number in range(4)
    }
    assert failed.source.name == "broken.dat"
    assert str(failed.source) not in failed.reason
    for each in done.values():
        assert stored(each.item.target).equals(truth[: each.events])
        assert watcher.shares[each.item.source][-1] == 1.0


def test_whoever_stops_asking_stops_the_work(tmp_path, truth) -> None:
    for number in range(6):
        write_dat(tmp_path / f"{number}.dat", truth)
    outcomes = convert_all(items_of(tmp_path), Nobody(), jobs=2, verify=False)
    with closing(outcomes):
        next(outcomes)
    left = {path.suffix for path in tmp_path.iterdir()}
    assert left == {".dat", ".h5"}
    assert not [each for each in threading.enumerate() if each.name.startswith("convert")]
    for path in tmp_path.glob("*.h5"):
        assert stored(path).equals(truth)


def test_damage_in_the_middle_leaves_nothing(tmp_path, truth, monkeypatch) -> None:
    real = Hdf5Recording.runs

    def runs(self):
        yield from real(self)
        raise DamagedRecording(self.info.path, "is damaged here")

    monkeypatch.setattr(Hdf5Recording, "runs", runs)
    item = only(write_columns(tmp_path / "a.h5", truth), folder=tmp_path / "out")
    with pytest.raises(DamagedRecording):
        convert(item)
    assert list((tmp_path / "out").iterdir()) == []
