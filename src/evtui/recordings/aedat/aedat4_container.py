"""AEDAT 4 files as containers: the header, and where the packets are.

The line ``#!AER-DAT4.0``; a header as FlatBuffers table, ``IOHEader`` with compression, position of
the data table and a description in XML; then packets, each after its stream and its length in
bytes; at the end the data table (docs.inivation.com, "AEDAT 4.0"; dv-runtime, ``IOHeader.fbs``).
What is in a packet is the library's matter, see ``aedat4``.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evtui.errors import DamagedRecording
from evtui.recordings.aedat.aedat4_packing import ends_early
from evtui.units import printable

SIGNATURE = b"#!AER-DAT4.0\r\n"

_LENGTH = struct.Struct("<I")
_PACKET = struct.Struct("<iI")
_LONGEST_HEADER = 16 << 20
_LONGEST_TABLE = 64 << 20

_COMPRESSIONS = ("none", "LZ4", "LZ4 high", "Zstd", "Zstd high")
_COMPRESSION, _TABLE_POSITION, _DESCRIPTION = range(3)
"""Fields of the header's table, in order."""

_SOURCE = re.compile(r'<attr key="source"[^>]*>([^<]{1,200})</attr>')


@dataclass(frozen=True, slots=True)
class Container:
    """What the header of a file states, and where its packets lie."""

    fields: Mapping[str, str]
    """``compression`` and ``source``; text of the file, never markup."""
    start: int
    """Bytes before the first packet."""
    stop: int
    """Bytes before the data table, or of the whole file where there is none."""
    ends_early: bool
    """Whether the file ends before its data table does."""

    def packet_ends(self, file: IO[bytes]) -> Iterator[int]:
        """Where each packet ends; beyond ``stop`` if the file is cut short in the last one."""
        at = self.start
        while at < self.stop:
            head = os.pread(file.fileno(), _PACKET.size, at)
            if len(head) < _PACKET.size:
                yield at + _PACKET.size
                return
            at += _PACKET.size + _PACKET.unpack(head)[1]
            yield at


def read_container(path: Path, file: IO[bytes], length: int) -> Container:
    """The header of an open file.

    The library ends its process over a description that is no UTF-8, so that is looked for here.

    Raises:
        DamagedRecording: the header is cut short, or contradicts itself.
    """
    file.seek(len(SIGNATURE))
    stated = file.read(_LENGTH.size)
    header_bytes = _LENGTH.unpack(stated)[0] if len(stated) == _LENGTH.size else length
    start = len(SIGNATURE) + _LENGTH.size + header_bytes
    if start > length or header_bytes > _LONGEST_HEADER:
        raise DamagedRecording(path, "its header is cut short")
    try:
        table = _Table(file.read(header_bytes))
        compression = table.number(_COMPRESSION, "<i", default=0)
        position = table.number(_TABLE_POSITION, "<q", default=-1)
        description = table.text(_DESCRIPTION)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise DamagedRecording(path, "its header cannot be decoded") from error
    fields = {"compression": _COMPRESSIONS[compression] if 0 <= compression < 5 else "unknown"}
    if source := _SOURCE.search(description):
        fields["source"] = printable(source[1])
    if not start <= position < length:
        return Container(fields, start, length, ends_early=position >= length)
    file.seek(position)
    return Container(fields, start, position, ends_early(file.read(_LONGEST_TABLE)))


class _Table:
    """One FlatBuffers table, read field by field (flatbuffers.dev, "FlatBuffer Internals")."""

    def __init__(self, data: bytes) -> None:
        """Find the table that ``data`` is about.

        Raises:
            struct.error: it lies outside.
        """
        self._data = data
        self._start = self._read("<I", 0)
        self._fields = self._start - self._read("<i", self._start)
        self._fields_bytes = self._read("<H", self._fields)

    def number(self, field: int, kind: str, default: int) -> int:
        at = self._place(field)
        return default if at is None else self._read(kind, at)

    def text(self, field: int) -> str:
        at = self._place(field)
        if at is None:
            return ""
        at += self._read("<I", at)
        end = at + _LENGTH.size + self._read("<I", at)
        if end > len(self._data):
            raise IndexError(end)
        return self._data[at + _LENGTH.size : end].decode("utf-8")

    def _place(self, field: int) -> int | None:
        entry = 4 + 2 * field
        offset = self._read("<H", self._fields + entry) if entry < self._fields_bytes else 0
        return self._start + offset if offset else None

    def _read(self, kind: str, at: int) -> int:
        if at < 0:
            raise IndexError(at)
        number: int = struct.unpack_from(kind, self._data, at)[0]
        return number
