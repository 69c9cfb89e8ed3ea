"""Decoded events kept on disk: what nobody can seek in opens at once the second time.

Bounded by a budget, the least recently used first, and never more than half of what the disk has
left.  What is mapped from here holds no memory that the system could not take back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import ExportError, NeedsLoading, NotEnoughMemory
from evtui.library.shelf import Opener
from evtui.recordings.base import Recording
from evtui.store.kept_file import NotWanted, read_kept, write_kept
from evtui.store.loaded import Loaded
from evtui.store.plan import EVLIB, OWN
from evtui.timing import Stopwatch
from evtui.units import format_bytes

_LOADERS = (OWN, EVLIB)
_ENDING = ".events"
_PATIENCE_S = 2.0
_ABANDONED_S = 24 * 3600.0
"""After that long, what was begun and not finished belongs to a program that was killed."""


@dataclass(frozen=True, slots=True)
class _Entry:
    file: Path
    bytes: int
    used_at: float


class KeptEvents:
    """The folder of kept events.  Safe to use from any thread, and by several programs at once."""

    def __init__(self, folder: Path | None = None, budget: int = 0) -> None:
        """Nothing is read or written yet.

        Args:
            folder: made when it is first needed; None keeps nothing.
            budget: bytes at most; 0 keeps nothing.
        """
        self._folder = folder
        self.budget = budget
        """Bytes at most; one that is lowered acts with the next ``keep``, or at ``shrink``."""
        self._writing = threading.Lock()
        self._stopped = False

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return self._folder is not None and self.budget > 0

    def find(self, path: Path, loader: str) -> Loaded | None:
        """A recording's events as this loader decoded them, if its file has not changed since."""
        file = self._file(path, loader)
        if file is None:
            return None
        try:
            if not path.exists():
                return None
            loaded = read_kept(file, path)
        except OSError:
            return None  # not there, or not to be had now: of too many open files, say
        except ValueError:
            _remove(file)  # of another version, of an older state of the recording, or damaged
            return None
        with contextlib.suppress(OSError):  # a folder that became read-only still serves
            os.utime(file)
        return loaded

    def find_any(self, path: Path) -> Loaded | None:
        """The same, whoever decoded them."""
        found = (self.find(path, loader) for loader in _LOADERS)
        return next((loaded for loaded in found if loaded is not None), None)

    def keep(self, loaded: Loaded, loader: str) -> None:
        """Write a recording's events, and drop those for which no room is left.

        Nothing is written of a file that has changed since it was loaded.

        Args:
            loaded: what the loader gave.
            loader: that decoded them.

        Raises:
            NotEnoughMemory: there is no room for them, neither by the budget nor on the disk.
            ExportError: they cannot be written.
        """
        with self._writing:
            file = self._file(loaded.path, loader)
            if file is None or not loaded.is_of(loaded.path):
                return
            self._make_room(file.parent, loaded.bytes)
            with contextlib.suppress(NotWanted):
                write_kept(file, loaded, lambda: self._stopped)
            self.shrink()  # for head and counts, and what others wrote or changed meanwhile

    def drop(self, path: Path) -> None:
        """Drop a recording's events, whoever decoded them."""
        for loader in _LOADERS:
            if (file := self._file(path, loader)) is not None:
                _remove(file)

    def shrink(self) -> None:
        """Drop what is more than the budget; least recently used first."""
        self._shrink(self.budget)

    def sizes(self) -> list[int]:
        """Bytes of each recording that is kept."""
        return [entry.bytes for entry in self._entries()]

    def clear(self) -> None:
        """Drop everything; a recording that plays from here goes on."""
        self._shrink(0)

    def stop(self) -> None:
        """Keep nothing from now on, and wait until what is being written is gone.

        A disk that hangs is not waited for.
        """
        self._stopped = True
        if self._writing.acquire(timeout=_PATIENCE_S):
            self._writing.release()

    def _file(self, path: Path, loader: str) -> Path | None:
        if self._folder is None or not self.on or self._stopped:
            return None
        key = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
        return self._folder / f"{key}-{loader}{_ENDING}"

    def _make_room(self, folder: Path, size: int) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise ExportError(f"{folder}: cannot be used: {error.strerror}") from error
        self._tidy(folder)
        if size > self.budget:
            raise NotEnoughMemory(
                f"{format_bytes(size)} of events are more than the {format_bytes(self.budget)}"
                f" that are kept on disk (disk_budget in the settings)"
            )
        if size > free // 2:
            raise NotEnoughMemory(
                f"{format_bytes(size)} of events are more than half of the"
                f" {format_bytes(free)} that are free on the disk of {folder}"
            )
        self._shrink(self.budget - size)

    def _shrink(self, most: int) -> None:
        entries = sorted(self._entries(), key=lambda entry: entry.used_at)
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            if total <= most:
                return
            _remove(entry.file)
            total -= entry.bytes

    def _entries(self) -> list[_Entry]:
        found: list[_Entry] = []
        if self._folder is None:
            return found
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for file in self._folder.glob(f"*{_ENDING}"):
                with contextlib.suppress(OSError):  # another program has dropped it meanwhile
                    status = file.stat()
                    found.append(_Entry(file, status.st_size, status.st_mtime))
        return found

    def _tidy(self, folder: Path) -> None:
        """Remove what programs that were killed had begun to write."""
        for begun in folder.glob(".evtui-*.part"):
            with contextlib.suppress(OSError):
                if time.time() - begun.stat().st_mtime > _ABANDONED_S:
                    begun.unlink()


def opening_kept(kept: KeptEvents, opener: Opener) -> Opener:
    """An opener that also opens what cannot be opened in place, where its events are kept."""

    def open_kept(path: Path, stopwatch: Stopwatch | None) -> Recording:
        try:
            return opener(path, stopwatch)
        except NeedsLoading:
            found = kept.find_any(path)
            if found is None:
                raise
            return found.recording

    return open_kept


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):  # gone already, or not ours to remove
        file.unlink()
