"""Event Stream files made from events whose truth is known."""

from __future__ import annotations

import struct
from pathlib import Path

from evtui.events import Events


def event_stream_header(
    width: int = 640, height: int = 480, *, version: tuple[int, int, int] = (2, 0, 0), kind: int = 1
) -> bytes:
    return b"Event Stream" + struct.pack("<4B2H", *version, kind, width, height)


def event_stream_bytes(events: Events, t_first_us: int = 0, *, height: int = 480) -> bytes:
    """Events byte by byte, as neuromorphic-paris/sepia writes them, without a header.

    Args:
        events: sorted by t, on the sensor.
        t_first_us: the clock at time 0 of the events.
        height: of the sensor; the file counts rows from the bottom.
    """
    written = bytearray()
    clock = 0
    for t, x, y, p in zip(events.t, events.x, events.y, events.p, strict=True):
        step = int(t) + t_first_us - clock
        clock += step
        written += b"\xff" * (step // 127)
        written += struct.pack("<BHH", step % 127 << 1 | int(p), int(x), height - 1 - int(y))
    return bytes(written)


def write_event_stream(
    path: Path, events: Events, t_first_us: int = 0, *, size: tuple[int, int] = (640, 480)
) -> Path:
    path.write_bytes(
        event_stream_header(*size) + event_stream_bytes(events, t_first_us, height=size[1])
    )
    return path
