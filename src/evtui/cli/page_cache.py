"""Whether the system holds a file in memory, which decides how fast it is read."""

from __future__ import annotations

import contextlib
import os
from enum import StrEnum
from pathlib import Path

from evtui.errors import CannotRead

_SAMPLES = 256


class PageCache(StrEnum):
    """Where the bytes of a file come from when they are read next."""

    COLD = "cold"
    """From the disk."""
    WARM = "warm"
    """From memory, some of them at least."""
    UNKNOWN = "unknown"
    """The system, or the file's, does not tell."""


def drop_from_page_cache(path: Path) -> PageCache:
    """Ask the system to forget a file, and tell what it holds of it then.

    Raises:
        CannotRead: the file cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise CannotRead.because(path, error) from error
    try:
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                os.fsync(file)  # what was written just now is not forgotten before it is on disk
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        return _state(file)
    finally:
        os.close(file)


def _state(file: int) -> PageCache:
    """Of an open file, told from reads of single bytes that fail where they would have to wait."""
    if not hasattr(os, "RWF_NOWAIT"):
        return PageCache.UNKNOWN
    size = os.fstat(file).st_size
    for sample in range(_SAMPLES):
        try:
            os.preadv(file, [bytearray(1)], size * sample // _SAMPLES, os.RWF_NOWAIT)
        except BlockingIOError:
            continue
        except OSError:
            return PageCache.UNKNOWN
        return PageCache.WARM
    return PageCache.COLD
