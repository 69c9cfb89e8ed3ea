"""Raw columns of an HDF5 file: which datasets may be read, and runs of their rows.

A file's own claims are never trusted with memory: what is read at once is bounded, and a place that
was never written, which the HDF5 library would fill with zeros, is damage.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np

from evtui.errors import (
    CannotRead,
    DamagedRecording,
    NeedsLoading,
    UnsupportedRecording,
)
from evtui.recordings.conventions import Raw
from evtui.units import format_bytes, printable

CONTIGUOUS_ROWS = 16_384
"""Rows of the blocks in which a dataset without chunks is read."""

_LEAST_ROWS = 8_192
"""Smaller chunks are read several at once."""

_LARGEST_CHUNK = 128 << 20
"""Bytes of one chunk, which has to be inflated whole to see any of it."""

_FILTERS = {
    h5py.h5z.FILTER_DEFLATE: "gzip",
    h5py.h5z.FILTER_SHUFFLE: "shuffle",
    h5py.h5z.FILTER_FLETCHER32: "fletcher32",
    h5py.h5z.FILTER_SZIP: "szip",
    h5py.h5z.FILTER_NBIT: "nbit",
    h5py.h5z.FILTER_SCALEOFFSET: "scaleoffset",
    h5py.h5z.FILTER_LZF: "lzf",
    32001: "Blosc",
    32004: "lz4",
    32008: "bitshuffle",
    32015: "zstd",
    32026: "Blosc2",
    36559: "ECF",
}
"""Names of registered filters (The HDF Group, "Registered Filter Plugins")."""

_ECF = 36559
"""Prophesee's event coding (0x8ECF): neither h5py nor hdf5plugin can decode it, evlib can."""

_BITSHUFFLE = 32008
_BITSHUFFLE_COMPRESSIONS = ((2,), (3,))
"""The filter's fifth option: lz4 or zstd.  Without either its chunks have no header."""


@contextmanager
def hdf5_errors(path: Path) -> Iterator[None]:
    """Whatever h5py raises about a file, as evtui's own errors.

    Raises:
        CannotRead: the operating system refused.
        DamagedRecording: the bytes are not what the HDF5 library expects.
    """
    try:
        yield
    except OSError as error:
        if error.errno:
            raise CannotRead.because(path, type(error)(error.errno, _reason(error))) from error
        raise _damaged(path, error) from error
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DamagedRecording:
    reason = _reason(error)
    if "truncated file" in reason:
        return DamagedRecording(path, "is cut short", "copy it again from where it came")
    if "already open for write" in reason:
        return DamagedRecording(
            path, "was not closed by the program that wrote it", "h5clear -s on a copy may help"
        )
    return DamagedRecording(path, f"cannot be decoded: {reason}")


def _reason(error: Exception) -> str:
    """What the library said, without the call it said it about."""
    text = printable(str(error).strip("'\"")) or type(error).__name__
    inner = text[text.find("(") + 1 : text.rfind(")")] if text.endswith(")") else text
    return (inner or text)[:200]


class Storage:
    """One dataset whose first axis is the events: how it lies in the file, and its rows."""

    def __init__(self, path: Path, dataset: Any) -> None:
        """Check that the dataset can be read, safely and from this file alone.

        Raises:
            DamagedRecording: it claims bytes that the file does not have.
            NeedsLoading: it is packed with ECF.
            UnsupportedRecording: it lies in other files, or a filter or the chunk size forbids it.
        """
        self._path = path
        self._dataset = dataset
        self.name: str = printable(dataset.name.strip("/"))
        self.rows: int = dataset.shape[0]
        self.row_bytes: int = dataset.dtype.itemsize * math.prod(dataset.shape[1:])
        """Bytes of one row once it is unpacked."""
        self._file_bytes = path.stat().st_size
        self._refuse_other_files()
        self.filters = tuple(_filter_codes(dataset))
        self._require_filters()
        if dataset.chunks is None:
            self.block_rows = CONTIGUOUS_ROWS
            self._require_bytes()
        else:
            self._chunk_bytes = math.prod(dataset.chunks) * dataset.dtype.itemsize
            self._has_bitshuffle_headers = _has_bitshuffle_headers(dataset)
            self._refuse_large_chunks()
            chunk = int(dataset.chunks[0])
            self.block_rows = chunk * -(-_LEAST_ROWS // chunk)

    @property
    def is_packed(self) -> bool:
        """Whether seeing one row costs the decoding of a whole chunk."""
        return bool(self.filters)

    def read(self, start: int, stop: int, fields: list[str] | None = None) -> Raw:
        """Rows start to stop, or some fields of them.

        Raises:
            DamagedRecording: they were never written, or lie beyond the end of the file.
        """
        self._require_chunks(start, stop)
        source = self._dataset.fields(fields) if fields else self._dataset
        rows: Raw = source[start:stop]
        return rows

    def _refuse_other_files(self) -> None:
        if self._dataset.external or self._dataset.is_virtual:
            raise UnsupportedRecording(
                self._path,
                f"{self.name} keeps its values in other files",
                "h5repack makes one file of them",
            )

    def _require_filters(self) -> None:
        for code in self.filters:
            if h5py.h5z.filter_avail(code):
                continue
            import hdf5plugin  # noqa: F401 -- registers its filters; 120 ms that few files need

            if h5py.h5z.filter_avail(code):
                continue
            if code == _ECF:
                raise NeedsLoading(
                    self._path, "is packed with Prophesee's ECF, which has to be decoded whole"
                )
            raise UnsupportedRecording(
                self._path,
                f"{self.name} is packed with the HDF5 filter {_FILTERS.get(code, code)}",
                "h5repack with another filter, where that one is installed",
            )

    def _refuse_large_chunks(self) -> None:
        if self._chunk_bytes > _LARGEST_CHUNK:
            raise UnsupportedRecording(
                self._path,
                f"{self.name} has chunks of {format_bytes(self._chunk_bytes)}",
                "h5repack with smaller chunks, such as 32768",
            )

    def _require_bytes(self) -> None:
        """A dataset without chunks lies within the file; a compact one has no place of its own."""
        layout = self._dataset.id.get_create_plist().get_layout()
        if not self.rows or layout == h5py.h5d.COMPACT:
            return
        offset = self._dataset.id.get_offset()
        if offset is None or offset + self.rows * self.row_bytes > self._file_bytes:
            raise self._missing(0, self.rows)

    def _require_chunks(self, start: int, stop: int) -> None:
        chunks = self._dataset.chunks
        if chunks is None:
            return
        starts = [range(start - start % chunks[0], stop, chunks[0])]
        starts += [
            range(0, length, step)
            for length, step in zip(self._dataset.shape[1:], chunks[1:], strict=True)
        ]
        for place in itertools.product(*starts):
            chunk = self._dataset.id.get_chunk_info_by_coord(place)
            if chunk.byte_offset is None or chunk.byte_offset + chunk.size > self._file_bytes:
                raise self._missing(place[0], min(place[0] + chunks[0], self.rows))
            if self._has_bitshuffle_headers:
                self._check_bitshuffle_header(chunk.byte_offset)

    def _check_bitshuffle_header(self, offset: int) -> None:
        """The filter takes a chunk's size from its header, and a wrong one kills the process.

        The header begins with that size as 8 bytes, most significant first (bitshuffle,
        "bshuf_h5filter.c").  A checksum of 4 bytes may have been added before.
        """
        handle = self._dataset.file.id.get_vfd_handle()
        unpacked = int.from_bytes(os.pread(handle, 8, offset), "big")
        if not self._chunk_bytes <= unpacked <= self._chunk_bytes + 4:
            raise DamagedRecording(self._path, f"a packed chunk of {self.name} is damaged")

    def _missing(self, start: int, stop: int) -> DamagedRecording:
        return DamagedRecording(
            self._path, f"the file does not hold rows {start:,} to {stop:,} of {self.name}"
        )


def _filter_codes(dataset: Any) -> Iterator[int]:
    plist = dataset.id.get_create_plist()
    for index in range(plist.get_nfilters()):
        yield plist.get_filter(index)[0]


def _has_bitshuffle_headers(dataset: Any) -> bool:
    plist = dataset.id.get_create_plist()
    filters = (plist.get_filter(index) for index in range(plist.get_nfilters()))
    return any(
        code == _BITSHUFFLE and options[4:5] in _BITSHUFFLE_COMPRESSIONS
        for code, _flags, options, _name in filters
    )


class Source(Protocol):
    """The four raw columns of a stream, by the names t, x, y and p."""

    @property
    def rows(self) -> int:
        """Rows that all four columns have."""
        ...

    @property
    def packing(self) -> str:
        """How the columns are compressed, in words."""
        ...

    def storage(self, name: str) -> Storage:
        """Where a column is kept."""
        ...

    def read(self, name: str, start: int, stop: int) -> Mapping[str, Raw]:
        """Rows of one column, and of whatever other columns cannot be read without it."""
        ...


class SeparateColumns:
    """A dataset for each column."""

    def __init__(self, storages: Mapping[str, Storage]) -> None:
        self._storages = storages
        self.rows = min(storage.rows for storage in storages.values())
        self.packing = _packing(storages["t"])

    def storage(self, name: str) -> Storage:
        return self._storages[name]

    def read(self, name: str, start: int, stop: int) -> Mapping[str, Raw]:
        return {name: self._storages[name].read(start, stop)}


class RecordColumns:
    """One dataset of records, which has a field for each column."""

    def __init__(self, storage: Storage, fields: Mapping[str, str]) -> None:
        self._storage = storage
        self._fields = fields
        self.rows = storage.rows
        self.packing = _packing(storage)

    def storage(self, name: str) -> Storage:
        return self._storage

    def read(self, name: str, start: int, stop: int) -> Mapping[str, Raw]:
        records = self._storage.read(start, stop, list(self._fields.values()))
        return {
            column: np.ascontiguousarray(records[field]) for column, field in self._fields.items()
        }


class ArrayColumns:
    """One dataset of shape (N, 4), whose columns are in the order of the letters of ``order``."""

    def __init__(self, storage: Storage, order: str) -> None:
        self._storage = storage
        self._order = order
        self.rows = storage.rows
        self.packing = _packing(storage)

    def storage(self, name: str) -> Storage:
        return self._storage

    def read(self, name: str, start: int, stop: int) -> Mapping[str, Raw]:
        table = self._storage.read(start, stop)
        return {
            column: np.ascontiguousarray(table[:, index])
            for index, column in enumerate(self._order)
        }


def _packing(storage: Storage) -> str:
    return "+".join(_FILTERS.get(code, str(code)) for code in storage.filters) or "uncompressed"
