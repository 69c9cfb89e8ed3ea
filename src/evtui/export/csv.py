"""Events into text: a line ``t,x,y,p`` of names, then one event a line.

t is whole µs, p is 1 for ON and 0 for OFF.  There is no comment, which most readers of tables take
for a row or for the names; so nothing states the unit and the sensor's size.  Our reader knows the
unit by these names (``text_shape.EXPORTED_NAMES``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from evtui.events import Events
from evtui.export.kinds import Heading
from evtui.files import cannot_write, written_beside

NAMES = b"t,x,y,p\n"


@contextmanager
def open_csv(path: Path, heading: Heading) -> Iterator[CsvWriter]:
    """See ``kinds.OpenWriter``."""
    with written_beside(path) as beside, beside.open("wb") as file:
        file.write(NAMES)
        yield CsvWriter(path, file, heading.t_first_us)


class CsvWriter:
    """Streams events into one file of text."""

    def __init__(self, path: Path, file: IO[bytes], t_first_us: int) -> None:
        """Write where the file is now.

        Args:
            path: the target, for messages.
            file: open for writing.
            t_first_us: is added to every t.
        """
        self._path = path
        self._file = file
        self._t_first_us = t_first_us

    def append(self, events: Events) -> None:
        """See ``kinds.EventWriter``."""
        columns = {"t": events.t + self._t_first_us, "x": events.x, "y": events.y, "p": events.p}
        lines = io.BytesIO()
        pl.DataFrame(columns).write_csv(lines, include_header=False)
        try:
            self._file.write(lines.getbuffer())
        except OSError as error:
            raise cannot_write(self._path, error) from error
