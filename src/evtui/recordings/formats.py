"""The one registry of formats: how each is recognised, and what reads it."""

from __future__ import annotations

import importlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evtui.errors import CannotRead, NeedsLoading, UnknownFormat, UnsupportedRecording
from evtui.recordings.base import Recording
from evtui.recordings.sniffing import (
    HEAD_BYTES,
    LONG_HEADS,
    has_only_comments,
    is_dat,
    is_hdf5,
    is_numpy_archive,
    is_text,
    starts_with,
    states_evt,
    why_no_text,
)
from evtui.recordings.tables.numpy_arrays import MAGIC
from evtui.recordings.whole import Contents, Decoder
from evtui.timing import Stopwatch


@dataclass(frozen=True, slots=True)
class Format:
    """One format.  ``reader`` and ``decoder`` are ``module:function``, imported when needed."""

    name: str
    endings: tuple[str, ...]
    """File endings by which a folder scan takes a file for a candidate."""
    matches: Callable[[bytes], bool]
    """Whether a file's first bytes are of this format."""
    look_inside: str | None = None
    """Says what the headers inside a file tell, as ``whole.Contents``."""
    reader: str | None = None
    """Opens the file in place; None where it has to be decoded whole."""
    decoder: str | None = None
    """Decodes the file whole, in the loading process; see ``whole.Decoder``.  None where there is
    none, and where the reader's ``runs`` do the same."""
    by_evlib: bool = False
    """Whether ``evlib.load_events`` decodes it exactly."""
    why_not: str = ""
    """For a format that is recognised and neither read nor loaded: what to tell the user."""


FORMATS: tuple[Format, ...] = (
    Format(
        "HDF5",
        (".h5", ".hdf5", ".hdf"),
        is_hdf5,
        reader="evtui.recordings.hdf5.reader:open_hdf5",
        decoder="evtui.recordings.hdf5.whole:decode_hdf5",
        by_evlib=True,
    ),
    Format(
        "AEDAT4",
        (".aedat4",),
        starts_with(b"#!AER-DAT4"),
        decoder="evtui.recordings.aedat.aedat4:decode_aedat4",
        by_evlib=True,
    ),
    Format(
        "AEDAT3",
        (".aedat",),
        starts_with(b"#!AER-DAT3"),
        decoder="evtui.recordings.aedat.aedat3:decode_aedat3",
    ),
    Format(
        "AEDAT2",
        (".aedat",),
        starts_with(b"#!AER-DAT2"),
        decoder="evtui.recordings.aedat.aedat2:decode_aedat2",
    ),
    Format(
        "AEDAT",
        (".aedat",),
        starts_with(b"#!AER-DAT"),
        why_not="of AEDAT, versions 2, 3.1 and 4 are known",
    ),
    Format(
        "ES",
        (".es",),
        starts_with(b"Event Stream"),
        decoder="evtui.recordings.event_stream:decode_event_stream",
    ),
    Format(
        "EVT3",
        (".raw",),
        states_evt("3"),
        reader="evtui.recordings.prophesee.raw:open_raw",
        by_evlib=True,
    ),
    # evlib gives junk for the legacy order of EVT2.1's halves, without an error.
    Format(
        "EVT2.1", (".raw",), states_evt("2.1"), reader="evtui.recordings.prophesee.raw:open_raw"
    ),
    Format(
        "EVT2",
        (".raw",),
        states_evt("2"),
        reader="evtui.recordings.prophesee.raw:open_raw",
        by_evlib=True,
    ),
    # evlib takes DAT for text, or for EVT2 where it is named .raw.
    Format("DAT", (".dat",), is_dat, reader="evtui.recordings.prophesee.dat:open_dat"),
    Format(
        "NPY",
        (".npy",),
        starts_with(MAGIC),
        look_inside="evtui.recordings.tables.numpy_files:look_inside_npy",
        decoder="evtui.recordings.tables.numpy_files:decode_npy",
    ),
    Format(
        "NPZ",
        (".npz",),
        is_numpy_archive,
        look_inside="evtui.recordings.tables.numpy_files:look_inside_npz",
        decoder="evtui.recordings.tables.numpy_files:decode_npz",
    ),
    # evlib takes any number for seconds, and any four columns for t x y p.
    Format("text", (".txt", ".csv"), is_text, decoder="evtui.recordings.tables.text:decode_text"),
)
"""Most telling first: the first format whose ``matches`` says yes is taken."""

ENDINGS: frozenset[str] = frozenset(ending for known in FORMATS for ending in known.endings)


def read_head(path: Path, length: int = HEAD_BYTES) -> bytes:
    """The first bytes of a file, for telling its format.

    Raises:
        CannotRead: the operating system refuses.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise CannotRead(path, "is not a file but a pipe or a device")
        with path.open("rb") as file:
            return file.read(length)
    except OSError as error:
        raise CannotRead.because(path, error) from error


def identify(path: Path) -> Format:
    """The format of a file, by its content; the ending is not trusted.

    Raises:
        CannotRead: the operating system refuses.
        UnknownFormat: no format matches, or what is in the file is no events.
    """
    head = b""
    for length in (HEAD_BYTES, *LONG_HEADS):
        if head and not has_only_comments(head):
            break
        head = read_head(path, length)
        known = next((known for known in FORMATS if known.matches(head)), None)
        if known is not None:
            if why_none := look_inside(path, known).why_none:
                raise UnknownFormat(path, why_none)
            return known
    raise UnknownFormat(
        path,
        why_no_text(head) if head else "the file is empty",
        "known are " + ", ".join(known.name for known in FORMATS) if head else "",
    )


def look_inside(path: Path, known: Format) -> Contents:
    """What the headers inside a file of a known format tell; little for most formats.

    Raises:
        CannotRead: the operating system refuses.
    """
    if known.look_inside is None:
        return Contents()
    return cast(Callable[[Path], Contents], _imported(known.look_inside))(path)


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
        if known.decoder or known.by_evlib:
            raise NeedsLoading(path, f"{known.name} is decoded whole before it plays")
        raise UnsupportedRecording(path, known.why_not)
    with watch.stage("schema"):
        opener = cast(Callable[[Path], Recording], _imported(known.reader))
        return opener(path)


def find_decoder(path: Path) -> Decoder | None:
    """What decodes a file whole; None where its reader or evlib does.

    Raises:
        RecordingError: as ``identify``.
    """
    known = identify(path)
    return cast(Decoder, _imported(known.decoder)) if known.decoder else None


def _imported(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
