"""Another program that keeps bookmarks; in a module that a child process can import."""

from __future__ import annotations

from multiprocessing.synchronize import Barrier
from pathlib import Path

from evtui.library.bookmarks import Bookmarks

SIZE, FIRST_US = 1_000, 5_000_000


def open_again(path: Path, folder: Path, size: int = SIZE, first_us: int = FIRST_US) -> Bookmarks:
    return Bookmarks.of(path, size, first_us, folder)


def add_many(path: Path, folder: Path, start: int, barrier: Barrier) -> None:
    bookmarks = open_again(path, folder)
    barrier.wait()
    for time_us in range(start, start + 25):
        bookmarks.add(time_us, f"by {start}")
