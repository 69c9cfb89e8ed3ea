"""A loaded recording: what the store keeps, made from what a load handed over."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evtui.recordings.base import RecordingInfo
from evtui.recordings.conventions import tell_implausible, tell_size
from evtui.recordings.findings import Finding, finding
from evtui.recordings.memory import Columns, MemoryRecording
from evtui.recordings.order import tell_steps_back
from evtui.recordings.whole import Facts
from evtui.store.loader import Decoded
from evtui.store.plan import Plan

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, eq=False)
class Loaded:
    """A recording in memory, in the two forms in which it is used."""

    path: Path
    file_bytes: int
    mtime_ns: int
    """Of the file when it was loaded."""
    recording: MemoryRecording
    """For the player: info, findings, windows."""
    load_seconds: float

    @cached_property
    def frame(self) -> polars.LazyFrame:
        """For queries: evlib's schema, see ``lazy_frame``; the same memory.

        Made when it is first asked for, which imports polars.
        """
        return lazy_frame(self.recording.columns)

    @property
    def bytes(self) -> int:
        """Memory that the events hold."""
        return self.recording.columns.nbytes

    @property
    def bytes_per_s(self) -> float | None:
        """Bytes of the file a second, over the whole load; None where it took no time."""
        return self.file_bytes / self.load_seconds if self.load_seconds > 0 else None

    def is_of(self, path: Path) -> bool:
        """Whether the file is still the one that was loaded, by size and mtime."""
        try:
            status = path.stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (self.file_bytes, self.mtime_ns)


def make_loaded(plan: Plan, decoded: Decoded) -> Loaded:
    """What the store keeps of a finished load."""
    info, guessed = _describe(plan, decoded)
    counted = _counted(decoded, info)
    findings = _combined((*_planned(plan), *decoded.findings, *guessed), counted)
    known = {found.code for found in findings}
    more = (found for found in decoded.counted.findings if found.code not in known)
    recording = MemoryRecording(decoded.columns, info, (*findings, *more), decoded.counted.counts)
    return Loaded(
        path=plan.path,
        file_bytes=plan.bytes,
        mtime_ns=plan.mtime_ns,
        recording=recording,
        load_seconds=decoded.elapsed_s,
    )


def lazy_frame(columns: Columns) -> polars.LazyFrame:
    """The columns in evlib's schema, without a copy: x i16, y i16, t Duration(µs), polarity i8."""
    import polars

    return polars.DataFrame(
        {
            "x": polars.Series(columns.x),
            "y": polars.Series(columns.y),
            "t": polars.Series(columns.t).cast(polars.Duration("us")).set_sorted(),
            "polarity": polars.Series(columns.polarity),
        }
    ).lazy()


def _describe(plan: Plan, decoded: Decoded) -> tuple[RecordingInfo, list[Finding]]:
    """What our own reader knew or our decoder found, else what header and events tell."""
    written, facts = decoded.written, decoded.facts or Facts()
    on_fraction = written.on / written.rows if written.rows else None
    if plan.info is not None and decoded.facts is None:
        return dataclasses.replace(plan.info, on_fraction=on_fraction), []
    guessed = []
    size = facts.size or plan.size
    if size is None:
        width, height, guess = tell_size(written.width, written.height)
        size = width, height
        guessed.append(guess)
    info = RecordingInfo(
        path=plan.path,
        format=plan.format,
        bytes=plan.bytes,
        width=size[0],
        height=size[1],
        events=written.rows,
        events_exact=True,
        t_first_us=0,
        duration_us=0,
        duration_exact=True,
        on_fraction=on_fraction,
        layout=facts.layout,
        header=facts.header or plan.header,
    )
    return info, guessed


def _combined(seen: Iterable[Finding], counted: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once; what was counted says more than what a sample showed of the same."""
    codes = {found.code for found in counted}
    return tuple(dict.fromkeys([*(found for found in seen if found.code not in codes), *counted]))


def _planned(plan: Plan) -> list[Finding]:
    """What our reader found, but for a guess at the order of times if it had not read them all."""
    read_all = plan.info is not None and plan.info.on_fraction is not None
    return [found for found in plan.findings if read_all or found.code != "time_goes_back"]


def _counted(decoded: Decoded, info: RecordingInfo) -> list[Finding]:
    """What only a pass over every event can tell."""
    written, t = decoded.written, decoded.columns.t
    found = []
    if not written.rows:
        found.append(finding("no_events"))
    elif implausible := tell_implausible(written.rows, int(t[-1]) - int(t[0])):
        found.append(implausible)
    if written.rows and written.on in (0, written.rows):
        only = "ON" if written.on else "OFF"
        found.append(finding("one_polarity", f"all {written.rows:,} events are {only}"))
    if written.steps_back:
        found.append(tell_steps_back(written.steps_back, written.largest_step_back))
    if written.width > info.width or written.height > info.height:
        said = f"events reach {written.width}×{written.height}"
        found.append(finding("out_of_sensor", f"{said}, the sensor is {info.width}×{info.height}"))
    return found
