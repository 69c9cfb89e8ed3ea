"""Tests on a file's first bytes, from which the registry of formats is made."""

from __future__ import annotations

import re
from collections.abc import Callable

Test = Callable[[bytes], bool]

_NUMBER = rb"-?\d+"
_SECONDS = rb"-?\d+\.\d+(?:[eE][-+]?\d+)?"
_TEXT_ROW = re.compile(
    rb"\s*".join([_SECONDS, rb"[ \t]", _NUMBER, rb"[ \t]", _NUMBER, rb"[ \t]", _NUMBER])
)


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


def is_text_in_seconds(head: bytes) -> bool:
    """Rows of ``t x y p``, separated by blanks, t in seconds with a decimal point.

    Whole numbers are left out on purpose: evlib takes any number for seconds, so that microseconds
    would come out a million times too large.
    """
    lines = [line for line in head.splitlines() if line.strip() and not line.startswith(b"#")]
    complete = lines if len(lines) == 1 else lines[:-1]
    return bool(complete) and all(_TEXT_ROW.fullmatch(line.strip()) for line in complete)


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
