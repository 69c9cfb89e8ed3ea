"""Formats are told by a file's first bytes."""

import importlib
import io
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.truths import made_events
from evtui.errors import CannotRead, NeedsLoading, UnknownFormat, UnsupportedRecording
from evtui.recordings.aedat.aedat2 import decode_aedat2
from evtui.recordings.formats import (
    ENDINGS,
    FORMATS,
    HEAD_BYTES,
    find_decoder,
    identify,
    open_in_place,
)
from evtui.recordings.hdf5.whole import decode_hdf5
from evtui.recordings.sniffing import has_only_comments
from support.dat_files import write_dat
from support.hdf5_files import write_columns

RAW = b"\x00\x00\x00\x80" * 20


def npy(array: np.ndarray) -> bytes:
    stored = io.BytesIO()
    np.save(stored, array)
    return stored.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    stored = io.BytesIO()
    np.savez(stored, **arrays)
    return stored.getvalue()


LONG = b"% a comment that says nothing\n" * 200
"""More than is looked at first."""

HEADS = [
    (b"\x89HDF\r\n\x1a\n" + RAW, "HDF5"),
    (b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + RAW, "HDF5"),
    (bytes(2_048) + b"\x89HDF\r\n\x1a\n" + RAW, "HDF5"),
    (b"#!AER-DAT4.0\r\n" + RAW, "AEDAT4"),
    (b"#!AER-DAT3.1\r\n" + RAW, "AEDAT3"),
    (b"#!AER-DAT2.0\r\n" + RAW, "AEDAT2"),
    (b"#!AER-DAT1.0\r\n" + RAW, "AEDAT"),
    (b"Event Stream\x02\x00\x00\x01" + RAW, "ES"),
    (npy(np.zeros((5, 4))), "NPY"),
    (npy(np.zeros(5, [("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")])), "NPY"),
    (npz(t=np.zeros(5), x=np.zeros(5), y=np.zeros(5), p=np.zeros(5)), "NPZ"),
    (npz(events=np.zeros((5, 4))), "NPZ"),
    (npz(K=np.eye(3), t=np.zeros(5), x=np.zeros(5), y=np.zeros(5), p=np.zeros(5)), "NPZ"),
    (npz(t=np.zeros(5), x=np.zeros(5), y=np.zeros(5), p=np.zeros(5))[:-30], "NPZ"),
    (b"% evt 3.0\n% geometry 640x480\n" + RAW, "EVT3"),
    (b"% date 2023-02-01\n% format EVT3;height=720;width=1280\n% end\n" + RAW, "EVT3"),
    (b"% evt 2.1\n" + RAW, "EVT2.1"),
    (b"% format EVT21;height=720;width=1280\n" + RAW, "EVT2.1"),
    (b"% date 2014-01-01\n% evt 2.0\n" + RAW, "EVT2"),
    (b"% format EVT2\n" + RAW, "EVT2"),
    (b"%evt 3.0\n\n%end\n" + RAW, "EVT3"),
    (b"% integrator_name Prophesee\n% system_ID 21\n" + RAW, "EVT2"),
    (b"% plugin_name hal_plugin_gen41_evk3\n% serial_number 1\n" + RAW, "EVT3"),
    (b"% Data file containing CD events.\n% Version 2\n% Width 640\n\x0c\x08" + RAW, "DAT"),
    (b"% Data file containing Event2D events.\n\x00\x08" + RAW, "DAT"),
    (b"% Data file containing triggers.\n% Version 2\n\x0e\x08" + RAW, "DAT"),
    (b"% Data file containing things.\n\x0d\x04" + RAW, "DAT"),
    (LONG + b"% Version 2\n\x0c\x08" + RAW, "DAT"),
    (LONG + b"% evt 3.0\n" + RAW, "EVT3"),
    (LONG + b"1000 12 30 1\n2000 1 2 0\n", "text"),
    (LONG * 60 + b"% evt 2.0\n" + RAW, "EVT2"),
    (b"0.000001 12 30 1\n0.5 1 2 0\n", "text"),
    (b"1000 12 30 1\n2000 1 2 0\n", "text"),
    (b"# t x y p\n1.5\t12\t30\t-1\n", "text"),
    (b"x,y,p,t\r\n3,4,1,100\r\n", "text"),
    (b"%geometry:640,480\n3,4,1,100\n", "text"),
]
UNKNOWN = [
    npy(np.zeros(5)),
    npy(np.array([{}], object)),
    npz(weights=np.zeros((5, 4))),
    npz(x=np.zeros(5), y=np.zeros(5)),
    npz(events=np.zeros((5, 5))),
    LONG * 2_000 + b"% evt 3.0\n" + RAW,
    b"PK\x03\x04",
    b"\x93NUMPY",
    b"0.1 0.2 0.3\n",
    b"time,ax,ay,az\n1,2,3,4\n",
    b"1.5 2.5 3.5 4.5\n",
    b"abcd",
    b"\x89PNG\r\n\x1a\n",
    b"% evt 4.0\n" + RAW,
    b"% evt 4.0\n% system_ID 21\n" + RAW,
    b"% integrator_name Prophesee\n" + RAW,
    b"% integrator_name Nobody\n% system_ID 21\n" + RAW,
    b"plain words\n",
    RAW,
]


@pytest.mark.parametrize(
    ("head", "name"), HEADS, ids=[f"{name} {n}" for n, (_, name) in enumerate(HEADS)]
)
def test_each_format_is_told_by_its_head(tmp_path, head, name):
    path = tmp_path / "recording.bin"
    path.write_bytes(head)
    assert identify(path).name == name


@pytest.mark.parametrize("head", UNKNOWN, ids=range(len(UNKNOWN)))
def test_other_files_are_not_taken_for_recordings(tmp_path, head):
    path = tmp_path / "other.raw"
    path.write_bytes(head)
    with pytest.raises(UnknownFormat):
        identify(path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"1 2 3\n", "is text, but has 3 columns without names"),
        (b"time,ax,ay,az\n1,2,3,4\n", "is text, but names its columns time, ax, ay, az"),
        (b"some words\n", "not a format evtui knows"),
        (RAW, "not a format evtui knows"),
        (npy(np.array([{}], object)), "is a NumPy file, but holds pickled objects"),
        (npy(np.zeros((9, 5))), r"is a NumPy file, but holds \(9, 5\) items of float64"),
        (b"\x93NUMPY", "is a NumPy file, but has a header that cannot be decoded"),
        (npz(weights=np.zeros(5)), "is a NumPy archive, but holds no events .* it holds weights"),
        (npz(t=np.array([{}], object)), "is a NumPy archive, but holds pickled objects"),
    ],
)
def test_what_is_not_taken_is_told_why(tmp_path, head, said):
    path = tmp_path / "other.csv"
    path.write_bytes(head)
    with pytest.raises(UnknownFormat, match=said):
        identify(path)


def test_dat_of_a_type_that_is_not_known_says_which(tmp_path):
    path = tmp_path / "a.dat"
    path.write_bytes(b"% Data file containing things.\n\x0d\x04" + RAW)
    with pytest.raises(UnsupportedRecording, match="type 0x0D and of 4 bytes"):
        open_in_place(path)


def test_hdf5_behind_the_text_of_matlab_is_opened(tmp_path):
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512):
        pass
    truth = made_events(100)
    recording = open_in_place(write_columns(path, truth))
    assert recording.window(0, 10**9).equals(truth)
    recording.close()


def test_a_decoder_is_found_where_there_is_one(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"#!AER-DAT2.0\r\n")
    assert find_decoder(path) is decode_aedat2
    assert find_decoder(write_columns(tmp_path / "a.h5", made_events(10))) is decode_hdf5
    assert find_decoder(write_dat(tmp_path / "a.dat", made_events(10))) is None


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_what_the_registry_names_is_there(known):
    for name in filter(None, (known.reader, known.decoder)):
        module, _, function = name.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    path = tmp_path / "empty.h5"
    path.touch()
    with pytest.raises(UnknownFormat, match="empty"):
        identify(path)


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(CannotRead, match="no such file"):
        identify(tmp_path / "none.h5")
    with pytest.raises(CannotRead, match="is a folder"):
        identify(tmp_path)


def test_only_where_a_header_fills_the_first_bytes_more_is_read():
    assert has_only_comments(b"% one\r\n# two\n\n  // three\n1 2 3")
    assert not has_only_comments(b"% one\n1 2 3 1\n4")
    assert not has_only_comments(b"some words\n")
    assert not has_only_comments(b"% one\n\x00\x01\x02\n\x05")
    assert not has_only_comments(b"")


@given(st.binary(max_size=64))
def test_no_bytes_break_a_test_of_the_first_bytes(head):
    for known in FORMATS:
        assert known.matches(head) in (True, False)


def test_every_format_leads_somewhere():
    for known in FORMATS:
        assert known.reader or known.decoder or known.by_evlib or known.why_not
        assert all(ending in ENDINGS for ending in known.endings)


def test_a_format_with_a_reader_is_opened_in_place(tmp_path):
    truth = made_events(100)
    recording = open_in_place(write_columns(tmp_path / "a.h5", truth))
    assert recording.window(0, 10**9).equals(truth)
    recording.close()


WITHOUT_READER = {known.name: known for known in FORMATS if known.reader is None}


LOADED = [case for case in HEADS if case[1] in WITHOUT_READER]


@pytest.mark.parametrize(("head", "name"), LOADED, ids=range(len(LOADED)))
def test_a_format_without_a_reader_says_what_to_do(tmp_path, head, name):
    path = tmp_path / "recording"
    path.write_bytes(head)
    known = WITHOUT_READER[name]
    loaded = known.decoder or known.by_evlib
    with pytest.raises(NeedsLoading if loaded else UnsupportedRecording) as caught:
        open_in_place(path)
    assert caught.value.fault == known.why_not or name in caught.value.fault


REAL = {
    "walker_evt3_640x480.raw": "EVT3",
    "gen41_evt3.raw": "EVT3",
    "gen3_evt2.raw": "EVT2",
    "davis240_aedat4.aedat4": "AEDAT4",
    "ncars_no_size.dat": "DAT",
}


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize(("name", "format_name"), REAL.items())
def test_real_recordings_are_told(name, format_name):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name
    assert identify(path).name == format_name
    assert path.suffix in ENDINGS
    assert HEAD_BYTES >= 4096
