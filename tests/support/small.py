"""Small recordings whose every event is known, in memory and as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.base import RecordingInfo
from evtui.recordings.memory import Columns, MemoryRecording


def columns(count: int = 1_000, span_us: int = 100_000, seed: int = 1) -> Columns:
    """Events spread evenly over a 64×48 sensor and ``span_us`` from 5 s of the sensor's clock."""
    random = np.random.default_rng(seed)
    t = np.linspace(0, span_us, count).astype(np.int64) if count else np.empty(0, np.int64)
    return Columns(
        t + 5_000_000,
        random.integers(0, 64, count).astype(np.int16),
        random.integers(0, 48, count).astype(np.int16),
        (random.integers(0, 2, count) * 2 - 1).astype(np.int8),
    )


def info(path: Path = Path("recording.h5")) -> RecordingInfo:
    """Facts that ``MemoryRecording`` completes."""
    return RecordingInfo(
        path=path,
        format="HDF5",
        bytes=1_000,
        width=64,
        height=48,
        events=0,
        events_exact=False,
        t_first_us=0,
        duration_us=0,
        duration_exact=False,
    )


def in_memory(count: int = 1_000, span_us: int = 100_000, seed: int = 1) -> MemoryRecording:
    """A whole recording in memory."""
    return MemoryRecording(columns(count, span_us, seed), info())


def write_h5(
    path: Path,
    count: int = 1_000,
    span_us: int = 100_000,
    seed: int = 1,
    t: NDArray[np.int64] | None = None,
) -> Path:
    """The same events as a file in the plain layout, or as many at other times."""
    import h5py

    made = columns(count if t is None else len(t), span_us, seed)
    with h5py.File(path, "w") as file:
        file.attrs["width"], file.attrs["height"] = 64, 48
        file["events/t"] = made.t if t is None else t
        file["events/x"] = made.x.astype(np.uint16)
        file["events/y"] = made.y.astype(np.uint16)
        file["events/p"] = (made.polarity > 0).astype(np.uint8)
    return path


def make_hot(path: Path, x: int, y: int) -> None:
    """Move every 50th event of such a file to one pixel."""
    import h5py

    with h5py.File(path, "r+") as file:
        for name, value in (("x", x), ("y", y)):
            column = file[f"events/{name}"][...]
            column[::50] = value
            file[f"events/{name}"][...] = column
