"""Raw columns of an HDF5 file: which datasets may be read, and runs of their rows.

A file's own claims are never trusted with memory: what is read at once is bounded, and a place that
was never written, which the HDF5 library would fill with zeros, is damage.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np

from evtui.errors import (
    CannotRead,
    DamagedRecording,
    NeedsEvlib,
    NeedsLoading,
    UnsupportedRecording,
)
from evtui.recordings.hdf5.file import GuardedFile
from evtui.recordings.hdf5.inflating import Inflater, can_inflate
from evtui.recordings.time_units import Raw
from evtui.units import format_bytes, printable

CONTIGUOUS_ROWS = 16_384
"""Rows of the blocks in which a dataset without chunks is read."""

_LEAST_ROWS = 8_192
"""Smaller chunks are read several at once."""

_LARGEST_CHUNK = 16 << 20
"""Bytes of one chunk, which has to be inflated whole to see any of it: more takes too long to open,
and a few kB of file may inflate to it."""

_LARGEST_LOADED_CHUNK = 512 << 20
"""The same in the loading process, whose memory is limited."""

_FILTERS = {
    h5py.h5z.FILTER_DEFLATE: "gzip",
    h5py.h5z.FILTER_SHUFFLE: "shuffle",
    h5py.h5z.FILTER_FLETCHER32: "fletcher32",
    h5py.h5z.FILTER_SZIP: "szip",
    h5py.h5z.FILTER_NBIT: "nbit",
    h5py.h5z.FILTER_SCALEOFFSET: "scaleoffset",
    h5py.h5z.FILTER_LZF: "lzf",
    307: "bzip2",
    32001: "Blosc",
    32004: "lz4",
    32008: "bitshuffle",
    32015: "zstd",
    32026: "Blosc2",
    36559: "ECF",
}
"""Names of registered filters (The HDF Group, "Registered Filter Plugins")."""

_BLOSC = 32001
_BLOSC_OPTIONS = 4
"""The filter looks at the fourth without asking whether it is there ("blosc_filter.c")."""

_STURDY_FILTERS = frozenset(
    {
        h5py.h5z.FILTER_DEFLATE,
        h5py.h5z.FILTER_SHUFFLE,
        h5py.h5z.FILTER_FLETCHER32,
        h5py.h5z.FILTER_NBIT,
        h5py.h5z.FILTER_LZF,
        _BLOSC,
        32004,
        32008,
        32015,
        32026,
    }
)
"""Filters that were given thousands of damaged chunks and came back from each.  bzip2 does not, nor
do szip and scaleoffset; of the others nobody knows."""

_ECF = 36559
"""Prophesee's event coding (0x8ECF): neither h5py nor hdf5plugin can decode it, evlib can."""

_FEW_CHUNKS = 16
"""So many are looked up one by one: from more on, it is faster to list all."""

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
        EOFError,
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
    return DamagedRecording(path, f"cannot be decoded: {reason}")


def _reason(error: Exception) -> str:
    """What the library said, without the call it said it about."""
    text = printable(str(error).strip("'\"")) or type(error).__name__
    inner = text[text.find("(") + 1 : text.rfind(")")] if text.endswith(")") else text
    return (inner or text)[:200]


class Storage:
    """One dataset of which one axis is the events: how it lies in the file, and its rows."""

    def __init__(self, file: GuardedFile, dataset: Any, axis: int = 0) -> None:
        """Check that the dataset can be read, safely and from this file alone.

        Args:
            file: that holds it.
            dataset: to be read.
            axis: of the events; 1 in a dataset of shape (4, N).

        Raises:
            DamagedRecording: it claims bytes that the file does not have.
            NeedsLoading: a filter of it is not for this process; ``NeedsEvlib`` where it is ECF.
            UnsupportedRecording: it lies in other files, or a filter or the chunk size forbids it.
        """
        self._file = file
        self._path = file.path
        self._dataset = dataset
        self.name: str = printable(dataset.name.strip("/"))
        self._axis = axis
        self.rows: int = dataset.shape[axis]
        others = dataset.shape[:axis] + dataset.shape[axis + 1 :]
        self.row_bytes: int = dataset.dtype.itemsize * math.prod(others)
        """Bytes of one row once it is unpacked."""
        self._refuse_other_files()
        self._pipeline = tuple(_pipeline(dataset))
        self.filters = tuple(code for code, _options in self._pipeline)
        self._require_filters()
        self._inflater: Inflater | None = None
        if dataset.chunks is None:
            self.block_rows = CONTIGUOUS_ROWS
            self._require_bytes()
        else:
            self._chunk_bytes = math.prod(dataset.chunks) * dataset.dtype.itemsize
            self._has_bitshuffle_headers = any(
                code == _BITSHUFFLE and options[4:5] in _BITSHUFFLE_COMPRESSIONS
                for code, options in self._pipeline
            )
            self._refuse_large_chunks()
            self._inflater = self._try_to_inflate()
            chunk = int(dataset.chunks[axis])
            self.block_rows = chunk * -(-_LEAST_ROWS // chunk)

    @property
    def is_packed(self) -> bool:
        """Whether seeing one row costs the decoding of a whole chunk."""
        return bool(self.filters)

    def read(self, start: int, stop: int, fields: list[str] | None = None) -> Raw:
        """Rows start to stop, or some fields of them; the first axis is always the events.

        Raises:
            DamagedRecording: they were never written, or lie beyond the end of the file.
        """
        self._require_chunks(start, stop)
        inflated = self._inflater.read(start, stop) if self._inflater else None
        if inflated is not None:
            return inflated[fields] if fields else inflated
        source = self._dataset.fields(fields) if fields else self._dataset
        rows: Raw = source[start:stop] if self._axis == 0 else source[:, start:stop].T
        return rows

    def _try_to_inflate(self) -> Inflater | None:
        if self._axis or not can_inflate(self._dataset, self._pipeline):
            return None
        return Inflater(self._dataset, self._pipeline)

    def _refuse_other_files(self) -> None:
        if self._dataset.external or self._dataset.is_virtual:
            raise UnsupportedRecording(
                self._path,
                f"{self.name} keeps its values in other files",
                "h5repack makes one file of them",
            )

    def _require_filters(self) -> None:
        for code, options in self._pipeline:
            if not _is_available(code):
                raise self._cannot_unpack(code)
            if code == _BLOSC and len(options) < _BLOSC_OPTIONS:
                raise DamagedRecording(self._path, f"the filter of {self.name} is damaged")
            if code not in _STURDY_FILTERS and not self._file.expendable:
                name = _FILTERS.get(code, f"HDF5 filter {code}")
                raise NeedsLoading(
                    self._path,
                    f"is packed with {name}, which damage can crash, so it is decoded whole",
                )

    def _cannot_unpack(self, code: int) -> NeedsLoading | UnsupportedRecording:
        if code == _ECF:
            return NeedsEvlib(
                self._path, "is packed with Prophesee's ECF, which evlib has to decode whole"
            )
        return UnsupportedRecording(
            self._path,
            f"{self.name} is packed with the HDF5 filter {_FILTERS.get(code, code)}",
            "h5repack with another filter, where that one is installed",
        )

    def _refuse_large_chunks(self) -> None:
        said = f"{self.name} has chunks of {format_bytes(self._chunk_bytes)}"
        if self._chunk_bytes > _LARGEST_LOADED_CHUNK:
            remedy = "h5repack with smaller chunks, such as 32768"
            raise UnsupportedRecording(self._path, said, remedy)
        if self._chunk_bytes > _LARGEST_CHUNK and not self._file.expendable:
            raise NeedsLoading(self._path, f"{said}, so it is decoded whole")

    def _require_bytes(self) -> None:
        """A dataset without chunks lies within the file; a compact one has no place of its own."""
        layout = self._dataset.id.get_create_plist().get_layout()
        if not self.rows or layout == h5py.h5d.COMPACT:
            return
        offset = self._dataset.id.get_offset()
        if offset is None or offset + self.rows * self.row_bytes > self._file.bytes:
            raise self._missing(0, self.rows)

    def _require_chunks(self, start: int, stop: int) -> None:
        """All chunks of some rows were written; ``GuardedFile`` sees to it that they are whole."""
        chunks, shape = self._dataset.chunks, self._dataset.shape
        if chunks is None or (self._has_all_chunks and not self._has_bitshuffle_headers):
            return
        starts = [range(0, length, step) for length, step in zip(shape, chunks, strict=True)]
        rows = chunks[self._axis]
        starts[self._axis] = range(start - start % rows, stop, rows)
        few = math.prod(map(len, starts)) <= _FEW_CHUNKS
        for place in itertools.product(*starts):
            offset = self._look_up(place) if few else self._offsets.get(place)
            if offset is None:
                first = place[self._axis]
                raise self._missing(first, min(first + rows, self.rows))
            if self._has_bitshuffle_headers:
                self._check_bitshuffle_header(offset)

    @cached_property
    def _has_all_chunks(self) -> bool:
        lengths = zip(self._dataset.shape, self._dataset.chunks, strict=True)
        expected = math.prod(-(-length // step) for length, step in lengths)
        return int(self._dataset.id.get_num_chunks()) == int(expected)

    def _look_up(self, place: tuple[int, ...]) -> int | None:
        """Where a chunk lies in the file; takes a look at all chunks before it."""
        offset: int | None = self._dataset.id.get_chunk_info_by_coord(place).byte_offset
        return offset

    @cached_property
    def _offsets(self) -> dict[tuple[int, ...], int]:
        """Where every chunk lies in the file."""
        found: dict[tuple[int, ...], int] = {}

        def note(chunk: Any) -> None:
            found[chunk.chunk_offset] = chunk.byte_offset

        self._dataset.id.chunk_iter(note)
        return found

    def _check_bitshuffle_header(self, offset: int) -> None:
        """The filter takes a chunk's size from its header, and a wrong one kills the process.

        The header begins with that size as 8 bytes, most significant first (bitshuffle,
        "bshuf_h5filter.c").  A checksum of 4 bytes may have been added before.
        """
        unpacked = int.from_bytes(self._file.bytes_at(offset, 8), "big")
        if not self._chunk_bytes <= unpacked <= self._chunk_bytes + 4:
            raise DamagedRecording(self._path, f"a packed chunk of {self.name} is damaged")

    def _missing(self, start: int, stop: int) -> DamagedRecording:
        return DamagedRecording(
            self._path, f"the file does not hold rows {start:,} to {stop:,} of {self.name}"
        )


def _pipeline(dataset: Any) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Code and options of each filter."""
    plist = dataset.id.get_create_plist()
    for index in range(plist.get_nfilters()):
        code, _flags, options, _name = plist.get_filter(index)
        yield code, tuple(options)


def _is_available(code: int) -> bool:
    if not h5py.h5z.filter_avail(code):
        import hdf5plugin  # noqa: F401 -- registers its filters; 120 ms that few files need
    return bool(h5py.h5z.filter_avail(code))


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
    """One dataset of four columns, which are in the order of the letters of ``order``."""

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
