"""gzip chunks of an HDF5 file, decoded by libdeflate: three times as fast as the HDF5 library.

What is not as expected here is left to the library, whose word on a damaged file then holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import deflate
import h5py
import numpy as np
from numpy.typing import NDArray

from evtui.recordings.time_units import Raw

Pipeline = Sequence[tuple[int, tuple[int, ...]]]
"""Code and options of each filter, in the order in which a chunk was packed."""

_DEFLATE, _SHUFFLE = h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE


class Inflater:
    """Rows of a dataset whose chunks are packed by gzip, with or without shuffling before."""

    def __init__(self, dataset: Any, pipeline: Pipeline) -> None:
        """Take over a dataset of which ``can_inflate`` holds."""
        self._chunks = dataset.id
        self._dtype: np.dtype[Any] = dataset.dtype
        self._shuffled = pipeline[0][0] == _SHUFFLE
        self._chunk_rows: int = dataset.chunks[0]
        self._shape: tuple[int, ...] = dataset.chunks
        self._bytes = int(np.prod(dataset.chunks)) * self._dtype.itemsize

    def read(self, start: int, stop: int) -> Raw | None:
        """Rows start to stop; None where the HDF5 library has to say what they are."""
        chunks = range(start // self._chunk_rows, -(-stop // self._chunk_rows))
        parts = []
        for number in chunks:
            first = number * self._chunk_rows
            chunk = self._chunk(first)
            if chunk is None:
                return None
            parts.append(chunk[max(start - first, 0) : stop - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else None

    def _chunk(self, first: int) -> Raw | None:
        place = (first,) + (0,) * (len(self._shape) - 1)
        try:
            skipped, packed = self._chunks.read_direct_chunk(place)
            data = None if skipped else deflate.zlib_decompress(packed, self._bytes)
        except (deflate.DeflateError, OSError, RuntimeError, ValueError, EOFError, MemoryError):
            return None
        if data is None or len(data) != self._bytes:
            return None
        elements = unshuffled(data, self._dtype.itemsize) if self._shuffled else data
        return np.frombuffer(elements, self._dtype).reshape(self._shape)


def can_inflate(dataset: Any, pipeline: Pipeline) -> bool:
    """Whether a dataset's chunks are runs of whole rows, and packed in a way known here.

    Shuffling is the HDF5 library's own filter, whose option is the size of an element.
    """
    itemsize = dataset.dtype.itemsize
    codes = [code for code, _ in pipeline]
    known = codes == [_DEFLATE] or (
        codes == [_SHUFFLE, _DEFLATE]
        and pipeline[0][1][:1] == (itemsize,)
        and (itemsize == 1 or itemsize % 2 == 0)
    )
    return (
        known
        and dataset.chunks[1:] == dataset.shape[1:]
        and dataset.id.get_type().equal(h5py.h5t.py_create(dataset.dtype))
    )


def unshuffled(data: bytearray, itemsize: int) -> bytearray | NDArray[np.uint16]:
    """Bytes sorted by their place in an element, as elements again ("H5Zshuffle.c").

    Args:
        data: the first bytes of all elements, then all second ones, and so on.
        itemsize: bytes of an element; 1 or even.

    Returns:
        The elements' bytes in order, shape (elements, itemsize // 2) as pairs of bytes.
    """
    if itemsize == 1:
        return data
    count = len(data) // itemsize
    planes = np.frombuffer(data, np.uint8).reshape(itemsize, count)
    nothing = bytes(count)
    pairs = np.zeros((count, itemsize // 2), "<u2")
    for pair in range(itemsize // 2):
        low, high = planes[2 * pair], planes[2 * pair + 1]
        # The upper bytes of a time are mostly zeros, which a comparison tells at once.
        if data[(2 * pair + 1) * count : (2 * pair + 2) * count] != nothing:
            both = high.astype("<u2") << np.uint16(8)
            both |= low
            pairs[:, pair] = both
        elif data[2 * pair * count : (2 * pair + 1) * count] != nothing:
            pairs[:, pair] = low
    return pairs
