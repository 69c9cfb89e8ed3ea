"""AEDAT 3.1 files made from events whose truth is known, as cAER writes them."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from evtui.events import Events

POLARITY, SPECIAL = 1, 0
ROUND_US = 1 << 31
_EVENT = np.dtype([("word", "<u4"), ("t", "<u4")])


def aedat3_header(camera: str = "DAVIS240C", version: str = "3.1", packing: str = "RAW") -> bytes:
    return (
        f"#!AER-DAT{version}\r\n#Format: {packing}\r\n#Source 1: {camera}\r\n#-Source 0: DVS128\r\n"
        "#Start-Time: 2016-04-01 12:00:00 (TZ+0200)\r\n#!END-HEADER\r\n"
    ).encode()


def packet_head(
    number: int,
    *,
    kind: int = POLARITY,
    source: int = 1,
    event_bytes: int = 8,
    overflow: int = 0,
    capacity: int | None = None,
) -> bytes:
    """The 28 bytes before the events of a packet."""
    capacity = number if capacity is None else capacity
    return struct.pack("<2h6i", kind, source, event_bytes, 4, overflow, capacity, number, number)


def polarity_events(events: Events, valid: np.ndarray | int = 1) -> bytes:
    """The events of one packet; t below 2³¹."""
    rows = np.empty(len(events), _EVENT)
    x, y, p = (column.astype(np.uint32) for column in (events.x, events.y, events.p))
    rows["word"] = x << 17 | y << 2 | p << 1 | np.asarray(valid, np.uint32)
    rows["t"] = events.t
    return rows.tobytes()


def polarity_packet(events: Events, t_first_us: int = 0, *, source: int = 1) -> bytes:
    """One packet; all events in one round of the clock."""
    times = events.t + t_first_us
    overflow = int(times[0] // ROUND_US) if len(times) else 0
    shown = Events(times % ROUND_US, events.x, events.y, events.p)
    return packet_head(len(events), source=source, overflow=overflow) + polarity_events(shown)


def packets_of(events: Events, t_first_us: int = 0, size: int = 1_000) -> Iterable[bytes]:
    """Events in packets, a new one also where the clock starts again."""
    rounds = (events.t + t_first_us) // ROUND_US
    starts = {*range(0, len(events), size), *(np.flatnonzero(np.diff(rounds)) + 1).tolist()}
    edges = [*sorted(starts), len(events)]
    for start, stop in pairwise(edges):
        yield polarity_packet(events[start:stop], t_first_us)


def write_aedat3(path: Path, packets: Iterable[bytes], header: bytes | None = None) -> Path:
    path.write_bytes((aedat3_header() if header is None else header) + b"".join(packets))
    return path
