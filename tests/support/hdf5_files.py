"""HDF5 files in the layouts that datasets come in, written from events that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from evtui.events import Events

POLARITIES: Mapping[str, tuple[int, int, str]] = {
    "0/1": (0, 1, "u1"),
    "bool": (0, 1, "?"),
    "-1/+1": (-1, 1, "i1"),
    "0/255": (0, 255, "u1"),
    "1/2": (1, 2, "u1"),
    "1/255": (255, 1, "u1"),
}
"""OFF, ON and dtype of each convention."""

UNITS_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}


def raw_columns(
    events: Events,
    *,
    unit: str = "us",
    t_dtype: str = "i8",
    t_first_us: int = 0,
    polarity: str = "0/1",
    p_dtype: str | None = None,
    positions: str = "u2",
) -> dict[str, np.ndarray[Any, Any]]:
    """Events as a file holds them, by column.

    Args:
        events: the truth.
        unit: a key of ``UNITS_NS``; a whole ns gets digits below the µs, which a reader drops.
        t_dtype: of t; a float one keeps the fractions of the unit.
        t_first_us: the sensor's clock at time 0.
        polarity: a key of ``POLARITIES``.
        p_dtype: of p, if another than there.
        positions: dtype of x and y.
    """
    t_us = events.t + t_first_us
    if np.dtype(t_dtype).kind == "f":
        t = t_us / (UNITS_NS[unit] / 1_000)
    elif unit == "ns":
        t = t_us * 1_000 + np.arange(len(t_us)) * 1_000 // max(1, len(t_us))
    else:
        t = t_us // (UNITS_NS[unit] // 1_000)
    off, on, usual = POLARITIES[polarity]
    return {
        "t": t.astype(t_dtype),
        "x": events.x.astype(positions),
        "y": events.y.astype(positions),
        "p": np.where(events.p == 1, on, off).astype(p_dtype or usual),
    }


def write_columns(
    path: Path,
    events: Events,
    *,
    group: str = "events",
    names: Sequence[str] = ("t", "x", "y", "p"),
    size: tuple[int, int] | None = (640, 480),
    storage: Mapping[str, Any] | None = None,
    **raw: Any,
) -> Path:
    """A dataset for each column.

    Args:
        path: the file; streams are added to one that exists.
        events: the truth.
        group: path of the group; empty for the root.
        names: of the datasets of t, x, y and p.
        size: width and height as attributes of the root; None leaves them out.
        storage: arguments of ``create_dataset``; ``{"t": {…}, …}`` gives each column its own.
        raw: arguments of ``raw_columns``.
    """
    columns = raw_columns(events, **raw)
    options = dict(storage or {})
    with h5py.File(path, "a") as file:
        state_size(file, size)
        for name, (column, values) in zip(names, columns.items(), strict=True):
            own = options.get(column, {}) if "t" in options else options
            file.create_dataset(f"{group}/{name}".lstrip("/"), data=values, **own)
    return path


def write_records(
    path: Path,
    events: Events,
    *,
    name: str = "CD/events",
    fields: Mapping[str, str] | None = None,
    size: tuple[int, int] | None = (640, 480),
    storage: Mapping[str, Any] | None = None,
    **raw: Any,
) -> Path:
    """One compound dataset, its fields in Prophesee's order x, y, p, t.

    Args:
        path: the file.
        events: the truth.
        name: of the dataset.
        fields: the field's name of each column; by default the column's.
        size: as for ``write_columns``.
        storage: arguments of ``create_dataset``.
        raw: arguments of ``raw_columns``.
    """
    columns = raw_columns(events, **raw)
    named = {column: (fields or {}).get(column, column) for column in "xypt"}
    records = np.empty(len(events), [(named[column], columns[column].dtype) for column in "xypt"])
    for column, field in named.items():
        records[field] = columns[column]
    with h5py.File(path, "a") as file:
        state_size(file, size)
        file.create_dataset(name, data=records, **(storage or {}))
    return path


def write_array(
    path: Path,
    events: Events,
    *,
    name: str = "davis/left/events",
    order: str = "xytp",
    dtype: str = "f8",
    size: tuple[int, int] | None = (640, 480),
    storage: Mapping[str, Any] | None = None,
    transposed: bool = False,
    **raw: Any,
) -> Path:
    """One dataset of shape (N, 4), by default as MVSEC writes it: x, y, t in seconds, −1/+1.

    Args:
        path: the file.
        events: the truth.
        name: of the dataset.
        order: of the columns.
        dtype: of all columns.
        size: as for ``write_columns``.
        storage: arguments of ``create_dataset``.
        transposed: whether its shape is (4, N).
        raw: arguments of ``raw_columns``.
    """
    columns = raw_columns(events, **{"unit": "s", "t_dtype": "f8", "polarity": "-1/+1", **raw})
    table = np.stack([columns[column].astype(dtype) for column in order], axis=1)
    with h5py.File(path, "a") as file:
        state_size(file, size)
        file.create_dataset(name, data=table.T if transposed else table, **(storage or {}))
    return path


def write_dsec(path: Path, events: Events, *, t_offset_us: int, start_us: int = 0) -> Path:
    """DSEC: uint32 µs from an offset, and the first row of every ms (dsec.ifi.uzh.ch).

    Args:
        path: the file.
        events: the truth.
        t_offset_us: the dataset ``t_offset``.
        start_us: t of the first event, before the offset.
    """
    write_columns(path, events, t_dtype="u4", t_first_us=start_us, size=None)
    t = events.t + start_us
    with h5py.File(path, "a") as file:
        file["t_offset"] = np.int64(t_offset_us)
        milliseconds = np.arange(t[-1] // 1_000 + 1) * 1_000
        file["ms_to_idx"] = np.searchsorted(t, milliseconds).astype("u8")
    return path


def write_rvt(path: Path, events: Events) -> Path:
    """RVT's conversion of the 1 Mpx dataset: the size and a divider beside the columns."""
    write_columns(path, events, size=None, storage={"chunks": (4_000,), "compression": "gzip"})
    with h5py.File(path, "a") as file:
        file["events/width"], file["events/height"] = np.int32(640), np.int32(480)
        file["events/divider"] = np.int32(1)
    return path


def state_size(file: Any, size: tuple[int, int] | None) -> None:
    """Write the sensor size as attributes of the root."""
    if size is not None:
        file.attrs["width"], file.attrs["height"] = size
