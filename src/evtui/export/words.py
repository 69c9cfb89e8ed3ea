"""Prophesee's words: what the writers of EVT2, EVT3 and DAT have in common.

The formats are docs.prophesee.ai, "RAW File Format", "EVT 2.0", "EVT 3.0" and "DAT File Format".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui import __version__
from evtui.errors import ExportError
from evtui.events import Events, Times
from evtui.export.kinds import Heading
from evtui.files import cannot_write, written_beside

_AT_ONCE = 1 << 17
"""Events that are coded together: the memory for it stays small however many are appended."""

Header: TypeAlias = Callable[[int], bytes]
"""Makes a file's header from the µs that were taken from every time."""


class Coder(Protocol):
    """Turns events into the words of a format; it goes on where it left off."""

    largest: int
    """The largest column or row there is a place for."""

    @property
    def turn_us(self) -> int | None:
        """After how long the format's clock starts again; None if nothing may be beyond that."""
        ...

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

    def __init__(
        self, path: Path, file: IO[bytes], header: Header, coder: Coder, t_first_us: int
    ) -> None:
        """Write nothing yet: the header needs the first event.

        Args:
            path: the target, for messages.
            file: open for writing, empty.
            header: of the file.
            coder: of the format.
            t_first_us: the clock at time 0 of the events.
        """
        self._path = path
        self._file = file
        self._header = header
        self._coder = coder
        self._t_first_us = t_first_us
        self._taken_us: int | None = None
        self._latest = 0

    def append(self, events: Events) -> None:
        """See ``kinds.EventWriter``."""
        for start in range(0, len(events), _AT_ONCE):
            self._append(events[start : start + _AT_ONCE])

    def begin(self, first_us: int = 0) -> None:
        """Write the header, unless it is there.

        A clock that is set long after its first turn, such as one of seconds since 1970, is written
        as if it were in that turn; the header tells what that took from every time.

        Args:
            first_us: the clock at the first event.
        """
        if self._taken_us is None:
            turn_us = self._coder.turn_us
            self._taken_us = first_us // turn_us * turn_us if turn_us else 0
            self._write(self._header(self._taken_us))

    def _append(self, events: Events) -> None:
        t = events.t + self._t_first_us
        self._check(t, events)
        self.begin(int(t[0]))
        self._latest = int(t[-1])
        try:
            words = self._coder.words(t - (self._taken_us or 0), events)
        except ValueError as error:
            raise self._refused(str(error)) from error
        self._write(words.data)

    def _check(self, t: Times, events: Events) -> None:
        largest = self._coder.largest
        if max(int(events.x.max()), int(events.y.max())) > largest:
            raise self._refused(
                f"an event lies beyond column or row {largest}, the last this format knows"
            )
        if int(t[0]) < 0:
            raise self._refused(
                "an event lies before time 0 (--relative counts from the first event)"
            )
        if int(t[0]) < self._latest or np.any(t[1:] < t[:-1]):
            raise self._refused("time goes back")

    def _refused(self, why: str) -> ExportError:
        return ExportError(f"{self._path}: cannot be written: {why}")

    def _write(self, data: bytes | memoryview) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise cannot_write(self._path, error) from error


@contextmanager
def words_writer(
    path: Path, header: Header, coder: Coder, t_first_us: int
) -> Iterator[WordsWriter]:
    """A writer of a file of words; see ``kinds.Opened``."""
    with written_beside(path) as beside, beside.open("wb") as file:
        writer = WordsWriter(path, file, header, coder, t_first_us)
        yield writer
        writer.begin()


def raw_header(version: str, name: str, heading: Heading) -> Header:
    """The header of a RAW file.

    It names no integrator and no plugin: OpenEB gives such files to Prophesee's plugin, and before
    version 4 no other (``device_discovery.cpp``).

    Args:
        version: as ``2.0``.
        name: as ``EVT2``.
        heading: tells the sensor's size.
    """
    lines = [
        f"evt {version}",
        f"format {name};height={heading.height};width={heading.width}",
        f"geometry {heading.width}x{heading.height}",
        f"software evtui {__version__}",
    ]

    def header(taken_us: int) -> bytes:
        taken = [f"evtui_time_offset_us {taken_us}"] if taken_us else []
        return "".join(f"% {line}\n" for line in [*lines, *taken, "end"]).encode()

    return header
