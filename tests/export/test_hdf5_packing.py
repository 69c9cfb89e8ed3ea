import zlib

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.export.hdf5_packing import Packers, packed

ROWS = 100


def unpacked(chunk: bytes, dtype: np.dtype) -> np.ndarray:
    """What zlib and the definition of shuffling make of it."""
    planes = np.frombuffer(zlib.decompress(chunk), np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(dtype).ravel()


@given(st.data(), st.sampled_from(["i8", "u2", "u1"]))
def test_a_chunk_unpacks_to_its_values_and_zeros_up_to_its_end(data, kind) -> None:
    dtype = np.dtype(kind)
    limits = np.iinfo(dtype)
    numbers = data.draw(st.lists(st.integers(int(limits.min), int(limits.max)), max_size=ROWS))
    values = np.array(numbers, dtype)
    found = unpacked(packed(values, ROWS), dtype)
    assert found[: len(values)].tolist() == numbers
    assert found[len(values) :].tolist() == [0] * (ROWS - len(values))


@pytest.mark.parametrize("kind", ["i8", "u2", "u1"])
def test_the_hdf5_library_reads_it_by_its_own_filters(tmp_path, kind) -> None:
    values = np.random.default_rng(1).integers(0, 100, ROWS).astype(kind)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset(
            "a", (ROWS,), kind, chunks=(ROWS,), compression="gzip", shuffle=True
        )
        dataset.id.write_direct_chunk((0,), packed(values, ROWS))
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.array_equal(file["a"][:], values)


def test_values_that_do_not_lie_side_by_side_are_packed_all_the_same() -> None:
    values = np.arange(2 * ROWS, dtype=np.int64)[::2]
    assert np.array_equal(unpacked(packed(values, ROWS), values.dtype), values)


def test_chunks_come_in_the_order_given() -> None:
    chunks = [np.full(ROWS, number, np.uint16) for number in range(50)]
    packers = Packers()
    found = [unpacked(chunk, np.dtype("u2"))[0] for chunk in packers.pack(chunks, ROWS)]
    packers.close()
    assert found == list(range(50))
