"""Events into HDF5: the layout that opens fastest here and that evlib loads.

::

    /               attributes: format, format_version, width, height, and the caller's own
    └─ events       attributes: width, height
       ├─ t  int64   µs on the sensor's clock; attribute: unit
       ├─ x  uint16  column, 0 at the left
       ├─ y  uint16  row, 0 at the top
       └─ p  uint8   1 is ON, 0 is OFF

Polarity is never −1/+1 and time never in seconds: evlib reads both wrong without a word.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.export.hdf5_packing import LEVEL, Packers
from evtui.export.kinds import Attribute, Heading
from evtui.files import cannot_write, written_beside
from evtui.recordings.hdf5.statements import EVTUI_FORMAT

CHUNK_EVENTS = 32_768
"""Events in one compressed chunk: small enough that a window inflates little."""

FORMAT_VERSION = 1

_PORTABLE = {"compression": "gzip", "compression_opts": LEVEL, "shuffle": True}
_FAST = dict(hdf5plugin.Blosc(cname="lz4", clevel=5, shuffle=hdf5plugin.Blosc.BITSHUFFLE))
_COLUMNS = {"t": np.int64, "x": np.uint16, "y": np.uint16, "p": np.uint8}
_BLOCK_EVENTS = 8 * CHUNK_EVENTS


def open_hdf5(path: Path, heading: Heading) -> Hdf5Writer:
    """Compressed so that every HDF5 library reads it; see ``kinds.OpenWriter``."""
    return _writer(path, heading, fast=False)


def open_blosc(path: Path, heading: Heading) -> Hdf5Writer:
    """Compressed with Blosc; see ``kinds.OpenWriter``."""
    return _writer(path, heading, fast=True)


def _writer(path: Path, heading: Heading, *, fast: bool) -> Hdf5Writer:
    return Hdf5Writer(
        path,
        heading.width,
        heading.height,
        t_first_us=heading.t_first_us,
        fast=fast,
        attributes=heading.attributes,
    )


class Hdf5Writer:
    """Streams events into one HDF5 file, in memory that does not grow with the file.

    Use it in a ``with`` statement.  The file takes its name when the statement ends; if it ends in
    an exception, nothing is left behind and an existing file stays as it was.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        *,
        t_first_us: int = 0,
        fast: bool = False,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> None:
        """Describe the file; nothing is touched before the ``with`` statement begins.

        Args:
            path: the file; an existing one is replaced.
            width: columns of the sensor.
            height: rows of the sensor.
            t_first_us: the sensor's clock at time 0 of the events; added to every ``t``.
            fast: compress with Blosc (lz4, bit shuffle) instead of gzip 1 with byte shuffle.  It
                reads and writes several times as fast, but a reader needs the Blosc plugin.
            attributes: more attributes of the file; each below 64 kB, which is HDF5's limit.

        Entering and leaving the ``with`` statement raise ``ExportError`` where the file cannot be
        written, as ``append`` does.
        """
        self._path = path
        self._t_first_us = t_first_us
        self._file = _Hdf5File(width, height, attributes or {}, fast=fast)
        self._waiting: list[Events] = []
        self._waiting_events = 0

    def append(self, events: Events) -> None:
        """Add events after those already there; their arrays must not be changed afterwards.

        Raises:
            ExportError: the disk is full, or went away.
        """
        self._waiting.append(events)
        self._waiting_events += len(events)
        if self._waiting_events >= _BLOCK_EVENTS:
            self._write(self._waiting_events // CHUNK_EVENTS * CHUNK_EVENTS)

    def __enter__(self) -> Self:
        self._context = self._opened()
        self._context.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(kind, error, traceback)

    @contextmanager
    def _opened(self) -> Iterator[None]:
        """All of HDF5 runs in one thread, and in others the packing, while the caller goes on.

        And Ctrl-C then never strikes inside the library, which would not survive it: Python raises
        it in the main thread only.
        """
        with written_beside(self._path) as beside, ThreadPoolExecutor(1) as self._thread:
            try:
                self._last: Future[None] = self._thread.submit(self._file.open, beside)
                self._last.result()
                yield
                self._write(self._waiting_events)
                self._last.result()
            finally:
                self._thread.submit(self._file.close).result()
            self._complain()

    def _write(self, count: int) -> None:
        """Write the first waiting events: whole chunks, but for the last of the file."""
        waiting = Events.concatenate(self._waiting)
        self._waiting = [waiting[count:]]
        self._waiting_events -= count
        events = waiting[:count]
        self._last.result()
        self._complain()
        self._last = self._thread.submit(self._file.write, events, self._t_first_us)

    def _complain(self) -> None:
        if self._file.fault is not None:
            raise cannot_write(self._path, self._file.fault)


class _Hdf5File:
    """The file through the HDF5 library; used by one thread."""

    def __init__(
        self, width: int, height: int, own: Mapping[str, Attribute], *, fast: bool
    ) -> None:
        self._size = {"width": width, "height": height}
        self._own = own
        self._compression = _FAST if fast else _PORTABLE
        self._packers = None if fast else Packers()
        self._raw: _CalmFile | None = None
        self._hdf5: Any = None
        self._columns: dict[str, Any] = {}
        self._rows = 0

    @property
    def fault(self) -> OSError | None:
        """What the operating system refused first, if anything."""
        return self._raw.fault if self._raw else None

    def open(self, path: Path) -> None:
        self._raw = _CalmFile(path, "r+b")
        self._hdf5 = h5py.File(self._raw, "w")
        self._hdf5.attrs.update({name: _fixed(value) for name, value in self._own.items()})
        self._hdf5.attrs.update(self._size, format_version=FORMAT_VERSION)
        self._hdf5.attrs["format"] = _fixed(EVTUI_FORMAT)
        group = self._hdf5.create_group("events")
        group.attrs.update(self._size)
        growing = {"shape": (0,), "maxshape": (None,), "chunks": (CHUNK_EVENTS,)}
        for name, dtype in _COLUMNS.items():
            self._columns[name] = group.create_dataset(
                name, dtype=dtype, **growing, **self._compression
            )
        group["t"].attrs["unit"] = _fixed("us")

    def write(self, events: Events, t_first_us: int) -> None:
        columns: dict[str, NDArray[Any]] = {
            "t": events.t + t_first_us,
            "x": events.x,
            "y": events.y,
            "p": events.p,
        }
        start = self._rows
        self._rows += len(events)
        for dataset in self._columns.values():
            dataset.resize((self._rows,))
        if self._packers is None:
            for name, dataset in self._columns.items():
                dataset[start:] = columns[name]
        else:
            self._write_packed(columns, start, self._packers)

    def _write_packed(
        self, columns: Mapping[str, NDArray[Any]], start: int, packers: Packers
    ) -> None:
        """Write whole chunks past the library's own filters; the first begins at row ``start``."""
        chunks = [
            (name, row, columns[name][row : row + CHUNK_EVENTS])
            for row in range(0, self._rows - start, CHUNK_EVENTS)
            for name in columns
        ]
        packed = packers.pack((values for _, _, values in chunks), CHUNK_EVENTS)
        for (name, row, _), chunk in zip(chunks, packed, strict=True):
            self._columns[name].id.write_direct_chunk((start + row,), chunk)

    def close(self) -> None:
        if self._packers:
            self._packers.close()
        if self._hdf5:
            self._hdf5.close()
        if self._raw:
            self._raw.close()


def _fixed(value: Attribute) -> Any:
    """Text as HDF5's fixed-length kind: a flipped bit in the heap of the other can hang HDF5."""
    if not isinstance(value, str):
        return value
    encoded = value.encode()
    return np.array(encoded, h5py.string_dtype("utf-8", max(1, len(encoded))))


class _CalmFile(io.FileIO):
    """A file for HDF5 to write into that keeps the first error to itself, as ``fault``.

    On a full disk the HDF5 library crashes the process when it closes the file: what it could not
    write it tries to write again (h5py issue 914).  So it never hears of the error; the writer
    looks at ``fault``.
    """

    fault: OSError | None = None

    def write(self, data: Any, /) -> int:
        rest = memoryview(data)
        size = len(rest)
        with self._keeping_fault():
            while rest and self.fault is None:
                rest = rest[super().write(rest) :]
        return size

    def truncate(self, size: int | None = None, /) -> int:
        with self._keeping_fault():
            super().truncate(size)
        return size or 0

    def close(self) -> None:
        with self._keeping_fault():
            super().close()

    @contextmanager
    def _keeping_fault(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.fault = self.fault or error
