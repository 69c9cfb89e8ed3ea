"""DAT files made from events whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evtui.events import Events

HEADER = b"% Data file containing CD events.\n% Version 2\n% Width 640\n% Height 480\n"
HEADER_WITHOUT_SIZE = b"% Data file containing CD events.\n% Version 2\n"

CLOCK_US = 1 << 32
_RECORD = np.dtype([("t", "<u4"), ("word", "<u4")])


def dat_records(events: Events, t_first_us: int = 0) -> bytes:
    """Events as records of version 2.

    Args:
        events: x and y below 16384.
        t_first_us: the clock at time 0 of the events.
    """
    records = np.empty(len(events), _RECORD)
    records["t"] = (events.t + t_first_us) % CLOCK_US
    x, y, p = (column.astype(np.uint32) for column in (events.x, events.y, events.p))
    records["word"] = x | y << np.uint32(14) | p << np.uint32(28)
    return records.tobytes()


def write_dat(
    path: Path,
    events: Events,
    t_first_us: int = 0,
    *,
    header: bytes = HEADER,
    kind: int = 0x0C,
    tail: bytes = b"",
) -> Path:
    """A whole file; ``tail`` goes behind the records."""
    path.write_bytes(header + bytes([kind, 8]) + dat_records(events, t_first_us) + tail)
    return path
