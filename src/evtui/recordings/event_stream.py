"""Event Stream files (``.es``) of DVS events.

Twelve bytes ``Event Stream``, three of version, one of type, width and height as uint16; then for
each event five bytes: µs since the event before it in seven bits and the polarity, x, y.  A byte
0xFF adds 127 µs, 0xFE does nothing.  Little-endian; y counts from the bottom
(github.com/neuromorphic-paris/event_stream; neuromorphic-paris/sepia, ``handle_byte<type::dvs>``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.events import Coordinates
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import finding
from evtui.recordings.whole import Facts, Run, length_of, opened

SIGNATURE = b"Event Stream"

_HEADER = struct.Struct("<12s3BBHH")
_VERSION = 2
_DVS = 1
_TYPES = {0: "generic", 1: "DVS", 2: "ATIS", 3: "display", 4: "colour"}

_EVENT_BYTES = 5
_NOTHING, _LATER = 0xFE, 0xFF
_LATER_US = 127
_STEPS_US = np.arange(256) >> 1
_STEPS_US[_NOTHING], _STEPS_US[_LATER] = 0, _LATER_US
"""By how much the first byte of an event, or a lone byte, moves the clock."""

_BLOCK_BYTES = 1 << 16
"""The search for events takes time n·log n in the length of a block."""

_FEW = 16
"""Of so many events one may lie outside the sensor because it is damaged.  Where more do, bytes are
missing, and what follows is cut into events at the wrong places."""


def decode_event_stream(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the header is cut short, or states an impossible sensor.
        UnsupportedRecording: the file has another version, or no DVS events.
    """
    with opened(path) as file:
        width, height = facts.size = _read_size(path, file.read(_HEADER.size), facts)
        length = length_of(file)
        clock = left_out = 0
        rest = b""
        while block := file.read(_BLOCK_BYTES):
            start = file.tell() - len(rest + block)
            found = _decode(np.frombuffer(rest + block, np.uint8), clock)
            clock, rest = found.clock, found.rest
            outside = (found.x >= width) | (found.y >= height)
            lost = _place_of_loss(outside)
            sound = ~outside[:lost]
            left_out += len(sound) - int(np.count_nonzero(sound))
            yield Run(
                found.t[:lost][sound],
                found.x[:lost][sound],
                (height - 1 - found.y[:lost][sound].astype(np.int32)).astype(np.uint16),
                found.p[:lost][sound],
                file.tell() / length,
            )
            if lost is not None:
                at = start + int(found.at[lost])
                said = f"bytes are missing or wrong at byte {at:,} of {length:,}, from where events"
                said += f" lie outside {width}×{height}; what follows is left out"
                facts.findings.append(finding("damaged_parts", said))
                rest = b""
                break
        if left_out:
            events = "1 event lies" if left_out == 1 else f"{left_out:,} events lie"
            said = f"{events} outside {width}×{height}; left out"
            facts.findings.append(finding("damaged_parts", said))
        if rest:
            facts.findings.append(finding("truncated"))


def _read_size(path: Path, head: bytes, facts: Facts) -> tuple[int, int]:
    """Width and height from the header, if it is one of a file that can be decoded."""
    if len(head) < len(SIGNATURE) + 4:
        raise DamagedRecording(path, "its header is cut short")
    version, kind = head[12:15], head[15]
    stated = ".".join(str(number) for number in version)
    if version[0] != _VERSION:
        raise UnsupportedRecording(path, f"is of version {stated}; version 2 is known")
    if kind != _DVS:
        name = _TYPES.get(kind, f"type {kind}")
        raise UnsupportedRecording(path, f"holds {name} events; only DVS events can be shown")
    if len(head) < _HEADER.size:
        raise DamagedRecording(path, "its header is cut short")
    *_, width, height = _HEADER.unpack(head)
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise DamagedRecording(path, f"its header states a sensor of {width}×{height} pixels")
    facts.layout = f"DVS, version {stated}"
    return width, height


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The events of one block."""

    t: NDArray[np.int64]
    x: Coordinates
    y: Coordinates
    """From the bottom, as in the file."""
    p: NDArray[np.uint8]
    at: NDArray[np.int32]
    """Where in the block each begins."""
    clock: int
    """µs after the last byte that was used."""
    rest: bytes
    """The beginning of an event that the block does not hold to its end."""


def _decode(data: NDArray[np.uint8], clock: int) -> _Found:
    starts = _starts(data)
    alone = data[starts] >= _NOTHING
    used = len(data)
    if len(starts) and not alone[-1] and starts[-1] + _EVENT_BYTES > len(data):
        used = int(starts[-1])
        starts, alone = starts[:-1], alone[:-1]
    times = clock + np.cumsum(_STEPS_US[data[starts]])
    at = starts[~alone]
    x, y = (_sixteen_bits(data[at + low], data[at + low + 1]) for low in (1, 3))
    after = int(times[-1]) if len(times) else clock
    return _Found(
        times[~alone], x, y, (data[at] & 1).astype(np.uint8), at, after, data[used:].tobytes()
    )


def _sixteen_bits(low: NDArray[np.uint8], high: NDArray[np.uint8]) -> Coordinates:
    return (high.astype(np.uint16) << 8 | low).astype(np.uint16)


def _starts(data: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Where events and lone bytes begin; the last event may go on past the end.

    Each tells where the next one is.  Of the first 2ᵏ of them, 2ᵏ jumps at once give the next 2ᵏ.
    """
    end = len(data)
    lengths = np.where(data >= _NOTHING, 1, _EVENT_BYTES)
    jump = np.minimum(np.append(np.arange(end) + lengths, end), end).astype(np.int32)
    starts = np.zeros(1, np.int32)
    while starts[-1] < end:
        starts = np.concatenate([starts, jump[starts]])
        jump = jump[jump]
    return starts[starts < end]


def _place_of_loss(outside: NDArray[np.bool_]) -> int | None:
    """Which event of a block is the first after bytes are missing; None where none are.

    Args:
        outside: for each event, whether it lies outside the sensor.
    """
    if not outside.any():
        return None
    first = int(outside.argmax())
    after = len(outside) - first
    return first if np.count_nonzero(outside) > max(1, after // _FEW) else None
