"""The bytes of an HDF5 file on their way to its library."""

import os
from contextlib import closing
from pathlib import Path

import h5py
import pytest

from contract.truths import made_events
from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.hdf5.file import GuardedFile
from evtui.recordings.hdf5.reader import open_hdf5
from support.hdf5_files import write_columns


@pytest.fixture
def path(tmp_path):
    """Columns whose unit is a text in a heap."""
    path = write_columns(tmp_path / "a.h5", made_events(2_000))
    with h5py.File(path, "a") as file:
        file["events"].attrs["unit"] = "us"
        file.attrs["format"] = "evtui events"
    return path


def test_a_text_in_a_heap_is_read(path):
    with closing(open_hdf5(path)) as recording:
        assert recording.findings() == []
        assert recording.info.events == 2_000


@pytest.mark.parametrize(
    ("offset", "length", "value"),
    [
        (8, 8, 0),  # the heap's own size
        (8, 8, 1 << 40),
        (16 + 8, 8, 1 << 40),  # of its first object
        (16 + 8, 8, 2**64 - 24),
        (40 + 8, 8, 0),  # of its free space, which then never ends
    ],
)
def test_a_heap_that_the_library_would_not_come_back_from_is_damage(path, offset, length, value):
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL\x01")
    place = heap + offset
    if offset == 48:  # the free space lies behind the two texts
        place = heap + 16 + 8
        while content[place - 8 : place - 6] != b"\0\0":
            size = int.from_bytes(content[place : place + 8], "little")
            place += 16 + (size + 7) // 8 * 8
    content[place : place + length] = value.to_bytes(length, "little")
    path.write_bytes(content)
    with pytest.raises(DamagedRecording):
        open_hdf5(path)


def test_what_is_behind_the_end_is_no_zeros(path):
    guarded = GuardedFile(path)
    with closing(guarded):
        os.truncate(path, 100)
        guarded.seek(90)
        with pytest.raises(EOFError):
            guarded.readinto(bytearray(20))
        with pytest.raises(DamagedRecording, match="cut short while it was open"):
            guarded.require_whole()


def test_a_closed_file_says_so(path):
    guarded = GuardedFile(path)
    guarded.close()
    guarded.close()
    with pytest.raises(CannotRead, match="was closed"):
        guarded.require_whole()


def test_nothing_stays_open_where_opening_fails(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = [1, 2]
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(3):
        with pytest.raises(Exception, match="holds no events"):
            open_hdf5(tmp_path / "a.h5")
    assert len([*Path("/proc/self/fd").iterdir()]) == before
