"""What memory and loads were like: a history of readings, and how fast loads are."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evtui.store.messages import LoadProgress, Stage

if TYPE_CHECKING:
    from evtui.store.messages import CacheStats, StoreMessage
    from evtui.store.policy import MemoryReading
    from evtui.store.progress import Clock

KEPT = 1_200
"""Readings that are remembered: ten minutes at two a second."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading; bytes."""

    time: float
    """Seconds, by the history's clock."""
    process: int
    """Held by this process and its loading processes."""
    available: int
    used: int
    """By the cache."""
    budget: int
    """Of the cache; 0 where it is off."""
    loads: int
    """Loading processes that ran."""


@dataclass(frozen=True, slots=True)
class Span:
    """Least and most of one figure, and how it is now."""

    least: int
    most: int
    now: int


class MemoryHistory:
    """The last so many readings, oldest first."""

    def __init__(self, kept: int = KEPT, clock: Clock = time.monotonic) -> None:
        """Remember nothing yet.

        Args:
            kept: how many readings are remembered; older ones are forgotten.
            clock: tells the time.
        """
        self._samples: deque[Sample] = deque(maxlen=kept)
        self._clock = clock
        self._added = 0

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def last(self) -> Sample | None:
        """The newest reading."""
        return self._samples[-1] if self._samples else None

    @property
    def seconds(self) -> float:
        """From the oldest reading to the newest."""
        return self._samples[-1].time - self._samples[0].time if self._samples else 0.0

    def add(self, memory: MemoryReading, cache: CacheStats, loads: int) -> None:
        """Remember a reading of now.

        Args:
            memory: of the processes and the machine.
            cache: the cache.
            loads: how many loading processes run.
        """
        self._added += 1
        self._samples.append(
            Sample(
                self._clock(),
                memory.process + memory.children,
                memory.available,
                cache.used_bytes,
                cache.budget_bytes if cache.on else 0,
                loads,
            )
        )

    def span(self, figure: Callable[[Sample], int]) -> Span | None:
        """Least, most and newest of a figure; None where nothing is remembered."""
        values = [figure(sample) for sample in self._samples]
        return Span(min(values), max(values), values[-1]) if values else None

    def columns(
        self,
        figure: Callable[[Sample], int],
        width: int,
        choose: Callable[[Sequence[int]], int] = max,
    ) -> list[int]:
        """The figure over time in at most ``width`` columns, oldest first.

        A column stands for as many readings as it takes, counted from the first there ever was:
        so a column that is full stays as it is while it moves on.

        Args:
            figure: of a reading.
            width: columns there is room for, at least 2.
            choose: which of the readings of one column is shown.
        """
        each = -(-len(self._samples) // (width - 1)) or 1
        columns: list[int] = []
        group: list[int] = []
        first = self._added - len(self._samples)
        for number, sample in enumerate(self._samples, first):
            if group and number % each == 0:
                columns.append(choose(group))
                group.clear()
            group.append(figure(sample))
        return [*columns, choose(group)] if group else columns


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast files are loaded."""

    bytes_per_s: float
    running: bool
    """Whether something loads now; else it is of the load that ended last."""


class LoadRate:
    """Follows the loads for how fast they are.  What is only estimated does not count."""

    def __init__(self) -> None:
        self._last: float | None = None

    def hear(self, message: StoreMessage) -> None:
        """The store tells something."""
        if isinstance(message, LoadProgress) and message.stage is Stage.DONE:
            self._last = message.bytes_per_s or self._last

    def now(self, loads: Iterable[LoadProgress]) -> Rate | None:
        """All that is read now, together, or the last load; None where nothing was measured."""
        measured = [load.bytes_per_s for load in loads if load.bytes_per_s and not load.estimated]
        if measured:
            return Rate(sum(measured), running=True)
        return None if self._last is None else Rate(self._last, running=False)
