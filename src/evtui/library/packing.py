"""What a full pass counted as a few kilobytes of bytes, and back."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Any

import numpy as np

from evtui.recordings.base import Counts, Timeline


def pack(counts: Counts) -> bytes:
    """All of it: of 2,048 bins, some 6 kB."""
    timeline = counts.timeline
    columns: dict[str, Any] = {
        "duration_us": np.int64(timeline.duration_us),
        "counts": timeline.counts.astype(np.int64),
        "gaps": np.array(timeline.gaps, np.int64).reshape(-1, 2),
        "hot_pixels": counts.hot_pixels,
    }
    for name, values in (("on", timeline.on), ("steps_back", timeline.steps_back)):
        if values is not None:
            columns[name] = values.astype(np.int64)
    packed = BytesIO()
    np.savez_compressed(packed, **columns)
    return packed.getvalue()


def unpack(packed: bytes) -> Counts:
    """What ``pack`` packed.

    Raises:
        ValueError: the bytes are something else.
    """
    try:
        with np.load(BytesIO(packed), allow_pickle=False) as columns:
            return _unpack(columns)
    except (KeyError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error


def _unpack(columns: Any) -> Counts:
    on, steps_back = (
        columns[name].astype(np.float64) if name in columns else None
        for name in ("on", "steps_back")
    )
    return Counts(
        Timeline(
            columns["counts"].astype(np.float64),
            int(columns["duration_us"]),
            exact=True,
            on=on,
            steps_back=steps_back,
            gaps=tuple((int(start), int(stop)) for start, stop in columns["gaps"]),
        ),
        columns["hot_pixels"],
    )
