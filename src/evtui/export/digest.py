"""Events as a count and hashes, to tell whether a file holds those that were written into it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from evtui.errors import ExportError
from evtui.events import Events
from evtui.recordings.base import Cancelled, Progress, never_cancelled, no_progress

_READ_ROWS = 1 << 18


class Digest:
    """Of events in their order, however they are cut into pieces."""

    def __init__(self, hashed: bool = True) -> None:
        """Of no events yet.

        Args:
            hashed: whether to hash them, or only to count.
        """
        self.events = 0
        self._hashes = [hashlib.blake2b(digest_size=16) for _ in "txyp"] if hashed else []

    def add(self, events: Events) -> None:
        """Take in the events that follow; their times may be on any clock."""
        self.events += len(events)
        columns = (events.t, events.x, events.y, events.p)
        for each, values in zip(self._hashes, columns, strict=False):
            each.update(np.ascontiguousarray(values).data)

    def equals(self, other: Digest) -> bool:
        """Whether both are of the same events, as far as both tell."""
        pairs = zip(self._hashes, other._hashes, strict=True)
        return self.events == other.events and all(
            mine.digest() == its.digest() for mine, its in pairs
        )


def digest_of_file(
    path: Path, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled
) -> Digest:
    """Of the events in a file that evtui wrote; returns early when cancelled.

    They are read by the HDF5 library and its own filters, as other programs do, and not by the
    library that packed them.

    Raises:
        ExportError: they cannot be read.
    """
    digest = Digest()
    try:
        for share, events in _read_back(path):
            digest.add(events)
            progress(share)
            if cancelled():
                break
    except (OSError, KeyError, RuntimeError) as error:
        raise ExportError(f"{path}: cannot be read back: {error}") from error
    return digest


def _read_back(path: Path) -> Iterator[tuple[float, Events]]:
    import h5py
    import hdf5plugin  # noqa: F401 -- registers Blosc

    with h5py.File(path, "r") as file:
        t, x, y, p = (file["events"][name] for name in "txyp")
        for start in range(0, len(t), _READ_ROWS):
            rows = slice(start, start + _READ_ROWS)
            share = min(1.0, rows.stop / len(t))
            yield share, Events(t[rows], x[rows], y[rows], p[rows])
