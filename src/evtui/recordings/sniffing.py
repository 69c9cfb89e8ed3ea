"""Tests on a file's first bytes, from which the registry of formats is made."""

from __future__ import annotations

import re
from collections.abc import Callable

from evtui.recordings.prophesee.raw_header import parse_header
from evtui.recordings.tables.numpy_arrays import ENDING
from evtui.recordings.tables.text_shape import NoRows, UnknownText, read_shape

HEAD_BYTES = 4_096
"""How much of a file is looked at to tell its format."""

LONG_HEADS = (1 << 18, 1 << 20)
"""How much is looked at where the first bytes are a header or comments and nothing else."""

_ONLY_COMMENTS = re.compile(rb"(?:[ \t]*(?:(?:#|%|//)[^\x00-\x08\x0e-\x1f\n]*)?\n)+[^\n]*")

_HDF5 = b"\x89HDF\r\n\x1a\n"
_DAT_TITLE = b"% Data file containing"

Test = Callable[[bytes], bool]


def has_only_comments(head: bytes) -> bool:
    """Whether lines of a header or comments fill the first bytes of a file, but for the last."""
    return _ONLY_COMMENTS.fullmatch(head) is not None


def starts_with(magic: bytes) -> Test:
    """A file whose first bytes are ``magic``."""
    return lambda head: head.startswith(magic)


def is_hdf5(head: bytes) -> bool:
    """An HDF5 file, whose signature is at byte 0, 512, 1024, 2048, … (HDF5 file format, II.A).

    What comes before it is the user's: MATLAB's files of version 7.3 have 512 bytes of text.
    """
    places = [0, *(512 << power for power in range(len(head).bit_length()))]
    return any(head.startswith(_HDF5, place) for place in places)


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

    The format has no magic of its own (docs.prophesee.ai, "DAT file format"), but mostly a title.
    Type 0x0E holds triggers instead of events; its reader says so, as of types it does not know.
    """
    header = parse_header(head)
    if not header.data_offset or header.version is not None:
        return False
    kind = head[header.data_offset : header.data_offset + 2]
    return head.startswith(_DAT_TITLE) or kind in (b"\x00\x08", b"\x0c\x08", b"\x0e\x08")


def is_numpy_archive(head: bytes) -> bool:
    """A ZIP archive whose first member is a NumPy array."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length].endswith(ENDING.encode())


def is_text(head: bytes) -> bool:
    """Rows of numbers of which it can be told which is t, x, y and p; see ``text_shape``."""
    return not why_no_text(head)


def why_no_text(head: bytes) -> str:
    """What keeps text from being taken for events; empty for text that is taken.

    Args:
        head: the first bytes of a file, all of them unless there are ``HEAD_BYTES`` or as many as
            one of ``LONG_HEADS``.
    """
    try:
        read_shape(head, complete=len(head) not in (HEAD_BYTES, *LONG_HEADS))
    except NoRows:
        return "not a format evtui knows"
    except UnknownText as error:
        return f"is text, but {error}"
    return ""
