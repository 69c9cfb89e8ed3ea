"""The text at the head of Prophesee's RAW and DAT files.

Lines of ``% key value``, the last of which may be ``% end``; the data begins right after them.  A
line ends with ``\\n`` or ``\\r\\n``.  Old files say ``% evt 3.0`` and ``% geometry 640x480``, newer
ones ``% format EVT3;height=720;width=1280``, DAT files ``% Width 304`` and ``% Height 240``
(docs.prophesee.ai, "RAW file format" and "DAT file format"; OpenEB, ``GenericHeader``).

Headers that were edited by hand are read, too: without the blank, with tabs or empty lines, and
with control characters, as long as a ``% end`` follows.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.prophesee.cameras import Camera, camera_of, names_a_camera
from evtui.recordings.prophesee.raw_fields import (
    Fields,
    field_of,
    format_name,
    format_options,
    stated_sizes,
)

# Data may begin with "% " too, but is no line of text: some control character comes soon.
_USUAL = rb"% [^\x00-\x08\x0a-\x1f\x7f]*\r?(?:\n|\Z)"
# Without the blank nothing but plain text will do.
_PLAIN = rb"%[ \t]*(?:[A-Za-z_][\w.-]*[ \t]+[\x20-\x7e\t]+|end[ \t]*)\r?\n"
_EMPTY = rb"(?:%?[ \t]*\r?\n)+(?=" + _PLAIN + rb")"
_LINE = re.compile(rb"|".join([_USUAL, _PLAIN, _EMPTY]))
_LINES_UP_TO_THE_END = re.compile(rb"(?:%[^\n]*\n|[ \t]*\r?\n)+?(?=%[ \t]*end[ \t]*\r?\n)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_VERSIONS = {"2": "2", "2.0": "2", "2.1": "2.1", "21": "2.1", "3": "3", "3.0": "3"}

_FIRST_READ = 1 << 16
_LONGEST_LINE = 1 << 12
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class RawHeader:
    """What the header of a RAW or DAT file states, and where the data begins."""

    fields: Fields
    """Every ``% key value`` line, the later of two with one key; text of the file, never markup."""
    data_offset: int
    """Bytes before the data."""

    @property
    def stated_versions(self) -> list[str]:
        """The encodings ``2``, ``2.1`` or ``3`` that are stated: at most one, if all is well.

        Empty where none is, and where another is that is not known.
        """
        by_format = _version(format_name(self.fields))
        if format_name(self.fields) and by_format is None:
            return []
        stated = [by_format, _version(field_of(self.fields, "evt"))]
        return list(dict.fromkeys(version for version in stated if version))

    @property
    def may_be_raw(self) -> bool:
        """Whether the header is of a RAW file as old software wrote it, without any encoding."""
        keys = ("format", "evt", "Version", "Data")
        return names_a_camera(self.fields) and not any(field_of(self.fields, key) for key in keys)

    @property
    def version(self) -> str | None:
        """The encoding that is stated, or that the camera used to write; None for DAT files."""
        if stated := self.stated_versions:
            return stated[0]
        camera = self.camera
        return camera.version if camera and self.may_be_raw else None

    @property
    def byte_order(self) -> str | None:
        """``little``, ``legacy`` or ``big`` in small letters, or what else is stated."""
        options = format_options(self.fields)
        stated = options.get("endianness") or field_of(self.fields, "endianness")
        return stated.lower() or None

    @property
    def camera(self) -> Camera | None:
        """The camera that is named, where it is known."""
        return camera_of(self.fields)

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of the sensor as they are stated, or the camera's; hardly ever two."""
        camera = self.camera
        return stated_sizes(self.fields) or ([camera.size] if camera else [])

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the sensor, None where nothing tells them."""
        return next(iter(self.sizes), None)


def _version(name: str) -> str | None:
    """The encoding that ``EVT21``, ``evt 2.1`` or ``2.1`` means."""
    number = re.fullmatch(r"(?:EVT)? *([\d.]+)", name, re.IGNORECASE)
    return _VERSIONS.get(number[1]) if number else None


def parse_header(head: bytes) -> RawHeader:
    """The header at the beginning of a file.

    Args:
        head: the file's first bytes; where the header fills them all it may go on after them.
    """
    fields: dict[str, str] = {}
    offset = sure = 0
    while offset < len(head):
        if offset < sure:
            stop = head.index(b"\n", offset) + 1
        elif match := _LINE.match(head, offset):
            stop = match.end()
        elif match := _LINES_UP_TO_THE_END.match(head, offset):
            sure = match.end()
            continue
        else:
            break
        key, value = _split(head[offset:stop])
        offset = stop
        if key == "end":
            break
        if value:
            fields[key] = value
    return RawHeader(fields, offset)


def _split(line: bytes) -> tuple[str, str]:
    """Key and value of a line, both empty where it has none."""
    text = _CONTROL.sub("\ufffd", line.decode("utf-8", "replace").strip())
    key, _, value = text.removeprefix("%").strip().replace("\t", " ").partition(" ")
    return key, value.strip()


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
        # A line may go on behind what was read.
        if header.data_offset + _LONGEST_LINE < len(head) or len(head) < length:
            return header
        length *= 4
    raise DamagedRecording(path, "its header does not end")
