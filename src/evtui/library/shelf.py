"""The shelf: recordings that stay open for a while, so that opening one again costs nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from evtui.errors import CannotRead
from evtui.recordings.base import Recording
from evtui.recordings.formats import open_in_place
from evtui.timing import Stopwatch

Opener = Callable[[Path, Stopwatch | None], Recording]
_State = tuple[int, int]


class Shelf:
    """A few open recordings, the least recently used closed first.  Safe to use from any thread."""

    def __init__(self, places: int = 4, opener: Opener = open_in_place) -> None:
        """Make an empty shelf.

        Args:
            places: how many recordings stay open that nobody has taken.
            opener: how one is opened.
        """
        self._places = places
        self._opener = opener
        self._lock = threading.Lock()
        self._opening: dict[Path, threading.Lock] = {}
        self._open: OrderedDict[Path, tuple[_State, Recording]] = OrderedDict()
        self._taken: dict[Path, int] = {}

    def take(self, path: Path, stopwatch: Stopwatch | None = None) -> Recording:
        """An open recording of the file as it is now; give it back with ``put_back``.

        Two threads that ask for one file at once get one recording, opened once.

        Raises:
            RecordingError: it cannot be opened in place.
        """
        with self._lock:
            opening = self._opening.setdefault(path, threading.Lock())
        with opening:
            state = _state(path)
            with self._lock:
                held = self._open.get(path)
                if held is not None and held[0] == state:
                    self._open.move_to_end(path)
                    self._taken[path] = self._taken.get(path, 0) + 1
                    return held[1]
            recording = self._opener(path, stopwatch)
            with self._lock:
                self._drop(path)
                self._open[path] = (state, recording)
                self._taken[path] = self._taken.get(path, 0) + 1
                self._tidy()
            return recording

    def put_back(self, path: Path) -> None:
        """Say that a taken recording is no longer in use; it stays open while there is a place."""
        with self._lock:
            left = self._taken.get(path, 0) - 1
            if left > 0:
                self._taken[path] = left
            else:
                self._taken.pop(path, None)
            self._tidy()

    def close(self) -> None:
        """Close every recording, taken or not."""
        with self._lock:
            for path in list(self._open):
                self._drop(path)

    def _tidy(self) -> None:
        idle = [path for path in self._open if path not in self._taken]
        for path in idle[: max(0, len(self._open) - self._places)]:
            self._drop(path)

    def _drop(self, path: Path) -> None:
        held = self._open.pop(path, None)
        if held is not None:
            held[1].close()


def _state(path: Path) -> _State:
    try:
        status = path.stat()
    except OSError as error:
        raise CannotRead.because(path, error) from error
    return status.st_size, status.st_mtime_ns
