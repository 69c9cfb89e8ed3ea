"""Scanning from Python: a recording as a polars LazyFrame that reads only the time it is asked for.

It is a source of polars' IO plugins.  polars hands it the query's predicate, projection and limit
and applies none of them again.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from evtui.errors import DamagedRecording
from evtui.events import Events
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.memory import MemoryRecording
from evtui.recordings.slices import slices
from evtui.store.loaded import lazy_frame
from evtui.store.opening import open_or_load
from evtui.store.pruning import ALWAYS, Range, time_range

SCHEMA = pl.Schema(
    {"x": pl.Int16(), "y": pl.Int16(), "t": pl.Duration("us"), "polarity": pl.Int8()}
)
"""evlib's; see ``evtui.scan_events``."""


def scan_events(path: Path) -> pl.LazyFrame:
    """``evtui.scan_events``, which says it all."""
    return scan_recording(open_or_load(path))


def scan_recording(recording: Recording) -> pl.LazyFrame:
    """A LazyFrame over an open recording, which is closed when the last query over it is gone."""
    if isinstance(recording, MemoryRecording):
        return lazy_frame(recording.columns)
    return register_io_source(_Source(recording), schema=SCHEMA)


class _Source:
    """What polars calls for each query; several may run at once."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._lock = threading.Lock()
        self._out_of_order = False
        weakref.finalize(self, recording.close)

    def __call__(
        self,
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        """Frames of the events that a query wants, at least one.

        Args:
            with_columns: to be given, and no others; None for all.
            predicate: which rows to give; None for all.
            n_rows: how many rows to look at, counted before the predicate is applied.
            batch_size: polars' wish for the rows of a frame; our own size suits the readers.
        """
        # The rows that a limit counts lie before those that the predicate leaves.
        wanted = ALWAYS if predicate is None or n_rows is not None else time_range(predicate)
        for frame in _at_most(n_rows, self._frames(wanted)):
            rows = frame if predicate is None else frame.filter(predicate)
            yield rows if with_columns is None else rows.select(with_columns)

    def _frames(self, wanted: Range) -> Iterator[pl.DataFrame]:
        """The events of a range of the sensor's clock, in order of time."""
        as_known, given = self._what_windows_are(), 0
        zero = as_known[1]
        t0, t1 = (t - zero for t in wanted)
        for window in slices(self._recording, t0, max(t0, t1)):
            events = self._recording.window(*window)
            if self._what_windows_are() != as_known:
                self._require_nothing_given(given)
                yield from self._frames(wanted)
                return
            given += len(events)
            yield _frame(events, zero)

    def _what_windows_are(self) -> tuple[bool, int]:
        """Whether time goes back, and the clock at time 0: where one changes, windows do."""
        return self._is_out_of_order(), self._recording.info.t_first_us

    def _is_out_of_order(self) -> bool:
        """Whether time is known to go back; all is then read once, so that windows lack nothing."""
        with self._lock:
            if not self._out_of_order and _goes_back(self._recording):
                self._recording.index(no_progress, never_cancelled)
                self._out_of_order = True
            return self._out_of_order

    def _require_nothing_given(self, given: int) -> None:
        if given:
            raise DamagedRecording(
                self._recording.info.path,
                "time goes back, as showed only while it was read, so rows may be missing",
                "collect the query again: where that is known beforehand, none are",
            )


def _goes_back(recording: Recording) -> bool:
    return any(found.code == "time_goes_back" for found in recording.findings())


def _frame(events: Events, t_first_us: int) -> pl.DataFrame:
    """The events in evlib's schema, on the sensor's clock."""
    columns = {
        "x": events.x.view(np.int16),
        "y": events.y.view(np.int16),
        "t": events.t + t_first_us,
        "polarity": events.p.view(np.int8) * np.int8(2) - np.int8(1),
    }
    return pl.DataFrame(columns).cast({"t": SCHEMA["t"]})


def _at_most(rows: int | None, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The first rows of all; no frame is asked for after the last of them."""
    if rows is None:
        yield from frames
        return
    for frame in frames:
        part = frame.head(rows)
        rows -= len(part)
        yield part
        if not rows:
            return
