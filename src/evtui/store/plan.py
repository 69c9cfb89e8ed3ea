"""The plan of a load: which loader takes the file, and what it will cost."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evtui.errors import CannotRead, NeedsEvlib, NeedsLoading, UnsupportedRecording
from evtui.events import BYTES_PER_EVENT
from evtui.recordings.base import RecordingInfo
from evtui.recordings.findings import Finding
from evtui.recordings.formats import identify, look_inside, open_in_place, read_head
from evtui.recordings.prophesee.raw_header import RawHeader, parse_header
from evtui.recordings.sniffing import LONG_HEADS

OWN, EVLIB = "own", "evlib"

BYTES_PER_EVENT_IN_FILE: dict[str, float] = {
    "HDF5": 3.0,
    "EVT3": 2.8,
    "EVT2": 4.0,
    "EVT2.1": 8.0,
    "AEDAT4": 8.0,
    "AEDAT3": 8.0,
    "AEDAT2": 8.0,
    "ES": 5.0,
    "NPY": 8.0,
    "NPZ": 3.0,
    "text": 12.0,
}
"""The fewest seen, so that a cost told from it is rather too high.

HDF5, EVT2.1, NPZ and text from 26 M synthetic events, AEDAT2 and 3, ES and NPY by their formats;
the others from real recordings: EVT3 618,052 bytes for 219,596 events, EVT2 2,170,592 for 539,481,
AEDAT4 949,253 for 111,954.
"""

_LEAST_IN_FILE = min(BYTES_PER_EVENT_IN_FILE.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """One load, before it begins."""

    path: Path
    format: str
    loader: str
    """``own`` or ``evlib``."""
    bytes: int
    """Size of the file."""
    mtime_ns: int
    info: RecordingInfo | None = None
    """What our own reader knows of the recording; None where it cannot open it."""
    findings: tuple[Finding, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    """What a RAW file's header states."""
    most_events: int | None = None
    """How many there are at most, where the headers inside the file tell it."""

    @property
    def in_place(self) -> bool:
        """Whether a reader of ours finds windows in the file itself."""
        return self.info is not None

    @property
    def size(self) -> tuple[int, int] | None:
        """Columns and rows of the sensor; None where neither our reader nor a header tells."""
        if self.info is not None:
            return self.info.width, self.info.height
        return RawHeader(self.header, 0).size

    @property
    def cost(self) -> int:
        """Bytes of memory that the loaded events will hold; told from the file's size at worst."""
        if self.info is not None and self.info.events_exact:
            return self.info.events * BYTES_PER_EVENT
        if self.most_events is not None:
            return self.most_events * BYTES_PER_EVENT
        return guess_cost(self.format, self.bytes)


def guess_cost(format_name: str, size: int) -> int:
    """Bytes of memory that the events of a file hold at most, told from its size."""
    per_event = BYTES_PER_EVENT_IN_FILE.get(format_name, _LEAST_IN_FILE)
    return int(size / per_event * BYTES_PER_EVENT)


def make_plan(path: Path, preference: str = "auto") -> Plan:
    """Look at a file and choose its loader: a reader or decoder of ours, else evlib.

    Args:
        path: the file.
        preference: ``auto``, or ``evlib`` to have evlib decode whatever it can.

    Raises:
        RecordingError: the file cannot be read, or no loader decodes it.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise CannotRead.because(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise CannotRead(path, "is not a regular file")
    known = identify(path)
    by_evlib = preference == EVLIB and known.by_evlib
    info, findings, ours = _look_inside(path, forced=by_evlib)
    ours = ours and (info is not None or known.decoder is not None)
    return Plan(
        path=path,
        format=known.name,
        loader=OWN if ours and not by_evlib else EVLIB,
        bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        info=info,
        findings=findings,
        header=parse_header(read_head(path, LONG_HEADS[-1])).fields,
        most_events=look_inside(path, known).events,
    )


def _look_inside(
    path: Path, *, forced: bool
) -> tuple[RecordingInfo | None, tuple[Finding, ...], bool]:
    """What our own reader says of the file, and whether code of ours can decode it.

    Nothing is said of one that has to be decoded whole.
    """
    try:
        recording = open_in_place(path)
    except NeedsEvlib:
        return None, (), False
    except NeedsLoading:
        return None, (), True
    except UnsupportedRecording:
        if forced:
            return None, (), False
        raise
    try:
        return recording.info, tuple(recording.findings()), True
    finally:
        recording.close()
