"""Chunks inflated by us hold what the HDF5 library says they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evtui.errors import DamagedRecording
from evtui.recordings.hdf5.columns import Storage, hdf5_errors
from evtui.recordings.hdf5.file import GuardedFile
from evtui.recordings.hdf5.inflating import can_inflate, unshuffled

ROWS = 1000
RECORD = np.dtype([("t", "<i8"), ("x", "<u2"), ("y", ">u2"), ("p", "i1"), ("spare", "u1")])
TYPES = ("u1", "<i2", ">u2", "<u4", "<i8", ">i8", "<f4", "<f8", "?", RECORD)


def values(dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Some of everything, the upper bytes of an element mostly zeros."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape))
    if dtype.names is None:
        return np.random.default_rng(5).integers(0, 70_000, count).astype(dtype).reshape(shape)
    made = np.zeros(count, dtype)
    for name in dtype.names:
        made[name] = values(dtype[name], (count,))
    return made.reshape(shape)


def make(path: Path, stored: NDArray[Any], chunks: tuple[int, ...], **packing: Any) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("d", data=stored, chunks=chunks, **packing)
    return path


def read(path: Path, start: int, stop: int) -> tuple[NDArray[Any], bool]:
    """Rows by way of a ``Storage``, and whether it inflates them by itself."""
    guarded = GuardedFile(path)
    with hdf5_errors(path), h5py.File(guarded, "r") as file:
        storage = Storage(guarded, file["d"])
        return storage.read(start, stop), storage._inflater is not None


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, 4)], ids=str)
def test_rows_are_those_that_were_written(
    shape: tuple[int, ...], dtype: Any, shuffle: bool, tmp_path: Path
) -> None:
    stored = values(dtype, shape)
    path = make(tmp_path / "d.h5", stored, (300, *shape[1:]), compression="gzip", shuffle=shuffle)
    for start, stop in [(0, ROWS), (0, 300), (299, 301), (950, ROWS), (10, 20)]:
        rows, inflated = read(path, start, stop)
        assert np.array_equal(rows, stored[start:stop])
        assert inflated


@pytest.mark.parametrize(
    "packing",
    [
        {"compression": "lzf"},
        {"compression": "gzip", "fletcher32": True},
        {"compression": "gzip", "scaleoffset": None, "shuffle": False, "chunks": (300, 2)},
        {},
    ],
    ids=str,
)
def test_what_is_packed_otherwise_is_the_librarys(packing: dict[str, Any], tmp_path: Path) -> None:
    chunks = packing.pop("chunks", (300, 4))
    stored = values("<i8", (ROWS, 4))
    rows, inflated = read(make(tmp_path / "d.h5", stored, chunks, **packing), 10, 990)
    assert np.array_equal(rows, stored[10:990])
    assert not inflated


def test_a_chunk_whose_filters_were_skipped_is_the_librarys(tmp_path: Path) -> None:
    path = make(tmp_path / "d.h5", values("<i8", (600,)), (300,), compression="gzip")
    plain = np.arange(300, dtype="<i8")
    with h5py.File(path, "r+") as file:
        file["d"].id.write_direct_chunk((300,), plain.tobytes(), filter_mask=1)
    assert np.array_equal(read(path, 300, 600)[0], plain)


def overwrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the packed bytes of the first chunk, and only them."""
    with h5py.File(path) as file:
        info = file["d"].id.get_chunk_info(0)
    data = bytearray(path.read_bytes())
    place = slice(info.byte_offset, info.byte_offset + info.size)
    data[place] = change(bytes(data[place]))
    path.write_bytes(data)


def test_a_damaged_chunk_is_refused_in_the_librarys_words(tmp_path: Path) -> None:
    path = make(tmp_path / "d.h5", values("<i8", (600,)), (300,), compression="gzip")
    overwrite(path, lambda packed: packed[:40] + bytes(len(packed) - 40))
    with pytest.raises(DamagedRecording):
        read(path, 0, 300)
    assert np.array_equal(read(path, 300, 600)[0], values("<i8", (600,))[300:])


def test_only_chunks_of_whole_rows_are_inflated(tmp_path: Path) -> None:
    path = make(tmp_path / "d.h5", values("<i8", (600, 4)), (300, 2), compression="gzip")
    with h5py.File(path) as file:
        assert not can_inflate(file["d"], [(h5py.h5z.FILTER_DEFLATE, (4,))])


@given(
    elements=st.binary(max_size=400),
    itemsize=st.sampled_from([1, 2, 4, 8, 14]),
    zeros=st.sets(st.integers(0, 13)),
)
def test_unshuffling_undoes_shuffling(elements: bytes, itemsize: int, zeros: set[int]) -> None:
    count = len(elements) // itemsize
    made = np.frombuffer(elements[: count * itemsize], np.uint8).reshape(count, itemsize).copy()
    made[:, [place for place in zeros if place < itemsize]] = 0
    shuffled = bytearray(made.T.tobytes())
    assert bytes(unshuffled(shuffled, itemsize)) == made.tobytes()
