"""What a converted file states about the recording it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import RecordingError
from evtui.export.kinds import Attribute
from evtui.recordings.formats import open_in_place
from evtui.units import printable

_LONGEST_NAME = 200
"""As much of an attribute as a reader shows."""

_BLOSC = "Blosc"
"""How a reader names that compression in a layout."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file as it was when it was converted."""

    name: str
    bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, source: Path) -> Origin:
        """The origin that a recording is now.

        Raises:
            OSError: the operating system refuses.
        """
        status = source.stat()
        return cls(stated_name(source), status.st_size, status.st_mtime_ns)

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """Of the converted file."""
        return {
            "source": self.name,
            "source_bytes": self.bytes,
            "source_mtime_ns": self.mtime_ns,
        }


@dataclass(frozen=True, slots=True)
class OwnFile:
    """An HDF5 file in the layout that evtui writes."""

    fast: bool
    """Whether it is compressed by Blosc."""
    source: str
    """Name of the recording that it was made from; empty where it does not say."""
    origin: Origin | None
    """What it was made from; None where it does not say all of it."""


def stated_name(source: Path) -> str:
    """A file's name as an attribute holds it."""
    return printable(source.name)[:_LONGEST_NAME]


def look_at_own(path: Path) -> OwnFile | None:
    """What a file states; None where it is not in the layout, or of another version of it."""
    from evtui.export.hdf5 import FORMAT_VERSION
    from evtui.recordings.hdf5.statements import EVTUI_FORMAT

    try:
        recording = open_in_place(path)
    except RecordingError:
        return None
    recording.close()
    header = recording.info.header
    if header.get("format") != EVTUI_FORMAT:
        return None
    if header.get("format_version") != str(FORMAT_VERSION):
        return None
    source = header.get("source", "")
    return OwnFile(_BLOSC in recording.info.layout, source, _origin(source, header))


def _origin(source: str, header: Mapping[str, str]) -> Origin | None:
    try:
        return Origin(source, int(header["source_bytes"]), int(header["source_mtime_ns"]))
    except (KeyError, ValueError):
        return None
