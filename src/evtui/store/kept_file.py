"""One file of decoded events, as ``store.kept`` keeps it.

::

    EVTUI-EVENTS 1\\n
    {"events": …, "info": {…}, …}\\n            what they are of; one line of JSON
    zeros up to a page's border
    t int64, x int16, y int16, polarity int8   every event by time, one column after the other
    counts                                     as ``library.packing`` packs them

A file is written beside and renamed, so that one that is there is whole.
"""

from __future__ import annotations

import dataclasses
import json
import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from evtui.events import BYTES_PER_EVENT
from evtui.files import written_beside
from evtui.library.packing import pack, unpack
from evtui.recordings.base import RecordingInfo
from evtui.recordings.findings import Finding, Severity
from evtui.recordings.memory import Columns, MemoryRecording
from evtui.store.handover import DTYPES
from evtui.store.loaded import Loaded
from evtui.store.mapping import Mapping

VERSION = 1
"""Raised when a decoder starts to tell something else of the same file."""

_MAGIC = b"EVTUI-EVENTS %d\n" % VERSION
_LONGEST_HEAD = 1 << 20
_PAGE = mmap.ALLOCATIONGRANULARITY
_WRITTEN_BYTES = 4 << 20


class NotWanted(Exception):
    """The file was told to stop being written."""


def write_kept(target: Path, loaded: Loaded, stopped: Callable[[], bool] = lambda: False) -> None:
    """Write a recording's events.

    Args:
        target: the file; replaced when all is written.
        loaded: of which every event was counted, as ``make_loaded`` does.
        stopped: asked now and then; True ends it.

    Raises:
        ExportError: it cannot be written; nothing is left.
        NotWanted: ``stopped`` said so; nothing is left.
    """
    recording = loaded.recording
    assert recording.counts is not None
    columns, counts = recording.columns, pack(recording.counts)
    head = {
        "path": str(loaded.path.absolute()),
        "bytes": loaded.file_bytes,
        "mtime_ns": loaded.mtime_ns,
        "events": len(columns),
        "counts_bytes": len(counts),
        "load_seconds": loaded.load_seconds,
        "info": _told(recording.info),
        "findings": [dataclasses.asdict(found) for found in recording.findings()],
    }
    with written_beside(target) as beside, beside.open("wb") as file:
        file.write(_MAGIC + json.dumps(head).encode() + b"\n")
        file.write(bytes(-file.tell() % _PAGE))
        for part in _parts(columns):
            if stopped():
                raise NotWanted
            file.write(part)
        file.write(counts)


def read_kept(file: Path, path: Path) -> Loaded:
    """Map a file; no event is read yet.

    Args:
        file: as ``write_kept`` wrote it.
        path: the recording that the events have to be of, as it is now.

    Raises:
        OSError: one of them cannot be read.
        ValueError: the file holds something else, or events of another state of the recording.
    """
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("not of this version")
        head = json.loads(opened.readline(_LONGEST_HEAD))
        start = opened.tell() + -opened.tell() % _PAGE
        mapped = Mapping(opened.fileno())
    try:
        loaded = _understood(head, mapped, start, path)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not what a head holds: {error}") from error
    if head["path"] != str(path.absolute()) or not loaded.is_of(path):
        raise ValueError("of another recording, or of an older state of it")
    return loaded


def _understood(head: dict[str, Any], mapped: Mapping, start: int, path: Path) -> Loaded:
    events = int(head["events"])
    end = start + events * BYTES_PER_EVENT
    if events < 0 or len(mapped) != end + head["counts_bytes"]:
        raise ValueError("not as long as it should be")
    info = RecordingInfo(**{**head["info"], "path": path})
    findings = [
        Finding(found["code"], Severity(found["severity"]), found["message"])
        for found in head["findings"]
    ]
    columns = _columns(mapped, start, events)
    recording = MemoryRecording(columns, info, findings, unpack(mapped[end:]))
    return Loaded(
        path, head["bytes"], head["mtime_ns"], recording, load_seconds=head["load_seconds"]
    )


def _columns(mapped: Mapping, start: int, events: int) -> Columns:
    columns = []
    for dtype in DTYPES.values():
        columns.append(np.frombuffer(mapped, dtype, events, start))
        start += events * dtype.itemsize
    return Columns(*columns)


def _parts(columns: Columns) -> Iterator[memoryview]:
    for column in (columns.t, columns.x, columns.y, columns.polarity):
        raw = np.ascontiguousarray(column).data.cast("B")
        for start in range(0, len(raw), _WRITTEN_BYTES):
            yield raw[start : start + _WRITTEN_BYTES]


def _told(info: RecordingInfo) -> dict[str, Any]:
    """All but the path, which is the origin's."""
    told = {field.name: getattr(info, field.name) for field in dataclasses.fields(info)}
    return {**told, "header": dict(info.header), "path": None}
