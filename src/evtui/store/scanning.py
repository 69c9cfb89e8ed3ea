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
        self._check_order()
        zero = self._recording.info.t_first_us
        t0, t1 = (t - zero for t in wanted)
        for window in slices(self._recording, t0, max(t0, t1)):
            yield as_frame(self._recording.window(*window), zero)

    def _check_order(self) -> None:
        """Read all once where time may go back unseen, for windows would lack rows without a word.

        Only from here on does time 0 stay where it is.
        """
        with self._lock:
            if not self._recording.order_checked:
                self._recording.index(no_progress, never_cancelled)


def as_frame(events: Events, t_first_us: int) -> pl.DataFrame:
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
