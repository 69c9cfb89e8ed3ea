"""The text at the head of Prophesee's RAW and DAT files.

Lines of ``% key value``, the last of which may be ``% end``; the data begins right after them.  A
line ends with ``\\n`` or ``\\r\\n``.  Old files say ``% evt 3.0`` and ``% geometry 640x480``, newer
ones ``% format EVT3;height=720;width=1280``, DAT files ``% Width 304`` and ``% Height 240``
(docs.prophesee.ai, "RAW file format" and "DAT file format"; OpenEB, ``GenericHeader``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.sensors import stated_size

# Data may begin with "% " too, but is no line of text: some control character comes soon.
_LINE = re.compile(rb"% [^\x00-\x08\x0a-\x1f\x7f]*\r?(?:\n|\Z)")

_VERSIONS = {"2": "2", "2.0": "2", "2.1": "2.1", "21": "2.1", "3": "3", "3.0": "3"}

_FIRST_READ = 4096
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class RawHeader:
    """What the header of a RAW or DAT file states, and where the data begins."""

    fields: Mapping[str, str]
    """Every ``% key value`` line, the later of two with one key; text of the file, never markup."""
    data_offset: int
    """Bytes before the data."""

    @property
    def version(self) -> str | None:
        """The encoding of the data, ``2``, ``2.1`` or ``3``; None for DAT and for any other."""
        name = re.match(r"EVT([\d.]+)", self.fields.get("format", ""))
        return _VERSIONS.get(name[1] if name else self.fields.get("evt", ""))

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the sensor, None where nothing tells them."""
        return stated_size(self.fields)


def parse_header(head: bytes) -> RawHeader:
    """The header at the beginning of a file.

    Args:
        head: the file's first bytes; where the header fills them all it may go on after them.
    """
    fields = {}
    offset = 0
    while match := _LINE.match(head, offset):
        offset = match.end()
        key, _, value = match[0][1:].decode("utf-8", "replace").strip().partition(" ")
        if value:
            fields[key] = value.strip()
        elif key == "end":
            break
    return RawHeader(fields, offset)


def read_header(path: Path, descriptor: int) -> RawHeader:
    """The header of an open file, however long it is.

    Args:
        path: of the file, for messages.
        descriptor: of the same file, open for reading; its position is not moved.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: the header does not end within 1 MB.
    """
    length = _FIRST_READ
    while length <= _LONGEST:
        try:
            head = os.pread(descriptor, length, 0)
        except OSError as error:
            raise CannotRead.because(path, error) from error
        header = parse_header(head)
        # Where but one byte is left over, a line may begin with it.
        if header.data_offset + 1 < len(head) or len(head) < length:
            return header
        length *= 4
    raise DamagedRecording(path, "its header does not end")
