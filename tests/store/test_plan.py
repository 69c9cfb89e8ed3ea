import os
from pathlib import Path

import numpy as np
import pytest

from evtui.errors import CannotRead, DamagedRecording, UnknownFormat, UnsupportedRecording
from evtui.recordings.base import RecordingInfo
from evtui.store.plan import Plan, make_plan
from support.loads import silence, write_ecf, write_text
from support.small import info, write_h5


def test_our_own_reader_is_taken_where_there_is_one(tmp_path):
    path = write_h5(tmp_path / "a.h5", count=500)
    plan = make_plan(path)
    assert (plan.format, plan.loader, plan.cost) == ("HDF5", "own", 500 * 13)
    assert plan.info is not None
    assert (plan.bytes, plan.mtime_ns) == (path.stat().st_size, path.stat().st_mtime_ns)


def test_evlib_is_taken_where_it_is_asked_for_and_what_our_reader_knows_is_kept(tmp_path):
    plan = make_plan(write_h5(tmp_path / "a.h5", count=500), "evlib")
    assert plan.loader == "evlib"
    assert plan.info is not None
    assert plan.info.events == 500


def test_evlib_is_taken_where_it_is_the_only_one(tmp_path):
    plan = make_plan(write_ecf(tmp_path / "a.h5"))
    assert (plan.format, plan.loader, plan.info) == ("HDF5", "evlib", None)


def test_our_own_decoder_is_taken_where_there_is_no_reader(tmp_path):
    plan = make_plan(write_text(tmp_path / "a.txt"))
    assert (plan.format, plan.loader, plan.info) == ("text", "own", None)


@pytest.mark.parametrize(
    ("head", "loader"), [(b"#!AER-DAT4.0\r\n", "evlib"), (b"#!AER-DAT2.0\r\n", "own")]
)
def test_evlib_is_taken_on_request_only_for_what_it_decodes_exactly(tmp_path, head, loader):
    path = tmp_path / "a.aedat"
    path.write_bytes(head)
    assert make_plan(path, "evlib").loader == loader
    assert make_plan(path).loader == "own"


def test_what_a_raw_files_header_states_is_kept(tmp_path):
    plan = make_plan(silence(tmp_path / "a.raw", size=1_000).path, "evlib")
    assert plan.header["geometry"] == "640x480"


def test_the_cost_is_told_from_the_files_size_where_nothing_else_tells_it():
    assert Plan(Path("a.raw"), "EVT3", "evlib", bytes=28_000, mtime_ns=0).cost == 130_000


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_state_how_many_events_they_unpack_to(tmp_path, compressed):
    path = tmp_path / "a.npz"
    columns = {name: np.zeros(1_000_000, np.uint8) for name in "txyp"}
    (np.savez_compressed if compressed else np.savez)(path, K=np.eye(3), **columns)
    assert make_plan(path).cost == 13_000_000
    np.save(tmp_path / "b.npy", np.zeros((1_000, 4)))
    assert make_plan(tmp_path / "b.npy").cost == 13_000


def test_what_arrays_claim_is_no_more_than_the_file_holds(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((1_000, 4)))
    path.write_bytes(path.read_bytes().replace(b"(1000, 4)", b"(9999999, 4)")[:-3])
    assert make_plan(path).cost <= 1_010 * 13


def test_a_count_that_is_a_guess_is_no_ground_for_a_cost():
    guess: RecordingInfo = info()
    plan = Plan(Path("a.h5"), "HDF5", "own", bytes=3_000, mtime_ns=0, info=guess)
    assert plan.cost == 13_000


def test_a_format_that_nobody_decodes_exactly_is_refused_by_either_loader(tmp_path):
    path = tmp_path / "a.aedat"
    path.write_bytes(b"#!AER-DAT1.0\r\n" + bytes(80))
    for preference in ("auto", "evlib"):
        with pytest.raises(UnsupportedRecording, match=r"versions 2, 3\.1 and 4"):
            make_plan(path, preference)


def test_a_layout_our_reader_does_not_know_is_left_to_evlib_only_on_request(tmp_path):
    import h5py

    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["nothing"] = [1, 2, 3]
    with pytest.raises(UnsupportedRecording):
        make_plan(path)
    assert make_plan(path, "evlib").loader == "evlib"


@pytest.mark.parametrize("preference", ["auto", "evlib"])
def test_what_cannot_be_read_is_refused(tmp_path, preference):
    damaged = write_h5(tmp_path / "damaged.h5")
    os.truncate(damaged, 1_000)
    unknown = tmp_path / "unknown.raw"
    unknown.write_bytes(b"hello")
    for path, error in (
        (tmp_path / "absent.raw", CannotRead),
        (tmp_path, CannotRead),
        (damaged, DamagedRecording),
        (unknown, UnknownFormat),
    ):
        with pytest.raises(error):
            make_plan(path, preference)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.raw")
    with pytest.raises(CannotRead, match="not a regular file"):
        make_plan(tmp_path / "a.raw")
