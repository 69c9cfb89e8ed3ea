"""Exports beside the screen: one after the other in a thread, each of which can be cancelled."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from evtui.errors import EvtuiError, ExportError, LoadCancelled
from evtui.export.job import ExportCancelled
from evtui.recordings.base import Cancelled, Progress, Recording


class ExportStage(StrEnum):
    """The stages of an export, in order; the last three end it."""

    QUEUED = "queued"
    OPENING = "opening"
    """The recording is opened; one that cannot be read in place is decoded whole."""
    CHECKING = "checking"
    """All of it is read once, where only that tells in which order its times are."""
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing follows this stage."""
        return self in (ExportStage.DONE, ExportStage.FAILED, ExportStage.CANCELLED)


@dataclass(frozen=True, slots=True)
class Order:
    """An export that was asked for."""

    source: Path
    target: Path
    write: Callable[[Recording, Progress, Cancelled], str]
    """Writes the target; tells what was written, in a few words."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How one export stands."""

    number: int
    """Tells it from the others of this run."""
    source: Path
    target: Path
    stage: ExportStage = ExportStage.QUEUED
    share: float | None = None
    """The part of the stage that is done, 0.0 to 1.0; None where nobody knows."""
    error: str | None = None
    written: str | None = None
    """What was written, in a few words."""


Open: TypeAlias = Callable[[Path, Progress, Cancelled], AbstractContextManager[Recording]]
"""Opens a recording for an export alone, and lets go of it; may raise ``LoadCancelled``."""

PATIENCE_S = 30.0
"""For the step under way of an export that was cancelled: the disk may have to take a lot of it."""


class ExportQueue:
    """Runs orders in a thread of its own, which begins with the first and ends with the last."""

    def __init__(self, opens: Open, deliver: Callable[[ExportProgress], object]) -> None:
        """Nothing is asked for yet.

        Args:
            opens: opens the recordings.
            deliver: called with news of an export, as a rule in the queue's thread.
        """
        self._opens = opens
        self._deliver = deliver
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._orders: dict[int, Order] = {}
        self._told: dict[int, ExportProgress] = {}
        self._cancelled: set[int] = set()
        self._thread: threading.Thread | None = None

    @property
    def under_way(self) -> list[ExportProgress]:
        """Those that wait or run, in the order in which they were asked for."""
        with self._lock:
            return list(self._told.values())

    def add(self, order: Order) -> int:
        """Ask for an export; gives its number."""
        with self._lock:
            number = next(self._numbers)
            self._orders[number] = order
            told = self._told[number] = ExportProgress(number, order.source, order.target)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="exports", daemon=True)
                self._thread.start()
        self._deliver(told)
        return number

    def cancel(self, number: int) -> None:
        """End an export that waits, at once, or that runs, soon; nothing is left of its file."""
        with self._lock:
            told = self._told.get(number)
            waits = told is not None and told.stage is ExportStage.QUEUED
            if waits:
                del self._orders[number], self._told[number]
            else:
                self._cancelled.add(number)
        if told is not None and waits:
            self._deliver(dataclasses.replace(told, stage=ExportStage.CANCELLED))

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Cancel all, and wait until the one that runs has deleted its file.

        Args:
            patience_s: how long to wait at most: a file system that hangs is given up.
        """
        for told in self.under_way:
            self.cancel(told.number)
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(patience_s)

    def _run(self) -> None:
        while (number := self._next()) is not None:
            self._note(number, self._outcome(number))

    def _next(self) -> int | None:
        """The order to run now, which waits no more; None ends the thread."""
        with self._lock:
            number = next(iter(self._orders), None)
            if number is None:
                self._thread = None
            else:
                told = self._told[number]
                self._told[number] = dataclasses.replace(told, stage=ExportStage.OPENING)
            return number

    def _outcome(self, number: int) -> ExportProgress:
        """Run an order; how it ended."""
        order, told = self._orders[number], self._told[number]

        def share_of(stage: ExportStage) -> Progress:
            return lambda share: self._note(
                number, dataclasses.replace(told, stage=stage, share=share)
            )

        def cancelled() -> bool:
            return number in self._cancelled

        def check() -> None:
            if cancelled():
                raise ExportCancelled(f"{order.target}: cancelled")

        try:
            self._note(number, told)
            opening = self._opens(order.source, share_of(ExportStage.OPENING), cancelled)
            with opening as recording:
                check()
                if not recording.order_checked:
                    recording.index(share_of(ExportStage.CHECKING), cancelled)
                    check()
                writing = share_of(ExportStage.WRITING)
                writing(0.0)
                written = order.write(recording, writing, cancelled)
        except (ExportCancelled, LoadCancelled):
            return dataclasses.replace(told, stage=ExportStage.CANCELLED)
        except EvtuiError as error:
            return dataclasses.replace(told, stage=ExportStage.FAILED, error=str(error))
        except Exception as fault:  # noqa: BLE001 -- a thread that died would leave the others waiting
            said = ExportError(f"{order.target}: {type(fault).__name__}: {fault}")
            return dataclasses.replace(told, stage=ExportStage.FAILED, error=str(said))
        return dataclasses.replace(told, stage=ExportStage.DONE, share=1.0, written=written)

    def _note(self, number: int, told: ExportProgress) -> None:
        with self._lock:
            if told.stage.ended:
                del self._orders[number], self._told[number]
            else:
                self._told[number] = told
        self._deliver(told)
