"""Arrays in NumPy's file format: their headers, and runs of their items without the whole.

An array is never unpickled, and what a header claims is never allocated (numpy.org,
``numpy.lib.format``).
"""

from __future__ import annotations

import math
import os
import struct
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from evtui.recordings.tables.column_names import Matched, is_column_name, match_columns
from evtui.recordings.time_units import Raw

MAGIC = b"\x93NUMPY"

ENDING = ".npy"
"""Of the names of arrays in an archive."""

SIZE_NAMES = ("width", "height", "size", "sensor_size", "resolution")
UNIT_NAMES = ("unit", "t_unit", "time_unit")
_TABLE_NAMES = ("events", "event", "data", "arr_0")

_LONGEST_HEADER = 10_000
_HEADER_FAULTS = (
    *(ValueError, SyntaxError, TypeError, EOFError, RecursionError, MemoryError),
    tokenize.TokenError,
)
"""What NumPy raises over headers, which are Python literals."""

_LARGEST_ITEM = 1 << 16


class UnknownArray(ValueError):
    """Why an array cannot be read, in words that follow the name of the array or file."""


@dataclass(frozen=True, slots=True)
class Array:
    """One array of a file: its header, and how to get at its items."""

    open: Callable[[], IO[bytes]]
    """Opens the bytes it lies in, from its magic on."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    by_columns: bool
    """Whether the items of a column follow each other (Fortran's order)."""
    data_offset: int

    @property
    def bytes(self) -> int:
        """That its header claims its items take."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def row_bytes(self) -> int:
        """Of one event, if it is a table of records or of four columns."""
        return self.dtype.itemsize * (4 if len(self.shape) == 2 else 1)

    @property
    def fields(self) -> Matched | None:
        """Which fields of a record are the columns; None for other arrays."""
        return match_columns(self.dtype.names) if self.dtype.names else None

    @property
    def columns_come_first(self) -> bool:
        """Whether the file holds four columns one after the other, each of all rows."""
        return self.by_columns != (len(self.shape) == 2 and self.shape[1] != 4)

    @property
    def rows(self) -> int:
        """How many events it claims to hold, if it is a table of records or of four columns."""
        if len(self.shape) == 2:
            return self.shape[0] if self.shape[1] == 4 else self.shape[1]
        return self.shape[0]


def read_array(open_bytes: Callable[[], IO[bytes]]) -> Array:
    """The array that begins where ``open_bytes`` opens.

    Raises:
        UnknownArray: its header is not intact, it is pickled, or its items are too large.
        OSError: the operating system refuses.
    """
    with open_bytes() as file:
        return parse_array(file, open_bytes)


def parse_array(file: IO[bytes], open_bytes: Callable[[], IO[bytes]]) -> Array:
    """The same from an open file."""
    try:
        version = np.lib.format.read_magic(file)
        length = struct.Struct("<H" if version == (1, 0) else "<I")
        stated = file.read(length.size)
        if len(stated) < length.size or length.unpack(stated)[0] > _LONGEST_HEADER:
            raise UnknownArray("has a header that is cut short or too long")
        file.seek(-length.size, 1)
        old = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
        header: tuple[tuple[int, ...], bool, np.dtype[Any]] = read(file)
    except UnknownArray:
        raise
    except _HEADER_FAULTS as error:
        raise UnknownArray("has a header that cannot be decoded") from error
    shape, by_columns, dtype = header
    if dtype.hasobject:
        raise UnknownArray("holds pickled objects, which are never loaded")
    if not 0 < dtype.itemsize <= _LARGEST_ITEM or any(side < 0 for side in shape):
        raise UnknownArray(f"has items of {dtype.itemsize:,} bytes")
    return Array(open_bytes, dtype, shape, by_columns, file.tell())


def is_table(array: Array) -> bool:
    """Whether it holds records with fields t, x, y and p, or four columns of numbers."""
    if array.dtype.names:
        places = array.fields.places.items() if array.fields else ()
        fields = {column: array.dtype[array.dtype.names[place]] for column, place in places}
        sound = all(may_be_column(column, dtype) for column, dtype in fields.items())
        return len(array.shape) == 1 and bool(fields) and sound
    return len(array.shape) == 2 and 4 in array.shape and may_be_column("x", array.dtype)


def may_be_column(column: str, dtype: np.dtype[Any]) -> bool:
    """Whether items of a dtype are numbers; those of t may also be spans of time."""
    return dtype.kind in ("iufm" if column == "t" else "iufb") and dtype.shape == ()


def names_events(name: str) -> bool:
    """Whether an array of an archive may belong to events, by its name there."""
    stem = name.removesuffix(ENDING)
    known = stem in (*SIZE_NAMES, *UNIT_NAMES, *_TABLE_NAMES) or is_column_name(stem)
    return name.endswith(ENDING) and known


@dataclass(slots=True)
class Lane:
    """Items of one dtype that follow each other in a file, read from the first on."""

    file: IO[bytes]
    """At the first item."""
    dtype: np.dtype[Any]
    width: int = 1
    """Items in a row."""

    def read(self, rows: int) -> Raw:
        """The next rows, fewer at the end of the file; shape (N,), or (N, width) above 1."""
        row_bytes = self.dtype.itemsize * self.width
        data = self.file.read(rows * row_bytes)
        items = np.frombuffer(data, self.dtype, len(data) // row_bytes * self.width)
        return items.reshape(-1, self.width) if self.width > 1 else items


def lane(array: Array, first_item: int = 0, width: int = 1) -> Lane:
    """The items of an array from one on."""
    file = array.open()
    try:
        file.seek(array.data_offset + first_item * array.dtype.itemsize)
    except (OSError, ValueError):  # what a header claims may lie beyond any file
        file.seek(0, os.SEEK_END)
    return Lane(file, array.dtype, width)
