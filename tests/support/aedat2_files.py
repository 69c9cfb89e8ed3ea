"""AEDAT 2 files made from events whose truth is known, as jAER writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from evtui.events import Events

RECORD = np.dtype([("address", ">u4"), ("t", ">u4")])
CLOCK_US = 1 << 32

DAVIS240C = "eu.seebetter.ini.chips.davis.DAVIS240C"
DVS128 = "ch.unizh.ini.jaer.chip.retina.DVS128"


def aedat2_header(chip: str | None = DAVIS240C) -> bytes:
    named = f"# AEChip: {chip}\r\n" if chip else ""
    return (
        "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n"
        "# Data format is int32 address, int32 timestamp (8 bytes total)\r\n"
        f"# created Thu Dec 03 14:47:00 CET 2015\r\n# HardwareInterface: DAVIS FX3\r\n{named}"
    ).encode()


def davis_addresses(events: Events, size: tuple[int, int] = (240, 180)) -> np.ndarray:
    """Columns from the right, rows from the bottom, 1 for ON."""
    x = size[0] - 1 - events.x.astype(np.uint32)
    y = size[1] - 1 - events.y.astype(np.uint32)
    return y << 22 | x << 12 | events.p.astype(np.uint32) << 11


def dvs128_addresses(events: Events) -> np.ndarray:
    """Columns from the right, rows from the bottom, 1 for OFF."""
    x = 127 - events.x.astype(np.uint32)
    y = 127 - events.y.astype(np.uint32)
    return y << 8 | x << 1 | 1 - events.p.astype(np.uint32)


def aedat2_records(addresses: ArrayLike, times: ArrayLike) -> bytes:
    """Records of addresses and times on a clock without end."""
    records = np.empty(np.size(addresses), RECORD)
    records["address"] = addresses
    records["t"] = np.asarray(times, np.int64) % CLOCK_US
    return records.tobytes()


def write_davis(path: Path, events: Events, t_first_us: int = 0) -> Path:
    """A whole file of a DAVIS240C."""
    records = aedat2_records(davis_addresses(events), events.t + t_first_us)
    path.write_bytes(aedat2_header() + records)
    return path


def write_dvs128(
    path: Path, events: Events, t_first_us: int = 0, *, chip: str | None = DVS128
) -> Path:
    """A whole file of a DVS128, named or not."""
    records = aedat2_records(dvs128_addresses(events), events.t + t_first_us)
    path.write_bytes(aedat2_header(chip) + records)
    return path
