"""HDF5 recordings, read in place: only the blocks that a window needs are decoded.

==================  ==============================================================
layouts             where the file keeps its events
statements          what it states about them
file                its bytes, as its library gets them
columns             raw rows of its datasets, and which datasets are refused
decoding            from raw to ``Events``, as stated or told from a sample
blocks              decoded blocks in bounded memory, and the rows of a time
==================  ==============================================================
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from evtui.errors import DamagedRecording
from evtui.events import Events
from evtui.recordings.base import Cancelled, Counts, Progress, RecordingInfo, Timeline
from evtui.recordings.conventions import tell_implausible
from evtui.recordings.counting import Tally, timeline_from_places
from evtui.recordings.findings import Finding, finding
from evtui.recordings.hdf5.blocks import Blocks
from evtui.recordings.hdf5.columns import Storage, hdf5_errors
from evtui.recordings.hdf5.decoding import Decoding
from evtui.recordings.hdf5.file import GuardedFile
from evtui.recordings.hdf5.layouts import find_stream
from evtui.recordings.hdf5.statements import read_statements
from evtui.recordings.order import TimeOrder
from evtui.recordings.search import within_reach
from evtui.recordings.whole import Run
from evtui.units import format_count

_PASS_ROWS = 1 << 18
"""Rows that a pass over all of them reads while windows wait."""

_CURVE_BYTES = 16 << 20
"""What a cheap timeline may inflate: about a tenth of a second of gzip."""
_CURVE_BLOCKS = 200

_MOST_TABLE_ENTRIES = 1 << 22
"""An hour of DSEC's table of milliseconds."""
_MOST_TABLE_CHUNKS = 1 << 12
_TABLE_PLACES = 1 << 16

_LIBRARY_CACHE_BYTES = 1 << 20
"""HDF5's own cache of chunks, per dataset: blocks are read whole, and kept here instead."""


def open_hdf5(path: Path, *, expendable: bool = False) -> Hdf5Recording:
    """Open an HDF5 file for reading window by window; ``layouts`` lists what it may hold.

    The file may be locked by another process, or lie on a read-only mount.

    Args:
        path: the file.
        expendable: whether this process may be lost; see ``GuardedFile``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: it is cut short, or not intact HDF5.
        NeedsEvlib: its events are packed with Prophesee's ECF.
        NeedsLoading: a filter or chunk size of them is only for a process that may be lost.
        UnsupportedRecording: it holds no events in a known layout, or not in this file alone.
    """
    with hdf5_errors(path), ExitStack() as undo:
        guarded = GuardedFile(path, expendable=expendable)
        undo.callback(guarded.close)
        guarded.require_closed()
        file = h5py.File(guarded, "r", rdcc_nbytes=_LIBRARY_CACHE_BYTES)
        undo.callback(file.close)
        guarded.length_bytes = file.id.get_create_plist().get_sizes()[1]
        recording = Hdf5Recording(guarded, file)
        undo.pop_all()
    return recording


class Hdf5Recording:
    """A ``Recording`` over an open HDF5 file.  Times, here as everywhere, are µs.

    As soon as time is seen to go back, on opening or in any row that is looked at, all times are
    read once, and windows are exact from there on.  Where the first such row comes later than the
    first window, the recording's time 0 may move back with it; ``index`` finds it in any case.
    """

    def __init__(self, guarded: GuardedFile, file: Any) -> None:
        """Find the events in an ``h5py.File`` over open bytes, and what they mean.

        Raises as ``open_hdf5`` does, and whatever h5py does.
        """
        self._path = guarded.path
        self._guarded = guarded
        self._file: Any = file
        self._lock = threading.Lock()
        self._stream = find_stream(guarded, file)
        self._stated = read_statements(self._stream)
        self._decoding = Decoding(guarded.path, self._stream.source, self._stated)
        self._blocks = Blocks(self._stream.source, self._decoding.decoders)
        self._blocks.keep_all(self._decoding.sample)
        self._table: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._table_differs = False
        self._order: TimeOrder | None = None
        """How all times go, once time was seen to go back or everything was counted."""
        self._tally: Tally | None = None
        self._info = self._describe()
        if self._blocks.step_back:
            self._learn_order()

    def _describe(self) -> RecordingInfo:
        _rows, times = self._blocks.places()
        return RecordingInfo(
            path=self._path,
            format="HDF5",
            bytes=self._guarded.bytes,
            width=self._decoding.width,
            height=self._decoding.height,
            events=self._blocks.rows,
            events_exact=True,
            t_first_us=self._decoding.t_first_us,
            duration_us=int(times.max(initial=0)),
            duration_exact=True,
            layout=self._stream.layout,
            header=self._stated.header,
        )

    @property
    def info(self) -> RecordingInfo:
        """What is known; ``index`` adds the share of ON events and may correct guesses."""
        return self._info

    def window(self, t0: int, t1: int) -> Events:
        events = self._window(t0, t1)
        if self._order is not None or not self._blocks.step_back:
            return events
        self._learn_order()  # what was met just now may lie anywhere in the file
        return self._window(t0, t1)

    def _window(self, t0: int, t1: int) -> Events:
        with self._reading():
            start, stop = (t + self._earliest_us for t in within_reach(t0, t1))
            if stop <= start:
                return Events.empty()
            if self._order is not None and self._order.steps_back:
                runs = self._order.rows_reaching(start, stop)
            else:
                rows = self._blocks.row_at(start), self._blocks.row_at(stop)
                runs = iter([(rows[0], max(rows))])
            found = Events.concatenate(
                self._blocks.events(*run).between(start, stop) for run in runs
            )
            return self._from_earliest(found.in_order())

    def _from_earliest(self, events: Events) -> Events:
        shift = self._earliest_us
        return Events(events.t - shift, events.x, events.y, events.p) if shift else events

    @property
    def _earliest_us(self) -> int:
        """From the first row, where ``Blocks`` count from, to the earliest event: 0 or less."""
        return 0 if self._order is None else self._order.earliest

    def _learn_order(self) -> None:
        """Read every time: where time goes back, only that tells which rows a window needs."""
        order = TimeOrder()
        for start, stop in self._steps():
            with self._reading():
                t = self._blocks.times_once(start, stop)
            order.add(t)
        with self._lock:
            self._adopt_order(order)

    def _adopt_order(self, order: TimeOrder) -> None:
        self._order = order
        self._info = dataclasses.replace(
            self._info,
            t_first_us=self._decoding.t_first_us + order.earliest,
            duration_us=order.latest - order.earliest,
            duration_exact=True,
        )

    def _steps(self) -> Iterator[tuple[int, int]]:
        """All rows, a few blocks at a time: others may read in between."""
        step = max(1, _PASS_ROWS // self._blocks.t_rows) * self._blocks.t_rows
        for start in range(0, self._blocks.rows, step):
            yield start, min(start + step, self._blocks.rows)

    @property
    def size_is_guessed(self) -> bool:
        """Whether nothing states the sensor's size, so that the events told it."""
        return self._decoding.size_is_guessed

    @property
    def order_checked(self) -> bool:
        return self._order is not None

    def runs(self) -> Iterator[Run]:
        zero = self._decoding.t_first_us
        for start, stop in self._steps():
            with self._reading():
                events = self._blocks.events_once(start, stop)
            share = stop / self._blocks.rows
            yield Run(events.t + zero, events.x, events.y, events.p, share)

    def timeline(self, bins: int) -> Timeline:
        if self._tally is not None:
            return self._tally.timeline(bins)
        if self._order is not None:
            return self._order.timeline(bins)
        duration = self._info.duration_us
        if not self._blocks.rows:
            return Timeline(np.zeros(bins), duration, exact=True)
        rows, times = self._curve()
        return timeline_from_places(
            np.r_[0, rows, self._blocks.rows], np.r_[0, times, duration + 1], duration, bins
        )

    def _curve(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and their times: from the file's own table, or from blocks all over it."""
        if self._table is None:
            with self._reading():
                self._table = self._read_table()
        if len(self._table[0]):
            return self._table
        storage = self._stream.source.storage("t")
        cost = storage.block_rows * storage.row_bytes if storage.is_packed else 1
        most = min(_CURVE_BLOCKS, max(8, _CURVE_BYTES // cost), self._blocks.count)
        for block in np.linspace(0, self._blocks.count - 1, most).astype(int):
            with self._reading():
                self._blocks.learn_times(int(block))
        with self._reading():
            return self._blocks.places()

    def _read_table(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and times of the file's own table; empty where it has none that fits its events."""
        nothing = np.empty(0, np.int64), np.empty(0, np.int64)
        dataset = self._stated.time_table
        if dataset is None or not 1 < dataset.shape[0] <= _MOST_TABLE_ENTRIES:
            return nothing
        if dataset.chunks and dataset.shape[0] > _MOST_TABLE_CHUNKS * dataset.chunks[0]:
            return nothing
        try:
            table = Storage(self._guarded, dataset).read(0, dataset.shape[0]).astype(np.int64)
        except DamagedRecording:
            return nothing  # the events tell the same, only a little later
        zero = self._decoding.t_zero_us
        places = self._blocks.places()
        if not _fits(table, *places, zero, self._blocks.rows):
            self._table_differs = not _fits_roughly(table, *places, zero)
            return nothing
        ms = np.arange(0, len(table), -(-len(table) // _TABLE_PLACES))
        times = ms * 1_000 - zero
        inside = (times > 0) & (times <= self._info.duration_us)
        return table[ms[inside]], times[inside]

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        if self._tally is not None:
            return
        with self._reading():
            if self._table is None:
                self._table = self._read_table()
        tally = Tally(self._info.duration_us, self._info.width, self._info.height)
        for start, stop in self._steps():
            if cancelled():
                return
            with self._reading():
                events = self._blocks.events_once(start, stop)
            tally.add(events)
            progress(stop / self._blocks.rows)
        tally.finish()
        with self._lock:
            self._adopt(tally)

    def _adopt(self, tally: Tally) -> None:
        if tally.outside and self._decoding.grow(*tally.reach):
            tally.resize(self._decoding.width, self._decoding.height)
        self._tally = tally
        self._adopt_order(tally.order)
        self._info = dataclasses.replace(
            self._info,
            width=self._decoding.width,
            height=self._decoding.height,
            on_fraction=tally.on / tally.events if tally.events else None,
        )

    @property
    def counts(self) -> Counts | None:
        return self._tally.counts if self._tally is not None else None

    def findings(self) -> Sequence[Finding]:
        found = [*self._stream.findings, *self._decoding.findings()]
        if not self._info.events:
            found.append(finding("no_events"))
        if implausible := tell_implausible(self._info.events, self._info.duration_us):
            found.append(implausible)
        counted = self._tally or self._order
        found += self._findings_of_statements()
        return [*found, *(counted.findings() if counted else ())]

    def _findings_of_statements(self) -> Iterator[Finding]:
        stated, events = self._stated.events, self._info.events
        if stated is not None and stated != events:
            said = f"the file states {format_count(stated)} events and has {format_count(events)}"
            yield finding("header_differs", said)
        if self._table_differs:
            said = "its table of rows by ms does not fit the times of its events, and is not used"
            yield finding("header_differs", said)

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None
            self._guarded.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold the file alone, open and as long as it was."""
        with self._lock, hdf5_errors(self._path):
            self._guarded.require_whole()
            yield


def _fits(
    table: NDArray[np.int64],
    rows: NDArray[np.int64],
    times: NDArray[np.int64],
    zero_us: int,
    total: int,
) -> bool:
    """Whether a table of the first row at each ms agrees with rows whose times are known."""
    if np.any(np.diff(table) < 0) or table[0] < 0 or table[-1] > total:
        return False
    ms = (times + zero_us) // 1_000
    inside = (ms >= 0) & (ms < len(table) - 1)
    ms, rows = ms[inside], rows[inside]
    return bool(len(ms) and np.all(table[ms] <= rows) and np.all(rows < table[ms + 1]))


def _fits_roughly(
    table: NDArray[np.int64], rows: NDArray[np.int64], times: NDArray[np.int64], zero_us: int
) -> bool:
    """Whether rows whose times are known lie where the table says, give or take a ms."""
    ms = (times + zero_us) // 1_000
    inside = (ms >= 1) & (ms < len(table) - 2)
    ms, rows = ms[inside], rows[inside]
    return bool(np.all((table[ms - 1] <= rows) & (rows < table[ms + 2])))
