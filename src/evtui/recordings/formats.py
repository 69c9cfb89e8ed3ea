"""The one registry of formats: how each is recognised, and what reads it."""

from __future__ import annotations

import importlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from evtui.errors import CannotRead, NeedsLoading, UnknownFormat, UnsupportedRecording
from evtui.recordings.base import Recording
from evtui.recordings.sniffing import is_dat, is_text_in_seconds, starts_with, states_evt
from evtui.timing import Stopwatch

HEAD_BYTES = 4096
"""How much of a file is looked at to tell its format."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format.  ``reader`` is ``module:function``, imported when first needed."""

    name: str
    endings: tuple[str, ...]
    """File endings by which a folder scan takes a file for a candidate."""
    matches: Callable[[bytes], bool]
    """Whether a file's first ``HEAD_BYTES`` bytes are of this format."""
    reader: str | None = None
    """Opens the file in place; None where it has to be decoded whole."""
    by_evlib: bool = False
    """Whether ``evlib.load_events`` decodes it exactly."""
    why_not: str = ""
    """For a format that is recognised and neither read nor loaded: what to tell the user."""


FORMATS: tuple[Format, ...] = (
    Format(
        "HDF5",
        (".h5", ".hdf5", ".hdf"),
        starts_with(b"\x89HDF\r\n\x1a\n"),
        reader="evtui.recordings.hdf5:open_hdf5",
        by_evlib=True,
    ),
    Format("AEDAT4", (".aedat4",), starts_with(b"#!AER-DAT4"), by_evlib=True),
    Format(
        "AEDAT",
        (".aedat",),
        starts_with(b"#!AER-DAT"),
        why_not="AEDAT 1 to 3 cannot be read yet: evlib gives no events for them, without an error",
    ),
    Format("EVT3", (".raw",), states_evt("3.0", "3"), by_evlib=True),
    Format("EVT2.1", (".raw",), states_evt("2.1", "21"), by_evlib=True),
    Format("EVT2", (".raw",), states_evt("2.0", "2"), by_evlib=True),
    Format(
        "DAT",
        (".dat",),
        is_dat,
        why_not="Prophesee DAT cannot be read yet: evlib would decode it as garbage",
    ),
    Format("text", (".txt", ".csv"), is_text_in_seconds, by_evlib=True),
)
"""Most telling first: the first format whose ``matches`` says yes is taken."""

ENDINGS: frozenset[str] = frozenset(ending for known in FORMATS for ending in known.endings)


def read_head(path: Path) -> bytes:
    """The first bytes of a file, for telling its format.

    Raises:
        CannotRead: the operating system refuses.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise CannotRead(path, "is not a file but a pipe or a device")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise CannotRead.because(path, error) from error


def identify(path: Path) -> Format:
    """The format of a file, by its content; the ending is not trusted.

    Raises:
        CannotRead: the operating system refuses.
        UnknownFormat: no format matches.
    """
    head = read_head(path)
    if not head:
        raise UnknownFormat(path, "the file is empty")
    for known in FORMATS:
        if known.matches(head):
            return known
    raise UnknownFormat(
        path,
        "not a format evtui knows",
        "known are " + ", ".join(known.name for known in FORMATS),
    )


def open_in_place(path: Path, stopwatch: Stopwatch | None = None) -> Recording:
    """Open a recording that can be read window by window.

    Args:
        path: the file.
        stopwatch: is told how long the stages ``open`` and ``schema`` took.

    Raises:
        NeedsLoading: the format is known, but only a loader decodes it, whole.
        RecordingError: any other fault of the file; see ``evtui.errors``.
    """
    watch = stopwatch or Stopwatch()
    with watch.stage("open"):
        known = identify(path)
    if known.reader is None:
        if known.by_evlib:
            raise NeedsLoading(path, f"{known.name} is decoded whole before it plays")
        raise UnsupportedRecording(path, known.why_not)
    module, _, function = known.reader.partition(":")
    with watch.stage("schema"):
        opener = cast(
            Callable[[Path], Recording], getattr(importlib.import_module(module), function)
        )
        return opener(path)
