"""AEDAT 2 files, as jAER writes them.

After the header, records of two big-endian 32-bit words: an address and µs, signed, which start
again after 2³² µs.  What an address means is the camera's own matter; known are the DVS128 and the
DAVIS family.  Columns count from the right, rows from the bottom (docs.inivation.com, "AEDAT 2.0";
SensorsINI/jaer, ``DVS128.Extractor`` and ``DavisBaseCamera.DavisEventExtractor``, which also have
it that the DVS128 writes 1 for OFF).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from evtui.errors import UnsupportedRecording
from evtui.events import Coordinates, Times
from evtui.recordings.aedat.aedat_header import read_aedat_header
from evtui.recordings.findings import Finding, finding
from evtui.recordings.sensors import camera_size
from evtui.recordings.whole import RUN_BYTES, Facts, Run, length_of, opened
from evtui.units import format_count

_RECORD = np.dtype([("address", ">u4"), ("t", ">i4")])

_DVS128_NAMES = ("dvs128", "tmpdiff128")
"""In full: jAER also has chips that are a DVS128 and something else."""

_NO_PIXEL = 65_535
_SIXTEEN_BITS = 0xFFFF

Addresses = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts of an address are: masks, and by how many bits to shift."""

    frames: int
    """Bits of which one is set in what is neither an event nor an edge: frames, the IMU."""
    edges: int
    """Bits of which one is set in edges of the external input."""
    never: int
    """Bits that the camera does not set in an event."""
    x: tuple[int, int]
    y: tuple[int, int]
    p: int
    on: int
    """The polarity bit of an ON event."""


_DVS128 = _Layout(1 << 31, 1 << 15, never=0x7FFF << 16, x=(0x7F, 1), y=(0x7F, 8), p=0, on=0)
_DAVIS = _Layout(1 << 31, 1 << 10, never=0, x=(0x3FF, 12), y=(0x1FF, 22), p=11, on=1)


def decode_aedat2(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the header does not end.
        UnsupportedRecording: the addresses are of a camera that is not known.
    """
    with opened(path) as file:
        header = read_aedat_header(path, file)
        facts.header = header.fields
        layout, size = _read_camera(path, file, header.data_offset, facts)
        facts.size = size
        length = length_of(file)
        clock = Clock()
        edges = strange = 0
        file.seek(header.data_offset)
        while block := file.read(RUN_BYTES):
            records = np.frombuffer(block, _RECORD, len(block) // _RECORD.itemsize)
            if len(block) % _RECORD.itemsize:
                facts.findings.append(finding("truncated"))
            t = clock.unwrap(records["t"])
            address = records["address"].astype(np.uint32)
            frames, edge, odd = (
                address & bits != 0 for bits in (layout.frames, layout.edges, layout.never)
            )
            edges += int(np.count_nonzero(edge & ~frames))
            strange += int(np.count_nonzero(odd & ~edge & ~frames))
            events = ~(frames | edge | odd)
            yield _run(t[events], address[events], layout, size, file.tell() / length)
        facts.findings += _findings(clock, edges, strange)


def _findings(clock: Clock, edges: int, strange: int) -> Iterator[Finding]:
    if clock.wrapped:
        yield finding("clock_wrap")
    if edges:
        yield finding("triggers", f"{format_count(edges)} edges of the external input")
    if strange:
        said = f"{format_count(strange)} addresses have bits the camera never sets; left out"
        yield finding("damaged_words", said)


def _read_camera(
    path: Path, file: IO[bytes], data_offset: int, facts: Facts
) -> tuple[_Layout, tuple[int, int]]:
    """How the addresses are to be read, and the sensor's size."""
    chip = facts.header.get("AEChip", "").rpartition(".")[2]
    if not chip:
        return _guess_camera(path, file, data_offset, facts)
    size = camera_size(chip)
    davis = chip.lower().startswith(("davis", "sbret"))
    if size is None or not (davis or chip.lower() in _DVS128_NAMES):
        raise UnsupportedRecording(
            path, f"was recorded by a {chip}, the addresses of which are not known"
        )
    facts.layout = chip
    return (_DAVIS if davis else _DVS128), size


def _guess_camera(
    path: Path, file: IO[bytes], data_offset: int, facts: Facts
) -> tuple[_Layout, tuple[int, int]]:
    file.seek(data_offset)
    block = file.read(RUN_BYTES)
    addresses = np.frombuffer(block, _RECORD, len(block) // _RECORD.itemsize)["address"]
    if np.any(addresses & ~np.uint32(1 << 31) > _SIXTEEN_BITS):
        raise UnsupportedRecording(
            path, "does not name its camera (AEChip), and its addresses are not those of a DVS128"
        )
    facts.layout = "DVS128"
    said = "the header does not name the camera; a DVS128 is taken, as addresses have 16 bits"
    facts.findings.append(finding("size_guessed", said))
    return _DVS128, (128, 128)


class Clock:
    """Counts a 32-bit clock of µs on, each step being the shorter way round."""

    def __init__(self) -> None:
        self._last: int | None = None
        self.wrapped = False
        """Whether it started again."""

    def unwrap(self, shown: NDArray[np.int32]) -> Times:
        """Times on a clock without end.

        Args:
            shown: shape (N,), int32 of either byte order, what the camera's clock showed.
        """
        if not len(shown):
            return np.empty(0, np.int64)
        raw = shown.astype(np.int32)
        before = int(raw[0]) if self._last is None else self._last
        low = np.array([before & 0xFFFFFFFF], np.uint32).view(np.int32)
        steps = np.diff(raw, prepend=low)  # int32, which goes round as the clock does
        times = before + np.cumsum(steps, dtype=np.int64)
        self._last = int(times[-1])
        self.wrapped |= bool(np.any(times != raw))
        return times


def _run(t: Times, address: Addresses, layout: _Layout, size: tuple[int, int], share: float) -> Run:
    x, y = (
        _flipped((address >> shift & mask).astype(np.uint32), side)
        for (mask, shift), side in zip((layout.x, layout.y), size, strict=True)
    )
    on = (address >> layout.p & 1) == layout.on
    return Run(t, x, y, on.view(np.uint8), share)


def _flipped(positions: Addresses, side: int) -> Coordinates:
    """Counted from the other side; what lies outside becomes 65535."""
    flipped = side - 1 - positions.astype(np.int32)
    return np.where(flipped < 0, _NO_PIXEL, flipped).astype(np.uint16)
