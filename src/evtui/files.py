"""Whole files or none: write beside the target, then rename."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from evtui.errors import ExportError

_FAULTS: dict[int, str] = {
    errno.ENOENT: "the folder does not exist (make it first)",
    errno.ENOTDIR: "its parent is not a folder",
    errno.EISDIR: "it is a folder (name a file in it)",
    errno.EACCES: "permission denied (check the folder's owner and mode)",
    errno.EPERM: "permission denied (check the folder's owner and mode)",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full (free some space, or choose another folder)",
    errno.EDQUOT: "the disk quota is used up (free some space, or choose another folder)",
    errno.EFBIG: "the file grew over the largest size allowed here",
    errno.ENAMETOOLONG: "the name is too long",
}


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A new, empty file in the target's folder; it takes the target's place when the body ends.

    If the body raises, ``KeyboardInterrupt`` included, the new file is deleted and the target
    stays as it was.  The new file's name begins with a dot and ends in ``.part``, so that no scan
    of the folder takes it for a recording.

    Args:
        path: the target; may exist, and is replaced only at the end.

    Yields:
        The path to write to: open it with ``"wb"``, or hand it to a library.

    Raises:
        ExportError: the file cannot be made, or the body met an ``OSError``.
    """
    beside = path.with_name(f".evtui-{secrets.token_hex(6)}.part")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        beside.touch(exist_ok=False)
        try:
            yield beside
            _reach_disk(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def free_path(path: Path, busy: Collection[Path] = ()) -> Path:
    """The path, or the first of ``name-2``, ``name-3``, … that is not there.

    Args:
        path: as it would be best.
        busy: absolute paths that are about to be there.
    """
    free, number = path, 1
    while os.path.lexists(free) or free.absolute() in busy:
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


def cannot_write(path: Path, error: OSError) -> ExportError:
    """The same words for every writer, from what the operating system said."""
    fault = _FAULTS.get(error.errno or 0) or error.strerror or str(error)
    return ExportError(f"{path}: cannot be written: {fault}")


def _reach_disk(path: Path) -> None:
    """Before the rename: a network disk tells only here that it is full."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
