"""What every reader promises, and the plain data it promises it in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.recordings.findings import Finding
from evtui.recordings.whole import Run
from evtui.units import US_PER_S

Progress = Callable[[float], None]
"""Called with the share done, 0.0 to 1.0."""

Cancelled = Callable[[], bool]
"""Asked between steps of a long pass; True ends it."""


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What is known of a recording before any window is read.

    ``*_exact`` is False where the figure is an estimate, which a later pass may correct.
    """

    path: Path
    format: str
    """The format's name in the registry, as the table shows it: ``HDF5``, ``EVT3``, …"""
    bytes: int
    """Size of the file."""
    width: int
    height: int
    """Sensor size in pixels."""
    events: int
    events_exact: bool
    t_first_us: int
    """Time of the earliest event on the sensor's own clock."""
    duration_us: int
    """From the earliest event to the latest; 0 for fewer than two events."""
    duration_exact: bool
    layout: str = ""
    """The variant within the format, in words: ``events/{t,x,y,p}, gzip``."""
    on_fraction: float | None = None
    """Share of ON events, once something has counted them."""
    header: Mapping[str, str] = field(default_factory=dict)
    """What the file says of itself; text from the file, so never markup."""

    @property
    def rate(self) -> float:
        """Mean event rate in events/s; 0 where the duration is 0."""
        return self.events * US_PER_S / self.duration_us if self.duration_us else 0.0


Span = tuple[int, int]
"""A stretch of time: start and end in µs since the first event."""


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Events per bin over the whole recording, in bins of equal length.

    ``counts`` is float64 of shape (bins,): a cheap timeline is interpolated, so not whole numbers.
    ``on`` has the same shape, or is None where polarity was not counted.
    """

    counts: NDArray[np.float64]
    duration_us: int
    exact: bool
    on: NDArray[np.float64] | None = None
    steps_back: NDArray[np.float64] | None = None
    """Events of each bin after which time goes back, same shape; None where it never does."""
    gaps: tuple[Span, ...] = ()
    """Where no event came though many should have; see ``gaps``."""

    @property
    def bin_us(self) -> float:
        """Length of one bin in µs."""
        return (self.duration_us + 1) / len(self.counts)

    @property
    def rates(self) -> NDArray[np.float64]:
        """Event rate in each bin, events/s."""
        return self.counts * (US_PER_S / self.bin_us)

    def rebinned(self, bins: int) -> Timeline:
        """The same in another number of bins, the edges moved to the nearest of this one's."""
        edges = np.rint(np.linspace(0, len(self.counts), bins + 1)).astype(np.int64)

        def resum(counts: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.diff(np.concatenate([[0.0], np.cumsum(counts)])[edges])

        return dataclasses.replace(
            self,
            counts=resum(self.counts),
            on=None if self.on is None else resum(self.on),
            steps_back=None if self.steps_back is None else resum(self.steps_back),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What a full pass counted, beside the figures of ``RecordingInfo``."""

    timeline: Timeline
    """Exact, and finer than a screen shows it."""
    hot_pixels: NDArray[np.uint16]
    """Columns and rows of pixels that fire by themselves, shape (N, 2), the fastest first."""


class Recording(Protocol):
    """An open recording.  Every method may be called from any thread, one at a time or at once."""

    @property
    def info(self) -> RecordingInfo: ...

    def window(self, t0: int, t1: int) -> Events:
        """The events with t0 ≤ t < t1 in order of time, those of one time in file order.

        It is a slice of all events, sorted stably by time; where time never goes back, that is the
        order of the file.  Where it does, and ``order_checked`` is not True yet, events may be
        missing that lie far from where the file has others of their time, and time 0 may be later
        than the earliest event: a reader knows of a step back only once it met one.

        Args:
            t0: start in µs since the earliest event; may lie before 0.
            t1: end, not included; at or before t0 gives no events.

        Raises:
            CannotRead: the file went away, or was closed.
            DamagedRecording: the bytes of this window cannot be decoded.
        """
        ...

    @property
    def order_checked(self) -> bool:
        """Whether all times were looked at, so that no window lacks an event where time goes back.

        They were once ``index`` has run, and from the start where opening the file takes a look at
        them all.
        """
        ...

    def runs(self) -> Iterator[Run]:
        """Every event once, in file order, as a loader wants them: t on the sensor's clock.

        One run is held at a time, whatever the size of the file.

        Raises:
            CannotRead: the file went away, or was closed.
            DamagedRecording: its bytes cannot be decoded.
        """
        ...

    def timeline(self, bins: int) -> Timeline:
        """Events per bin: from what is cheap to know now, exact once ``index`` has run."""
        ...

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        """The full pass for exact counts, ON/OFF and findings; returns early when cancelled."""
        ...

    @property
    def counts(self) -> Counts | None:
        """What the full pass counted; None until ``index`` has run."""
        ...

    def findings(self) -> Sequence[Finding]:
        """What is wrong or was guessed, as far as it is known now."""
        ...

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        ...


def never_cancelled() -> bool:
    """For a pass that nobody will interrupt."""
    return False


def no_progress(_share: float) -> None:
    """For a pass that nobody watches."""
