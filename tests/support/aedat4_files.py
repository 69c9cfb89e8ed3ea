"""AEDAT 4 files made from events whose truth is known, FlatBuffers and all."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from evtui.events import Events

MAGIC = b"#!AER-DAT4.0\r\n"
COMPRESSIONS = ("none", "lz4", "lz4", "zstd", "zstd")
"""Names of pyarrow's codecs; high compression differs for the writer only."""

_EVENT = np.dtype(
    {"names": ["t", "x", "y", "p"], "formats": ["<i8", "<i2", "<i2", "u1"]}, align=True
)


def compressor(compression: int) -> Callable[[bytes], bytes]:
    """What packs a packet of a file with this ``compression`` in its header."""
    codec = COMPRESSIONS[compression]
    if codec == "none":
        return lambda data: data
    import pyarrow

    return lambda data: pyarrow.compress(data, codec=codec, asbytes=True)


def event_packet(events: Events, t_first_us: int = 0) -> bytes:
    """A FlatBuffers table ``EventPacket``, before compression."""
    rows = np.zeros(len(events), _EVENT)
    rows["t"] = events.t + t_first_us
    rows["x"], rows["y"], rows["p"] = events.x, events.y, events.p
    # vtable of one field at 12, table at 20, vector at 28 with its structs at 32
    table = struct.pack("<I4s 3H2x iI I", 16, b"EVTS", 6, 8, 4, 8, 4, len(rows)) + rows.tobytes()
    return struct.pack("<I", len(table)) + table


def description(streams: Mapping[int, tuple[str, tuple[int, int]]]) -> bytes:
    """The XML that names the streams: number → identifier and sensor size."""
    nodes = "".join(
        f'<node name="{number}" path="/mainloop/Recorder/outInfo/{number}/">'
        f'<attr key="typeIdentifier" type="string">{identifier}</attr>'
        f'<node name="info" path="/mainloop/Recorder/outInfo/{number}/info/">'
        f'<attr key="sizeX" type="int">{width}</attr><attr key="sizeY" type="int">{height}</attr>'
        f'<attr key="source" type="string">DAVIS346_1</attr></node></node>'
        for number, (identifier, (width, height)) in streams.items()
    )
    return (
        f'<dv version="2.0"><node name="outInfo" path="/mainloop/Recorder/outInfo/">{nodes}'
        "</node></dv>"
    ).encode()


def header(xml: bytes, compression: int = 0, table_position: int = -1) -> bytes:
    """Magic and FlatBuffers table ``IOHeader``."""
    # vtable of three fields at 12, table at 24, text at 44
    fields = struct.pack(
        "<I4s 5H2x i i q I", 20, b"IOHE", 10, 20, 4, 8, 16, 12, compression, table_position, 4
    )
    table = fields + struct.pack("<I", len(xml)) + xml + b"\0"
    return MAGIC + struct.pack("<I", len(table)) + table


def data_table(compression: int = 0) -> bytes:
    """A FlatBuffers table ``FileDataTable``, packed like the packets, with a length where not."""
    content = struct.pack("<I4s", 8, b"FTAB") + bytes(range(200)) * 5
    packed = compressor(compression)(content if compression else b"")
    return packed or struct.pack("<I", len(content)) + content


def write_aedat4(
    path: Path,
    packets: Iterable[tuple[int, bytes]],
    *,
    streams: Mapping[int, tuple[str, tuple[int, int]]] | None = None,
    compression: int = 0,
    table: bytes | None = None,
) -> Path:
    """A whole file.

    Args:
        path: the file.
        packets: stream and FlatBuffers table of each.
        streams: as for ``description``.
        compression: 0 none, 1 LZ4, 2 LZ4 high, 3 Zstd, 4 Zstd high.
        table: the data table at the end; None for a file that was not closed.
    """
    xml = description(streams or {0: ("EVTS", (640, 480))})
    pack = compressor(compression)
    data = b""
    for stream, packet in packets:
        packed = pack(packet)
        data += struct.pack("<iI", stream, len(packed)) + packed
    position = -1 if table is None else len(header(xml)) + len(data)
    path.write_bytes(header(xml, compression, position) + data + (table or b""))
    return path


def packets_of(events: Events, t_first_us: int = 0, size: int = 1_000) -> list[tuple[int, bytes]]:
    """Events in packets of stream 0."""
    starts = range(0, len(events), size)
    return [(0, event_packet(events[start : start + size], t_first_us)) for start in starts]
