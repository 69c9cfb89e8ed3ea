"""A preview as some kilobytes of bytes, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.library.packing import (
    Columns,
    pack_columns,
    timeline_columns,
    timeline_of,
    unpack_columns,
)
from evtui.library.previews import Preview
from evtui.recordings.base import RecordingInfo

_KNOWN_ELSEWHERE = ("path", "header")
"""Of the info: whoever asks has the path, and no preview shows the header, which may be long."""


def pack_preview(preview: Preview) -> bytes:
    """All of it but the header: of the 4,400 to 25,000 events of real recordings 12 to 51 kB."""
    events = preview.events
    return pack_columns(
        {
            **timeline_columns(preview.timeline),
            "info": _as_bytes(preview.info),
            "span": np.array([preview.at_us, preview.window_us], np.int64),
            "t": _planes(np.diff(events.t, prepend=np.int64(0))),
            "x": _planes(events.x),
            "y": _planes(events.y),
            "p": np.packbits(events.p),
        }
    )


def unpack_preview(packed: bytes, path: Path) -> Preview:
    """What ``pack_preview`` packed of the recording at this path.

    Raises:
        ValueError: the bytes are something else.
    """
    columns = unpack_columns(packed)
    try:
        at_us, window_us = columns["span"].tolist()
        info = RecordingInfo(path=path, **json.loads(columns["info"].tobytes()))
        return Preview(info, timeline_of(columns), at_us, window_us, _events(columns))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a preview: {error}") from error


def _as_bytes(info: RecordingInfo) -> NDArray[np.uint8]:
    names = [field.name for field in fields(info) if field.name not in _KNOWN_ELSEWHERE]
    text = json.dumps({name: getattr(info, name) for name in names})
    return np.frombuffer(text.encode(), np.uint8)


def _events(columns: Columns) -> Events:
    x = _values(columns["x"], np.uint16)
    return Events(
        np.cumsum(_values(columns["t"], np.int64)),
        x,
        _values(columns["y"], np.uint16),
        np.unpackbits(columns["p"], count=len(x)),
    )


def _planes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """First all lowest bytes, then all next ones: the higher ones are alike and take no room."""
    rows = np.ascontiguousarray(values).view(np.uint8).reshape(-1, values.itemsize)
    return np.ascontiguousarray(rows.T)


def _values(planes: NDArray[np.uint8], kind: type[np.generic]) -> NDArray[Any]:
    return np.ascontiguousarray(planes.T).view(kind).reshape(-1)
