"""Tests on a file's first bytes, from which the registry of formats is made."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from evtui.recordings.numpy_arrays import (
    MAGIC,
    UnknownArray,
    is_table,
    names_events,
    parse_array,
)
from evtui.recordings.text_shape import NoRows, UnknownText, read_shape

HEAD_BYTES = 4096
"""How much of a file is looked at to tell its format."""

Test = Callable[[bytes], bool]


def starts_with(magic: bytes) -> Test:
    """A file whose first bytes are ``magic``."""
    return lambda head: head.startswith(magic)


def states_evt(*versions: str) -> Test:
    """A Prophesee RAW file whose header states one of these EVT versions.

    The header is lines of text that begin with ``%``.  Old ones say ``% evt 3.0``, newer ones
    ``% format EVT3;height=720;width=1280`` (docs.prophesee.ai, "RAW file format").
    """
    wanted = {version.encode() for version in versions}

    def test(head: bytes) -> bool:
        for line in header_lines(head):
            if match := re.match(rb"%\s*evt\s+([\d.]+)", line):
                return match[1] in wanted
            if match := re.match(rb"%\s*format\s+EVT([\d.]+)", line):
                return match[1] in wanted
        return False

    return test


def is_dat(head: bytes) -> bool:
    """A Prophesee DAT file: ``%`` lines, then an event type of 0x00 or 0x0C and a size of 8.

    The format has no magic of its own (docs.prophesee.ai, "DAT file format").
    """
    lines = header_lines(head)
    if not lines or any(re.match(rb"%\s*(evt|format)\s", line) for line in lines):
        return False
    after = sum(len(line) + 1 for line in lines)
    return head[after : after + 2] in (b"\x00\x08", b"\x0c\x08")


def is_numpy_array(head: bytes) -> bool:
    """A NumPy file whose array may be events, by its header."""
    if not head.startswith(MAGIC):
        return False
    try:
        return is_table(parse_array(io.BytesIO(head), io.BytesIO))
    except UnknownArray:
        return False


def is_numpy_archive(head: bytes) -> bool:
    """A ZIP archive of NumPy arrays, the first of them under a name that events have."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    length = int.from_bytes(head[26:28], "little")
    return names_events(head[30 : 30 + length].decode("utf-8", "replace"))


def is_text(head: bytes) -> bool:
    """Rows of numbers of which it can be told which is t, x, y and p; see ``text_shape``."""
    return not why_no_text(head)


def why_no_text(head: bytes) -> str:
    """What keeps text from being taken for events; empty for text that is taken.

    Args:
        head: the first bytes of a file, all of them if there are fewer than ``HEAD_BYTES``.
    """
    try:
        read_shape(head, complete=len(head) < HEAD_BYTES)
    except NoRows:
        return "not a format evtui knows"
    except UnknownText as error:
        return f"is text, but {error}"
    return ""


def header_lines(head: bytes) -> list[bytes]:
    """The leading lines that begin with ``%``, without their line feeds, ``% end`` included."""
    lines: list[bytes] = []
    rest = head
    while rest.startswith(b"%") and b"\n" in rest:
        line, _, rest = rest.partition(b"\n")
        lines.append(line)
        if line.strip() == b"% end":
            break
    return lines
