"""Folders → datasets: which files under the given paths may be recordings."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import CannotRead, RecordingError
from evtui.recordings.formats import ENDINGS, identify

_TOLD_BY_CONTENT = frozenset({".txt", ".csv", ".npy", ".npz"})
"""Endings that far more often are something else: such a file is listed if it holds events."""

NO_FILE = "is not a file but a pipe or a device"
FOLDER = "is a folder, not a recording"
NO_SUCH_FILE = CannotRead.because(Path(), FileNotFoundError()).reason

Identity = tuple[int, int]
"""Device and inode: the same folder by whatever path."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file that may be a recording, as the folder knows it."""

    path: Path
    folder: str
    """The file's folder relative to the path that was given; empty at its top."""
    bytes: int
    mtime_ns: int

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A path that could not be looked into, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is listed, as it was just before."""

    path: Path
    relative: str
    """Relative to the path that was given; empty at its top."""
    mtime_ns: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Inner:
    """A folder in one that is listed."""

    path: Path
    relative: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A file whose ending is mostly of something else: only its content tells what it is."""

    dataset: Dataset


Entry = Folder | Dataset | Doubtful | Obstacle
Cancelled = Callable[[], bool]


def discover(
    paths: Sequence[Path], cancelled: Cancelled = lambda: False
) -> Iterator[Dataset | Obstacle]:
    """Walk files and folders, depth first in order of name.

    A file given by name is always listed; inside folders the ending decides, and for text and
    NumPy files their content.  Hidden entries are passed over.  Each folder is entered once, so
    that links that lead back end.
    """
    for item in walk(paths, cancelled):
        if isinstance(item, Doubtful):
            if holds_events(item.dataset.path):
                yield item.dataset
        elif not isinstance(item, Folder):
            yield item


def walk(paths: Sequence[Path], cancelled: Cancelled) -> Iterator[Entry]:
    """As ``discover``, but no file is opened; and every folder is told before what is in it."""
    entered: set[Identity] = set()
    for root in paths:
        if _is_folder(root):
            yield from walk_folder(root, "", entered, cancelled)
        else:
            yield look_at(root, "")


def walk_folder(
    folder: Path, relative: str, entered: set[Identity], cancelled: Cancelled
) -> Iterator[Entry]:
    """What is in a folder and further down.

    Args:
        folder: where to begin.
        relative: the folder relative to the path that was given.
        entered: folders that are passed over; those that are listed now are added.
        cancelled: ends it.
    """
    # A stack of our own: some trees are deeper than Python's.
    inside: list[tuple[Folder, Iterator[os.DirEntry[str]]]] = []
    to_enter: tuple[Path, str] | None = (folder, relative)
    while (to_enter or inside) and not cancelled():
        if to_enter:
            listing, to_enter = _list(*to_enter, entered), None
            if isinstance(listing, Obstacle):
                yield listing
            elif listing is not None:
                inside.append(listing)
                yield listing[0]
            continue
        at, entries = inside[-1]
        entry = next(entries, None)
        if entry is None:
            inside.pop()
        elif _is_folder(entry):
            to_enter = (at.path / entry.name, _below(at.relative, entry.name))
        elif (item := _candidate(at, entry.name)) is not None:
            yield item


def list_folder(
    folder: Path, relative: str, is_known: Callable[[Path], bool]
) -> Iterator[Entry | Inner]:
    """What is in one folder and not further down; its folders are told, and not entered.

    Args:
        folder: to list.
        relative: the folder relative to the path that was given.
        is_known: says which files need not be told.
    """
    listing = _list(folder, relative, set())
    if listing is None or isinstance(listing, Obstacle):
        return
    at, entries = listing
    yield at
    for entry in entries:
        if _is_folder(entry):
            yield Inner(folder / entry.name, _below(relative, entry.name))
            continue
        item = None if is_known(folder / entry.name) else _candidate(at, entry.name)
        if item is not None:
            yield item


def look_at(path: Path, folder: str) -> Dataset | Obstacle:
    """A file as it is now, whatever its ending."""
    try:
        status = path.stat()
    except OSError as error:
        return Obstacle(path, CannotRead.because(path, error).reason)
    if stat.S_ISDIR(status.st_mode):
        return Obstacle(path, FOLDER)
    if not stat.S_ISREG(status.st_mode):
        return Obstacle(path, NO_FILE)
    return Dataset(path, folder, status.st_size, status.st_mtime_ns)


def holds_events(path: Path) -> bool:
    """Whether the content of a file is of a known format."""
    try:
        identify(path)
    except RecordingError:
        return False
    return True


def _list(
    folder: Path, relative: str, entered: set[Identity]
) -> tuple[Folder, Iterator[os.DirEntry[str]]] | Obstacle | None:
    """The entries of a folder that are not hidden, in order of name; None if it was entered."""
    try:
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        if identity in entered:
            return None
        entered.add(identity)
        with os.scandir(folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
    except OSError as error:
        return Obstacle(folder, CannotRead.because(folder, error).reason)
    entries.sort(key=lambda entry: entry.name)
    return Folder(folder, relative, status.st_mtime_ns, identity), iter(entries)


def _below(relative: str, name: str) -> str:
    return f"{relative}/{name}" if relative else name


def _is_folder(entry: os.DirEntry[str] | Path) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in circles, a folder above that may not be entered
        return False


def _candidate(folder: Folder, name: str) -> Dataset | Doubtful | Obstacle | None:
    """What a file in a folder is by its ending; None where it is no recording."""
    ending = "." + name.rpartition(".")[2].lower()
    if ending not in ENDINGS or "." not in name:
        return None
    item = look_at(folder.path / name, folder.relative)
    if ending not in _TOLD_BY_CONTENT:
        return item
    return Doubtful(item) if isinstance(item, Dataset) else None
