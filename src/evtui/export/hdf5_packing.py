"""gzip chunks for an HDF5 file, packed by libdeflate: twice as fast as the HDF5 library packs.

And in several threads, which the library cannot.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import deflate
import numpy as np
from numpy.typing import NDArray

LEVEL = 1
"""Of gzip; each level above costs more time than it saves bytes, measured on events."""

Column: TypeAlias = NDArray[Any]

_MOST_THREADS = 4
"""Four threads pack as fast as most formats are decoded."""


class Packers:
    """Threads that pack chunks; libdeflate lets go of the interpreter lock meanwhile."""

    def __init__(self) -> None:
        """Start no thread yet."""
        count = min(_MOST_THREADS, os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="packing")

    def pack(self, chunks: Iterable[Column], rows: int) -> Iterator[bytearray]:
        """Each chunk packed, in the order given; all are begun at once."""
        return self._threads.map(lambda values: packed(values, rows), chunks)

    def close(self) -> None:
        """End the threads, and wait for what they are at."""
        self._threads.shutdown(cancel_futures=True)


def packed(values: Column, rows: int) -> bytearray:
    """A chunk as HDF5's filters ``shuffle`` and ``deflate`` would leave it.

    Args:
        values: shape (N,) with N ≤ ``rows``.
        rows: of a chunk; the last one of a file is stored whole too, filled up with zeros.
    """
    return deflate.zlib_compress(shuffled(values, rows), LEVEL)


def shuffled(values: Column, rows: int) -> NDArray[np.uint8]:
    """The elements' bytes sorted by their place: all first bytes, then all second ones, and so on.

    As "H5Zshuffle.c" of the HDF5 library has them.

    Returns:
        Shape (bytes of an element, ``rows``).
    """
    itemsize = values.dtype.itemsize
    elements = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), itemsize)
    planes = np.zeros((itemsize, rows), np.uint8)
    planes[:, : len(values)] = elements.T
    return planes
