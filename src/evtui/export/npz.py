"""Events into a NumPy archive: arrays t, x, y and p of one length; width, height and unit of t.

The unit is stated because a reader cannot tell it from the times of a short cut.

An array's length comes before its items, and each array is whole before the next begins.  So the
columns wait in files of their own, without names, in the target's folder.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.export.kinds import Heading
from evtui.files import cannot_write, written_beside

DTYPES: dict[str, np.dtype[Any]] = {
    "t": np.dtype("<i8"),
    "x": np.dtype("<u2"),
    "y": np.dtype("<u2"),
    "p": np.dtype("|u1"),
}
"""t in µs; p is 1 for ON and 0 for OFF."""

_COPIED_BYTES = 1 << 20


@contextmanager
def open_npz(path: Path, heading: Heading) -> Iterator[NpzWriter]:
    """See ``kinds.OpenWriter``.

    The archive is not packed, as NumPy's own usually is not; while it is being written its folder
    holds up to twice its size.
    """
    with written_beside(path) as beside, ExitStack() as files:
        columns = {
            name: files.enter_context(tempfile.TemporaryFile(dir=path.parent)) for name in DTYPES
        }
        writer = NpzWriter(path, columns, heading.t_first_us)
        yield writer
        with zipfile.ZipFile(beside, "w") as archive:
            told = {"width": heading.width, "height": heading.height, "unit": "us"}
            for name, value in told.items():
                with _member(archive, name) as member:
                    np.lib.format.write_array(member, np.array(value))
            for name, file in columns.items():
                _copy_column(archive, name, file, writer.events)
                file.truncate(0)


class NpzWriter:
    """Streams each column of the events into a file of its own."""

    def __init__(self, path: Path, columns: Mapping[str, IO[bytes]], t_first_us: int) -> None:
        """Begin with no events.

        Args:
            path: the target, for messages.
            columns: a file for each of t, x, y and p.
            t_first_us: is added to every t.
        """
        self._path = path
        self._columns = columns
        self._t_first_us = t_first_us
        self.events = 0
        """How many were appended."""

    def append(self, events: Events) -> None:
        """See ``kinds.EventWriter``."""
        columns: dict[str, NDArray[Any]] = {
            "t": events.t + self._t_first_us,
            "x": events.x,
            "y": events.y,
            "p": events.p,
        }
        try:
            for name, values in columns.items():
                items = np.ascontiguousarray(values, DTYPES[name])
                self._columns[name].write(items.data)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self.events += len(events)


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """An array of an archive, open for writing; it may be larger than 4 GB."""
    # Not the time of the clock: equal events make equal files.
    entry = zipfile.ZipInfo(f"{name}.npy")
    with archive.open(entry, "w", force_zip64=True) as member:
        yield member


def _copy_column(archive: zipfile.ZipFile, name: str, file: IO[bytes], events: int) -> None:
    """Make an array out of its items."""
    header = {
        "descr": np.lib.format.dtype_to_descr(DTYPES[name]),
        "fortran_order": False,
        "shape": (events,),
    }
    file.seek(0)
    with _member(archive, name) as member:
        np.lib.format.write_array_header_1_0(member, header)
        shutil.copyfileobj(file, member, _COPIED_BYTES)
