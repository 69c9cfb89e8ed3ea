"""Events into Parquet, in evlib's schema: x i16, y i16, t Duration(µs), polarity i8 of −1 and +1.

Row groups follow each other in time and state their least and greatest ``t``, so a reader skips
those that a query does not want.  The file's own metadata has the sensor's width and height.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.kinds import Heading
from evtui.files import cannot_write, written_beside
from evtui.store.scanning import SCHEMA, as_frame

ROW_GROUP_EVENTS = 1 << 20
"""Events in one row group, but for the last: what is read at least, and held while writing."""

_LARGEST_COORDINATE = int(np.iinfo(np.int16).max)
_FRAMES_WAITING = 2
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


@contextmanager
def open_parquet(path: Path, heading: Heading) -> Iterator[ParquetWriter]:
    """See ``kinds.OpenWriter``."""
    with written_beside(path) as beside, ThreadPoolExecutor(1) as thread:
        writer = ParquetWriter(path, heading)
        sink = thread.submit(writer.sink, beside)
        try:
            yield writer
        finally:
            # Also where all of it is to be deleted: polars may open the file once more after an
            # error that stops it, but not after an end.
            writer.finish()
        sink.result()
        writer.complain()


class ParquetWriter:
    """Hands events over to polars, which pulls them in a thread of its own and writes them."""

    def __init__(self, path: Path, heading: Heading) -> None:
        """Begin with no events.

        Args:
            path: the file, for messages.
            heading: what the file says beside the events.
        """
        self._path = path
        self._heading = heading
        self._queue: Queue[pl.DataFrame | None] = Queue(_FRAMES_WAITING)
        self._fault: Exception | None = None
        self._over = False
        """Whether the end of all frames was taken from the queue."""

    def append(self, events: Events) -> None:
        """See ``kinds.EventWriter``."""
        self.complain()
        largest = max((int(side.max()) for side in (events.x, events.y) if len(side)), default=0)
        if largest > _LARGEST_COORDINATE:
            raise ExportError(
                f"{self._path}: evlib's columns have no place for a pixel at {largest}"
                f" ({_LARGEST_COORDINATE} is the last)"
            )
        self._queue.put(as_frame(events, self._heading.t_first_us))

    def finish(self) -> None:
        """There are no more events."""
        self._queue.put(None)

    def complain(self) -> None:
        """Raise ``ExportError`` if polars could not write."""
        if self._fault is not None:
            raise self._as_export_error(self._fault) from self._fault

    def sink(self, beside: Path) -> None:
        """Write all frames that come; an error is kept for ``complain``."""
        try:
            register_io_source(self._frames, schema=SCHEMA).sink_parquet(
                beside,
                compression="zstd",
                row_group_size=ROW_GROUP_EVENTS,
                metadata=_as_metadata(self._heading),
                engine="streaming",
            )
        except (pl.exceptions.PolarsError, OSError) as error:
            self._fault = error
        finally:
            while not self._over:  # or whoever appends would wait forever
                self._take()

    def _frames(
        self,
        _with_columns: list[str] | None,
        _predicate: pl.Expr | None,
        _n_rows: int | None,
        _batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        """What polars calls for the frames; all of them are wanted."""
        while (frame := self._take()) is not None:
            yield frame

    def _take(self) -> pl.DataFrame | None:
        frame = self._queue.get()
        self._over = frame is None
        return frame

    def _as_export_error(self, fault: Exception) -> ExportError:
        """The usual words for what the system refused, whose number polars only writes in text."""
        number = _SYSTEM_ERROR.search(str(fault))
        if number is None:
            return ExportError(f"{self._path}: cannot be written: {fault}")
        code = int(number[1])
        return cannot_write(self._path, OSError(code, os.strerror(code)))


def _as_metadata(heading: Heading) -> dict[str, str]:
    """Keys and values of the file's metadata, which are text."""
    told: dict[str, Any] = {
        **heading.attributes,
        "width": heading.width,
        "height": heading.height,
    }
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()
    }
