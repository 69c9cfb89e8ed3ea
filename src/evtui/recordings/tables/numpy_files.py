"""NumPy files of events: ``.npy`` and ``.npz``.

Known are records with fields t, x, y and p under their usual names, arrays of shape (N, 4) or
(4, N), and in an ``.npz`` also one array for each of the columns.  Beside them an ``.npz`` may
state the sensor's size (``width`` and ``height``, …) and the unit of t (``unit``, a word).
"""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.conventions import COLUMN_ORDERS, LARGEST_SIDE, tell_columns
from evtui.recordings.findings import Finding, finding
from evtui.recordings.tables.column_names import Matched, match_columns
from evtui.recordings.tables.numpy_arrays import (
    ENDING,
    SIZE_NAMES,
    UNIT_NAMES,
    Array,
    Lane,
    UnknownArray,
    is_table,
    lane,
    may_be_column,
    names_events,
    read_array,
)
from evtui.recordings.tables.raw_columns import RawDecoding
from evtui.recordings.time_units import Raw, Unit, unit_named
from evtui.recordings.whole import RUN_BYTES, Contents, Facts, Run, length_of, opened
from evtui.units import printable

Rows = Mapping[str, Raw]
"""The raw columns t, x, y and p of some rows, of one length."""

_SAMPLE_ROWS = 4_096

_ARCHIVE_FAULTS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, KeyError)
_DAMAGE = (*_ARCHIVE_FAULTS, EOFError, OSError, RuntimeError, ValueError, OverflowError)
"""What reading an archive raises over its bytes; an ``OSError`` may also be the system's."""

_NO_EVENTS = "holds no events in a layout evtui knows"


@dataclass(slots=True)
class _Source:
    """Where the rows come from, whatever the layout."""

    layout: str
    rows: int
    """As claimed."""
    row_bytes: int
    lanes: list[Lane]
    columns: Callable[[list[Raw]], Rows]
    """From what was read of each lane to the columns."""
    unit: Unit | None = None
    findings: list[Finding] = field(default_factory=list)

    def read(self, rows: int) -> Rows:
        """The next rows; none at the end of the shortest lane."""
        parts = [lane.read(rows) for lane in self.lanes]
        shortest = min(len(part) for part in parts)
        return self.columns([part[:shortest] for part in parts])


def decode_npy(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole ``.npy``; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: a time is no number.
        UnsupportedRecording: it holds something else than events, or which column is which
            cannot be told.
    """
    with opened(path), ExitStack() as files, _array_faults(path):
        array = read_array(lambda: files.enter_context(path.open("rb")))
        behind = path.stat().st_size - array.data_offset - array.bytes
        if behind > 0:
            said = f"{behind:,} bytes behind the array are left out"
            facts.findings.append(finding("several_recordings", said))
        yield from _decode(path, _table(array, "an array"), facts)


def decode_npz(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole ``.npz``; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the archive is not intact, or a time is no number.
        UnsupportedRecording: it holds something else than events, or which column is which
            cannot be told.
    """
    with opened(path) as file, ExitStack() as files, _array_faults(path):
        archive = files.enter_context(zipfile.ZipFile(file))
        names = [name for name in archive.namelist() if names_events(name)]
        arrays = {_stem(name): read_array(_opener(files, archive, name)) for name in names}
        facts.size = _stated_size(arrays)
        source = _choose(arrays, facts)
        source.unit = source.unit or _stated_unit(arrays)
        yield from _decode(path, source, facts)


def look_inside_npy(path: Path) -> Contents:
    """Whether a ``.npy`` may be events, by its header, and how many."""
    with opened(path) as file, ExitStack() as files:
        try:
            array = read_array(lambda: files.enter_context(path.open("rb")))
        except UnknownArray as error:
            return Contents(why_none=f"is a NumPy file, but {error}")
        if not is_table(array):
            return Contents(why_none=f"is a NumPy file, but {_no_table(array)}")
        return Contents(min(array.rows, length_of(file) // array.row_bytes))


def look_inside_npz(path: Path) -> Contents:
    """Whether a ``.npz`` has arrays that may be events, by their headers, and how many."""
    with opened(path) as file, ExitStack() as files:
        try:
            archive = files.enter_context(zipfile.ZipFile(file))
            members = {info.filename: info.file_size for info in archive.infolist()}
            names = [name for name in members if names_events(name)]
            arrays = {_stem(name): read_array(_opener(files, archive, name)) for name in names}
            columns = _separate(arrays)
        except UnknownArray as error:
            return Contents(why_none=f"is a NumPy archive, but {error}")
        except _DAMAGE:
            return Contents()  # its decoder says so
        tables = [array for array in arrays.values() if is_table(array)]
        if columns is None and not tables:
            shown = ", ".join(printable(_stem(name)) for name in list(members)[:8])
            return Contents(why_none=f"is a NumPy archive, but {_NO_EVENTS}; it holds {shown}")
        claimed = (
            (columns.rows, columns.row_bytes) if columns else (tables[0].rows, tables[0].row_bytes)
        )
        return Contents(min(claimed[0], sum(members.values()) // claimed[1]))


def _no_table(array: Array) -> str:
    kind = printable(str(array.dtype))[:100]
    return f"holds {array.shape} items of {kind}, which are no events"


def _opener(files: ExitStack, archive: zipfile.ZipFile, name: str) -> Callable[[], IO[bytes]]:
    return lambda: files.enter_context(archive.open(name))


@contextmanager
def _array_faults(path: Path) -> Iterator[None]:
    """Whatever reading arrays and archives raises over their bytes, as evtui's own errors."""
    try:
        yield
    except UnknownArray as error:
        raise UnsupportedRecording(path, str(error)) from error
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # it is not about a place before the file's beginning or packed data
        said = f"cannot be decoded: {printable(str(error))[:200]}"
        raise DamagedRecording(path, said) from error


def _stem(name: str) -> str:
    return name.removesuffix(ENDING)


def _stated_size(arrays: Mapping[str, Array]) -> tuple[int, int] | None:
    """Width and height from the arrays of these names; of a pair the larger one is the width."""
    numbers = {name: _small_numbers(arrays[name]) for name in SIZE_NAMES if name in arrays}
    sides = numbers.pop("width", []) + numbers.pop("height", [])
    for pair in (sides, *(sorted(pair, reverse=True) for pair in numbers.values())):
        if len(pair) == 2 and all(0 < side <= LARGEST_SIDE for side in pair):
            return pair[0], pair[1]
    return None


def _stated_unit(arrays: Mapping[str, Array]) -> Unit | None:
    """The unit of t from an array of one word: ``us``."""
    for name in UNIT_NAMES:
        array = arrays.get(name)
        if array is not None and array.dtype.kind in "US" and array.shape in ((), (1,)):
            for word in lane(array).read(1).tolist():
                return unit_named(word if isinstance(word, str) else word.decode("latin1"))
    return None


def _small_numbers(array: Array) -> list[int]:
    if array.dtype.kind not in "iu" or array.bytes > 2 * array.dtype.itemsize:
        return []
    return [int(number) for number in lane(array).read(2)]


def _choose(arrays: Mapping[str, Array], facts: Facts) -> _Source:
    """The events of an archive: its columns, else the first table of records or four columns."""
    columns = _separate(arrays)
    if columns is not None:
        return columns
    tables = [name for name in arrays if is_table(arrays[name])]
    if not tables:
        shown = ", ".join(printable(name) for name in arrays)
        raise UnknownArray(f"{_NO_EVENTS}; it holds {shown}")
    if len(tables) > 1:
        others = ", ".join(printable(name) for name in tables[1:])
        said = f"shown is {printable(tables[0])}; the file also holds {others}"
        facts.findings.append(finding("several_recordings", said))
    return _table(arrays[tables[0]], printable(tables[0]))


def _separate(arrays: Mapping[str, Array]) -> _Source | None:
    """One array for each column; None where one is missing."""
    names = list(arrays)
    matched = match_columns(names)
    if matched is None:
        return None
    columns = {column: arrays[names[place]] for column, place in matched.places.items()}
    if not all(
        len(array.shape) == 1 and may_be_column(column, array.dtype)
        for column, array in columns.items()
    ):
        return None
    lengths = {column: array.rows for column, array in columns.items()}
    shown = ",".join(names[place] for place in matched.places.values())
    source = _Source(
        f"arrays {{{printable(shown)}}}",
        min(lengths.values()),
        sum(array.dtype.itemsize for array in columns.values()),
        [lane(array) for array in columns.values()],
        lambda parts: dict(zip(columns, parts, strict=True)),
        matched.unit,
    )
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{column} {length:,}" for column, length in lengths.items())
        said = f"the columns have different lengths ({counts}); {source.rows:,} rows are used"
        source.findings.append(finding("unequal_columns", said))
    return source


def _table(array: Array, shown: str) -> _Source:
    """Records, or four columns whose order is told from a sample."""
    if not is_table(array):
        raise UnknownArray(_no_table(array))
    if array.fields is not None:
        return _records(array, array.fields, shown)
    sample = _four_columns(array, [lane.read(_SAMPLE_ROWS) for lane in _lanes(array)])
    order = tell_columns(sample[: array.rows]) if len(sample) else COLUMN_ORDERS[0]
    if order is None:
        raise UnknownArray(f"which column of {shown} is which cannot be told")
    said = f"the columns of {shown} are taken for {', '.join(order)}"
    return _Source(
        f"{shown} of shape {'×'.join(str(side) for side in array.shape)} ({','.join(order)})",
        array.rows,
        4 * array.dtype.itemsize,
        _lanes(array),
        lambda parts: dict(zip(order, _four_columns(array, parts).T, strict=True)),
        findings=[finding("columns_guessed", said)],
    )


def _records(array: Array, named: Matched, shown: str) -> _Source:
    fields = array.dtype.names or ()
    keys = {column: fields[place] for column, place in named.places.items()}
    return _Source(
        f"{shown} of records ({printable(','.join(keys.values()))})",
        array.rows,
        array.dtype.itemsize,
        [lane(array)],
        lambda parts: {column: parts[0][key] for column, key in keys.items()},
        named.unit,
    )


def _lanes(array: Array) -> list[Lane]:
    if array.columns_come_first:
        return [lane(array, first_item=column * array.rows) for column in range(4)]
    return [lane(array, width=4)]


def _four_columns(array: Array, parts: list[Raw]) -> Raw:
    """What was read of the lanes as a table; shape (N, 4)."""
    if not array.columns_come_first:
        return parts[0]
    shortest = min(len(part) for part in parts)
    return np.stack([part[:shortest] for part in parts], axis=1)


def _decode(path: Path, source: _Source, facts: Facts) -> Iterator[Run]:
    facts.layout = source.layout
    facts.findings += source.findings
    most = max(1, RUN_BYTES // source.row_bytes)
    raw = source.read(min(most, source.rows))
    decoding = RawDecoding(path, {name: [raw[name]] for name in "tp"}, len(raw["t"]), source.unit)
    done = 0
    while len(raw["t"]):
        done += len(raw["t"])
        yield decoding.run(raw, done / source.rows)
        raw = source.read(min(most, source.rows - done))
    if done < source.rows:
        said = f"the header states {source.rows:,} events, {done:,} are there"
        facts.findings.append(finding("truncated", said))
    facts.findings += decoding.findings()
