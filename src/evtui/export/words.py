"""Prophesee's words: what the writers of EVT2, EVT3 and DAT have in common.

The formats are docs.prophesee.ai, "EVT 2.0", "EVT 3.0" and "DAT File Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evtui import __version__
from evtui.errors import ExportError
from evtui.events import Events, Times
from evtui.export.kinds import Heading
from evtui.files import cannot_write, written_beside


class Coder(Protocol):
    """Turns events into the words of a format; it goes on where it left off."""

    largest: int
    """The largest column or row there is a place for."""

    def words(self, t: Times, events: Events) -> NDArray[Any]:
        """The words of some events.

        Args:
            t: their times on the file's clock, ascending from one call to the next.
            events: whose own ``t`` is not looked at.

        Raises:
            ValueError: there is no place for a time; the message says why.
        """
        ...


class WordsWriter:
    """Streams events into one file of words."""

    def __init__(self, path: Path, file: IO[bytes], coder: Coder, offset_us: int) -> None:
        """Write where the file is now.

        Args:
            path: the target, for messages.
            file: open for writing.
            coder: of the format.
            offset_us: is added to every t.
        """
        self._path = path
        self._file = file
        self._coder = coder
        self._offset_us = offset_us
        self._latest = 0

    def append(self, events: Events) -> None:
        """See ``kinds.EventWriter``."""
        if not len(events):
            return
        t = events.t + self._offset_us
        self._check(t, events)
        try:
            words = self._coder.words(t, events)
        except ValueError as error:
            raise ExportError(f"{self._path}: cannot be written: {error}") from error
        self._latest = int(t[-1])
        try:
            self._file.write(words.tobytes())
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _check(self, t: Times, events: Events) -> None:
        largest = self._coder.largest
        if max(int(events.x.max()), int(events.y.max())) > largest:
            said = f"an event lies beyond column or row {largest}, the last this format knows"
            raise ExportError(f"{self._path}: cannot be written: {said}")
        if int(t[0]) < 0:
            raise ExportError(f"{self._path}: cannot be written: an event lies before time 0")
        if int(t[0]) < self._latest or np.any(t[1:] < t[:-1]):
            raise ExportError(f"{self._path}: cannot be written: time goes back")


@contextmanager
def words_writer(path: Path, header: bytes, coder: Coder, offset_us: int) -> Iterator[WordsWriter]:
    """A writer whose file begins with a header."""
    with written_beside(path) as beside, beside.open("wb") as file:
        file.write(header)
        yield WordsWriter(path, file, coder, offset_us)


def raw_header(version: str, name: str, heading: Heading, more: str = "") -> bytes:
    """The header of a RAW file.

    Args:
        version: as ``2.0``.
        name: as ``EVT2``.
        heading: tells the sensor's size.
        more: lines of its own.
    """
    size = f"height={heading.height};width={heading.width}"
    return (
        f"% evt {version}\n% format {name};{size}\n% geometry {heading.width}x{heading.height}\n"
        f"% integrator_name evtui {__version__}\n{more}% end\n"
    ).encode()


def clock_of(heading: Heading, period_us: int) -> tuple[int, str]:
    """What to add to times so that a clock that starts again can show them, and a line about it.

    A clock that is set long after its first turn, such as one of seconds since 1970, is written as
    if it were in that first turn; the header tells what that took from it.

    Args:
        heading: tells the clock at time 0.
        period_us: after which the format's clock starts again.
    """
    turns = heading.t_first_us // period_us * period_us
    line = f"% evtui_time_offset_us {turns}\n" if turns else ""
    return heading.t_first_us - turns, line
