"""AEDAT 3.1 files, as cAER and DV write them.

After the header, packets: 28 bytes that state the type, source and number of the events, then the
events.  A polarity event has two words: validity in bit 0, polarity in bit 1, y in bits 2 to 16,
x in bits 17 to 31; then µs, above which the packet states how often 2³¹ µs have passed.  All
little-endian, rows from the top (docs.inivation.com, "AEDAT 3.1"; libcaer, ``events/common.h``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.aedat.aedat_header import AedatHeader, read_aedat_header
from evtui.recordings.findings import finding
from evtui.recordings.sensors import camera_size
from evtui.recordings.whole import RUN_BYTES, Facts, Run, gathered, length_of, opened
from evtui.units import printable

SIGNATURE = b"#!AER-DAT3.1"

_PACKET = struct.Struct("<2h6i")
_POLARITY = 1
_EVENT = np.dtype([("word", "<u4"), ("t", "<i4")])
_T_OFFSET = 4
_OVERFLOW_BITS = 31


class _Packet(NamedTuple):
    """What a packet states of its events."""

    kind: int
    source: int
    event_bytes: int
    t_offset: int
    overflow: int
    capacity: int
    number: int
    valid: int

    @property
    def is_sound(self) -> bool:
        """Whether a writer may have stated this; a compressed packet has a negative kind."""
        counts = 0 <= self.valid <= self.number == self.capacity
        sound = self.kind >= 0 and self.event_bytes > 0 and self.overflow >= 0 and counts
        polarity = (self.event_bytes, self.t_offset) == (_EVENT.itemsize, _T_OFFSET)
        return sound and (polarity or self.kind != _POLARITY)

    @property
    def bytes(self) -> int:
        return self.number * self.event_bytes


def decode_aedat3(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the header does not end, or no packet follows it.
        UnsupportedRecording: the packets are compressed, or of version 3.0.
    """
    with opened(path) as file:
        header = read_aedat_header(path, file)
        _require_readable(path, file, header)
        facts.header = header.fields
        file.seek(header.data_offset)
        yield from gathered(_runs(path, file, facts))


def _require_readable(path: Path, file: IO[bytes], header: AedatHeader) -> None:
    file.seek(0)
    version = file.read(len(SIGNATURE))
    if version != SIGNATURE:
        stated = printable(version.decode("ascii", "replace").removeprefix("#!AER-DAT"))
        raise UnsupportedRecording(path, f"is AEDAT {stated}; of AEDAT 3, version 3.1 is known")
    packing = header.fields.get("Format", "RAW")
    if packing != "RAW":
        raise UnsupportedRecording(path, f"its packets are packed as {packing}; RAW is known")


def _runs(path: Path, file: IO[bytes], facts: Facts) -> Iterator[Run]:
    length = length_of(file)
    shown: int | None = None
    others: set[int] = set()
    start = first = file.tell()
    while head := file.read(_PACKET.size):
        left = length - file.tell()
        packet = _Packet._make(_PACKET.unpack(head)) if len(head) == _PACKET.size else None
        if packet is not None and not packet.is_sound:
            if start == first:
                raise DamagedRecording(path, "no event packet follows its header")
            said = f"no event packet begins at byte {start:,}; what follows is left out"
            facts.findings.append(finding("damaged_parts", said))
            break
        if packet is not None and packet.kind == _POLARITY:
            shown = packet.source if shown is None else shown
            if packet.source == shown:
                yield from _events(file, packet, min(packet.bytes, left), length)
            else:
                others.add(packet.source)
        if packet is None or packet.bytes > left:
            facts.findings.append(finding("truncated"))
            break
        start = start + _PACKET.size + packet.bytes
        file.seek(start)
    _describe(facts, shown, others)


def _events(file: IO[bytes], packet: _Packet, length: int, file_length: int) -> Iterator[Run]:
    """The events of one packet, of which ``length`` bytes are there."""
    while length >= _EVENT.itemsize:
        block = file.read(min(length // _EVENT.itemsize * _EVENT.itemsize, RUN_BYTES))
        events = np.frombuffer(block, _EVENT, len(block) // _EVENT.itemsize)
        if not len(events):
            return
        length -= len(block)
        events = events[events["word"] & 1 == 1]
        word = events["word"]
        yield Run(
            events["t"].astype(np.int64) + (packet.overflow << _OVERFLOW_BITS),
            (word >> 17).astype(np.uint16),
            (word >> 2 & 0x7FFF).astype(np.uint16),
            (word >> 1 & 1).astype(np.uint8),
            file.tell() / file_length,
        )


def _describe(facts: Facts, shown: int | None, others: set[int]) -> None:
    camera = facts.header.get(f"Source {shown or 0}", "")
    facts.layout = f"3.1, {camera}" if camera else "3.1"
    facts.size = camera_size(camera)
    if others:
        numbers = ", ".join(str(source) for source in sorted(others))
        said = f"shown is source {shown}; the file also holds events of source {numbers}"
        facts.findings.append(finding("several_recordings", said))
