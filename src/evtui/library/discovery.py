"""Folders → datasets: which files under the given paths may be recordings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import CannotRead, RecordingError
from evtui.recordings.formats import ENDINGS, identify

_TOLD_BY_CONTENT = frozenset({".txt", ".csv", ".npy", ".npz"})
"""Endings that far more often are something else: such a file is listed if it holds events."""


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


def discover(
    paths: Sequence[Path], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Dataset | Obstacle]:
    """Walk files and folders, depth first in order of name.

    A file given by name is always listed; inside folders the ending decides.  Hidden entries are
    passed over.  Each folder is entered once, so that links that lead back end.
    """
    entered: set[tuple[int, int]] = set()
    for root in paths:
        if root.is_dir():
            yield from _walk(root, root, entered, cancelled)
        else:
            yield _dataset(root, "")


def _walk(
    folder: Path, root: Path, entered: set[tuple[int, int]], cancelled: Callable[[], bool]
) -> Iterator[Dataset | Obstacle]:
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in entered:
            return
        entered.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Obstacle(folder, CannotRead.because(folder, error).reason)
        return
    relative = folder.relative_to(root).as_posix()
    for entry in entries:
        if cancelled():
            return
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if _is_folder(entry):
            yield from _walk(path, root, entered, cancelled)
        elif _is_candidate(path):
            yield _dataset(path, "" if relative == "." else relative)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in circles
        return False


def _is_candidate(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        return False
    if ending not in _TOLD_BY_CONTENT:
        return True
    try:
        identify(path)
    except RecordingError:
        return False
    return True


def _dataset(path: Path, folder: str) -> Dataset | Obstacle:
    try:
        status = path.stat()
    except OSError as error:
        return Obstacle(path, CannotRead.because(path, error).reason)
    return Dataset(path, folder, status.st_size, status.st_mtime_ns)
