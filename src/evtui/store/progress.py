"""How far a load is: measured where the loader says, else told from the time earlier loads took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from evtui.store.messages import LoadProgress, Stage
from evtui.store.plan import Plan

Clock = Callable[[], float]
"""Seconds that only ever grow."""

MOST_BEFORE_DONE = 0.99
"""The bar never looks full before the load is done."""

WORTH_NOTING_S = 0.5
"""A shorter load says more about opening a file than about reading one."""


class Throughputs(Protocol):
    """Remembers how fast files were read.  May be called from any thread."""

    def throughput(self, format_name: str, loader: str) -> float | None:
        """Bytes of file a second that the loader reaches on the format; None if never measured."""
        ...

    def note_throughput(self, format_name: str, loader: str, size: int, seconds: float) -> None:
        """Remember that ``size`` bytes took so long to read."""
        ...


class ThisRun:
    """Throughputs that are forgotten when the program ends: the last load's counts."""

    def __init__(self) -> None:
        self._rates: dict[tuple[str, str], float] = {}

    def throughput(self, format_name: str, loader: str) -> float | None:
        return self._rates.get((format_name, loader))

    def note_throughput(self, format_name: str, loader: str, size: int, seconds: float) -> None:
        self._rates[format_name, loader] = size / seconds


class ProgressMeter:
    """Follows one load by what its process reports, and by the clock in between."""

    def __init__(
        self, plan: Plan, throughput: float | None = None, clock: Clock = time.monotonic
    ) -> None:
        """Begin to count: the loading process is being started.

        Args:
            plan: of the load.
            throughput: bytes of file a second to expect of a loader that reports no share.
            clock: tells the time.
        """
        self._plan = plan
        self._throughput = throughput
        self._clock = clock
        self._stage = Stage.STARTING
        self._share: float | None = None
        self._began = clock()
        self._reading_began = self._began
        self.reading_s = 0.0
        """How long the stage of reading took; 0 before it has ended."""
        self.pid: int | None = None
        """The loading process, while there is one."""

    @property
    def elapsed_s(self) -> float:
        """Since the meter was made."""
        return self._clock() - self._began

    def begin(self, stage: Stage) -> None:
        """A stage begins."""
        if stage is Stage.READING:
            self._reading_began = self._clock()
        elif self._stage is Stage.READING:
            self.reading_s = self._clock() - self._reading_began
        self._stage = stage

    def hear(self, share: float) -> None:
        """The loader says how much it has done, 0.0 to 1.0."""
        self._share = share

    def now(self) -> LoadProgress:
        """How the load stands."""
        if self._stage is Stage.READING:
            return self._reading()
        nearly = MOST_BEFORE_DONE if self._stage is Stage.HANDING_OVER else None
        return self._progress(nearly)

    def _reading(self) -> LoadProgress:
        reading_s = self._clock() - self._reading_began
        size = self._plan.bytes
        if self._share is not None:
            rate = self._share * size / reading_s if reading_s else None
            left = reading_s * (1 - self._share) / self._share if self._share else None
            return self._progress(self._share, rate, left)
        if self._throughput and size:
            expected_s = size / self._throughput
            left = expected_s - reading_s if reading_s < expected_s else None
            return self._progress(reading_s / expected_s, self._throughput, left, estimated=True)
        return self._progress(None)

    def _progress(
        self,
        share: float | None,
        bytes_per_s: float | None = None,
        left_s: float | None = None,
        *,
        estimated: bool = False,
    ) -> LoadProgress:
        return LoadProgress(
            path=self._plan.path,
            loader=self._plan.loader,
            stage=self._stage,
            share=None if share is None else min(share, MOST_BEFORE_DONE),
            estimated=estimated,
            bytes_per_s=bytes_per_s,
            elapsed_s=self.elapsed_s,
            left_s=left_s,
            pid=self.pid,
        )
