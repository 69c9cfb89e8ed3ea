"""The hand-over: columns that the loading process writes and this one maps, without a copy.

Each column has a nameless file of its own, in memory where the system offers that (Linux) and on
disk elsewhere.  Nothing of it is left once the last process that holds it has ended.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import BYTES_PER_EVENT
from evtui.recordings.conventions import tell_size
from evtui.recordings.memory import Columns
from evtui.store.mapping import Mapping

Column: TypeAlias = NDArray[Any]

DTYPES: dict[str, np.dtype[Any]] = {
    "t": np.dtype(np.int64),
    "x": np.dtype(np.int16),
    "y": np.dtype(np.int16),
    "polarity": np.dtype(np.int8),
}
"""The columns in the order of their files; evlib's schema, see ``Columns``."""

_SORT_STEP = 1 << 20


class ColumnFiles:
    """The receiving end: makes the files, and maps them once they are written."""

    def __init__(self) -> None:
        """Make one empty file a column.

        Raises:
            OSError: the system gives no more files.
        """
        self.fds: list[int] = []
        """File descriptors, one a column, to be inherited by the loading process."""
        try:
            for name in DTYPES:
                self.fds.append(_nameless_file(name))
        except OSError:
            self.close()
            raise

    def columns(self, rows: int) -> Columns:
        """Map what was written; the mappings outlive this object.

        Raises:
            ValueError: a file has another length than ``rows``.
        """
        pairs = zip(self.fds, DTYPES.values(), strict=True)
        return Columns(*(_mapped(fd, dtype, rows) for fd, dtype in pairs))

    def close(self) -> None:
        """Close the files; columns that were mapped stay as they are."""
        while self.fds:
            os.close(self.fds.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(slots=True)
class Written:
    """What was counted while the columns were written."""

    rows: int = 0
    on: int = 0
    width: int = 0
    """Columns of a sensor that holds every event."""
    height: int = 0
    steps_back: int = 0
    """Events earlier than the one before them, before the columns were sorted."""
    largest_step_back: int = 0
    """µs."""

    def guess_size(self) -> tuple[int, int]:
        """Columns and rows of the smallest known sensor that holds every event."""
        width, height, _ = tell_size(self.width, self.height)
        return width, height


class ColumnWriter:
    """The sending end, in the loading process."""

    def __init__(self, fds: Sequence[int], most_bytes: int | None = None) -> None:
        """Write to the files that ``ColumnFiles`` made.

        Args:
            fds: one a column.
            most_bytes: of all columns together; a small file may unpack to any size.
        """
        self._fds = fds
        self._most_bytes = most_bytes
        self._last_t: int | None = None
        self.written = Written()

    def append(self, t: Column, x: Column, y: Column, polarity: Column) -> None:
        """Add events, all columns of one length and of the dtypes of ``Columns``.

        Raises:
            MemoryError: they are more than may be written.
            OSError: no room is left for them.
        """
        if not len(t):
            return
        size = (self.written.rows + len(t)) * BYTES_PER_EVENT
        if self._most_bytes is not None and size > self._most_bytes:
            raise MemoryError("the events are more than there is memory for")
        for fd, dtype, column in zip(self._fds, DTYPES.values(), (t, x, y, polarity), strict=True):
            _write_all(fd, np.ascontiguousarray(column, dtype))
        self._count(t, x, y, polarity)

    @property
    def columns(self) -> Columns:
        """All that was written."""
        pairs = zip(self._fds, DTYPES.values(), strict=True)
        return Columns(*(_mapped(fd, dtype, self.written.rows) for fd, dtype in pairs))

    def _count(self, t: Column, x: Column, y: Column, polarity: Column) -> None:
        counted = self.written
        counted.rows += len(t)
        counted.on += int(np.count_nonzero(polarity > 0))
        counted.width = max(counted.width, int(x.view(np.uint16).max()) + 1)
        counted.height = max(counted.height, int(y.view(np.uint16).max()) + 1)
        steps = np.diff(t, prepend=t[0] if self._last_t is None else self._last_t)
        self._last_t = int(t[-1])
        if (worst := int(steps.min())) < 0:
            counted.steps_back += int(np.count_nonzero(steps < 0))
            counted.largest_step_back = max(counted.largest_step_back, -worst)

    def sort(self) -> None:
        """Put the events in order of time; those of one time stay in the order they came in."""
        if not self.written.steps_back:
            return
        rows = self.written.rows
        order = np.argsort(_mapped(self._fds[0], DTYPES["t"], rows), kind="stable")
        for fd, dtype in zip(self._fds, DTYPES.values(), strict=True):
            column = np.array(_mapped(fd, dtype, rows))
            os.lseek(fd, 0, os.SEEK_SET)
            for start in range(0, rows, _SORT_STEP):
                _write_all(fd, column[order[start : start + _SORT_STEP]])


def _nameless_file(name: str) -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create(f"evtui-{name}", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile(prefix="evtui-") as file:
        return os.dup(file.fileno())


def _mapped(fd: int, dtype: np.dtype[Any], rows: int) -> Column:
    size = os.fstat(fd).st_size
    if size != rows * dtype.itemsize:
        raise ValueError(f"{rows} events were announced, {size // dtype.itemsize} were written")
    if not rows:
        return np.empty(0, dtype)
    return np.frombuffer(Mapping(fd), dtype)


def _write_all(fd: int, column: Column) -> None:
    rest = column.data.cast("B")
    while rest:
        rest = rest[os.write(fd, rest) :]
