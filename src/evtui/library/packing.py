"""What a full pass counted as a few kilobytes of bytes, and back."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.base import Counts, Timeline

Columns: TypeAlias = dict[str, Any]
"""NumPy arrays by name, of any dtype and shape but no Python objects."""

_BINS = ("counts", "on", "steps_back")


def pack(counts: Counts) -> bytes:
    """All of it: of 2,048 bins, some 6 kB."""
    columns = timeline_columns(counts.timeline)
    return pack_columns({**columns, "hot_pixels": counts.hot_pixels})


def unpack(packed: bytes) -> Counts:
    """What ``pack`` packed.

    Raises:
        ValueError: the bytes are something else.
    """
    columns = unpack_columns(packed)
    try:
        return Counts(timeline_of(columns), columns["hot_pixels"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"not counts: {error}") from error


def pack_columns(columns: Columns) -> bytes:
    """Arrays as bytes with a checksum over all of them."""
    packed = BytesIO()
    np.savez(packed, **columns)
    return zlib.compress(packed.getvalue())


def unpack_columns(packed: bytes) -> Columns:
    """What ``pack_columns`` packed.

    Raises:
        ValueError: the bytes are something else, or one of them changed.
    """
    try:
        with np.load(BytesIO(zlib.decompress(packed)), allow_pickle=False) as columns:
            return {name: columns[name] for name in columns}
    except (EOFError, OSError, RuntimeError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error


def timeline_columns(timeline: Timeline) -> Columns:
    """All of a timeline as columns."""
    columns: Columns = {
        "duration_us": np.array(timeline.duration_us, np.int64),
        "exact": np.array(timeline.exact),
        "gaps": np.array(timeline.gaps, np.int64).reshape(-1, 2),
    }
    for name in _BINS:
        values = getattr(timeline, name)
        if values is not None:
            columns[name] = _compressible(values)
    return columns


def timeline_of(columns: Columns) -> Timeline:
    """The timeline that ``timeline_columns`` took apart.

    Raises:
        KeyError: a column is missing.
    """
    counts, on, steps_back = (
        columns[name].astype(np.float64) if name in columns else None for name in _BINS
    )
    if counts is None:
        raise KeyError("counts")
    return Timeline(
        counts,
        int(columns["duration_us"]),
        exact=bool(columns["exact"]),
        on=on,
        steps_back=steps_back,
        gaps=tuple((int(start), int(stop)) for start, stop in columns["gaps"]),
    )


def _compressible(values: NDArray[np.float64]) -> NDArray[Any]:
    """Whole numbers as such: they take less room."""
    whole = values.astype(np.int64)
    return whole if np.array_equal(whole, values) else values
