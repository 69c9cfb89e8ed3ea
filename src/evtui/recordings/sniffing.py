"""Tests on a file's first bytes, from which the registry of formats is made."""

from __future__ import annotations

import io
from collections.abc import Callable

from evtui.recordings.prophesee.raw_header import parse_header
from evtui.recordings.tables.numpy_arrays import (
    MAGIC,
    UnknownArray,
    is_table,
    names_events,
    parse_array,
)
from evtui.recordings.tables.text_shape import NoRows, UnknownText, read_shape

HEAD_BYTES = 4096
"""How much of a file is looked at to tell its format."""

Test = Callable[[bytes], bool]


def starts_with(magic: bytes) -> Test:
    """A file whose first bytes are ``magic``."""
    return lambda head: head.startswith(magic)


def states_evt(version: str) -> Test:
    """A Prophesee RAW file of this EVT version, ``2``, ``2.1`` or ``3``.

    By its header, or by its words where the header states none.
    """
    return lambda head: _evt_version(head) == version


def _evt_version(head: bytes) -> str | None:
    header = parse_header(head)
    if header.version or not header.may_be_raw:
        return header.version
    # Only old files need it: it costs every start some ms.
    from evtui.recordings.prophesee.likeness import likeliest

    told = likeliest([head[header.data_offset :]])
    return told.version if told else None


def is_dat(head: bytes) -> bool:
    """A Prophesee DAT file: ``%`` lines that state no EVT version, an event type, a size of 8.

    The format has no magic of its own (docs.prophesee.ai, "DAT file format").  Type 0x0E holds
    triggers instead of events; its reader says so.
    """
    header = parse_header(head)
    kind = head[header.data_offset : header.data_offset + 2]
    stated = header.version is not None
    return header.data_offset > 0 and not stated and kind in (b"\x00\x08", b"\x0c\x08", b"\x0e\x08")


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
