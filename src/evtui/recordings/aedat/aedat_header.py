"""The text at the head of AEDAT 2 and AEDAT 3 files.

Lines that begin with ``#`` and end with CR LF, of which some are ``# Key: value``; the data begins
after the last of them, or after a line that says so (docs.inivation.com, "AEDAT File Formats").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evtui.errors import DamagedRecording
from evtui.units import printable

# Data may begin with "#" too, but is no line of text: some control character comes soon.
_LINE = re.compile(rb"#[^\x00-\x08\x0a-\x0c\x0e-\x1f\x7f]*\n")
_FIELD = re.compile(r"#\s*([A-Za-z][\w .-]{0,40}):\s+(.{1,200})")
_END = re.compile(rb"#!?\s*END[- ](HEADER|OF ASCII HEADER)", re.IGNORECASE)

_LONGEST = 4 << 20
"""jAER writes all its preferences into the header."""

_MOST_FIELDS = 64


@dataclass(frozen=True, slots=True)
class AedatHeader:
    """What the header states, and where the data begins."""

    fields: Mapping[str, str]
    """The ``# Key: value`` lines; text of the file, never markup."""
    data_offset: int
    """Bytes before the data."""


def read_aedat_header(path: Path, file: IO[bytes]) -> AedatHeader:
    """The header of an open file, whose position is moved.

    Raises:
        DamagedRecording: the header does not end within 4 MB.
    """
    file.seek(0)
    head = file.read(_LONGEST)
    fields: dict[str, str] = {}
    offset = 0
    while match := _LINE.match(head, offset):
        offset = match.end()
        if _END.match(match[0]):
            break
        line = printable(match[0].decode("utf-8", "replace").rstrip("\r\n"))
        if (field := _FIELD.fullmatch(line)) and len(fields) < _MOST_FIELDS:
            fields.setdefault(field[1], field[2].strip())
    if offset == _LONGEST:
        raise DamagedRecording(path, "its header does not end")
    return AedatHeader(fields, offset)
