"""Decoding a recording whole, into the hand-over's columns.  Runs in the loading process only."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from evtui.errors import DamagedRecording, RecordingError
from evtui.events import Events
from evtui.recordings.base import RecordingInfo
from evtui.recordings.conventions import extent, tell_size
from evtui.recordings.findings import Finding, finding
from evtui.recordings.formats import find_decoder, open_in_place
from evtui.recordings.whole import Decoder, Facts, Run, are_possible
from evtui.store.handover import DTYPES, Column, ColumnWriter
from evtui.units import US_PER_S

SLICE_EVENTS = 1 << 20
"""Events that our own reader decodes at once, where they come evenly."""

_APPENDED_EVENTS = 1 << 15
"""Events that are handed over at once: few enough to stay in the processor's cache meanwhile."""

_ALWAYS_US = 1 << 60


def decode_own(path: Path, writer: ColumnWriter, progress: Callable[[float], None]) -> Facts | None:
    """Decode with the format's own decoder, else with its reader.

    Returns:
        What the decoder found; None from a reader, which tells the same without decoding.

    Raises:
        NeedsLoading: the format has a reader, but it cannot read this file.
        RecordingError: any other fault of the file.
    """
    decoder = find_decoder(path)
    if decoder is not None:
        return _decode_whole(path, decoder, writer, progress)
    _decode_by_windows(path, writer, progress)
    return None


def _decode_whole(
    path: Path, decoder: Decoder, writer: ColumnWriter, progress: Callable[[float], None]
) -> Facts:
    """Decode in the order of the file; a size that is not stated is told from the events."""
    facts = Facts()
    width = height = 0
    for run in decoder(path, facts):
        if len(run.t):
            if not are_possible(run.t):
                raise DamagedRecording(path, "an event has a time that no clock can show")
            width, height = max(width, extent(run.x)), max(height, extent(run.y))
            _append(writer, run, 0)
        progress(min(1.0, run.share))
    if facts.size is None:
        *size, guess = tell_size(width, height)
        facts.size = size[0], size[1]
        facts.findings.append(guess)
    return facts


def _decode_by_windows(path: Path, writer: ColumnWriter, progress: Callable[[float], None]) -> None:
    """Decode one slice of time after the other."""
    recording = open_in_place(path)
    try:
        info = recording.info
        slices = max(1, -(-info.events // SLICE_EVENTS))
        for number, (t0, t1) in enumerate(_slices(info.duration_us, slices), 1):
            _append(writer, recording.window(t0, t1), info.t_first_us)
            progress(_share(writer.written.rows, info, number / slices))
        _require_all(path, writer.written.rows, info)
    finally:
        recording.close()


def decode_by_evlib(path: Path) -> tuple[Column, Column, Column, Column]:
    """Decode with ``evlib.load_events``: t, x, y and polarity as evlib's schema has them.

    Whatever evlib raises comes through, its panics too, which are no ``Exception``.
    """
    logging.getLogger("evlib").setLevel(logging.CRITICAL)  # warns of PyTorch when imported
    import evlib

    evlib.setup_hdf5_plugins()
    # Unsorted: the order of the file is wanted, and polars' sort does not keep it for equal times.
    frame = evlib.load_events(os.fspath(path), sort=False).collect()
    columns = {**frame.to_dict(), "t": frame["t"].dt.total_microseconds()}
    t, x, y, polarity = (
        columns[name].to_numpy().astype(dtype, casting="safe", copy=False)
        for name, dtype in DTYPES.items()
    )
    return t, x, y, polarity


def compare_with_reader(path: Path, t: Column, polarity: Column) -> list[Finding]:
    """Whether evlib's events are those that the format's own reader sees.

    evlib takes −1/+1 for all ON, cuts float seconds to whole numbers, and knows no time offset;
    it says nothing of it.  No finding where no reader opens the file.

    Args:
        path: the file.
        t: shape (N,), int64, µs on the sensor's clock, in file order.
        polarity: shape (N,), int8, −1 or +1.
    """
    try:
        recording = open_in_place(path)
    except RecordingError:
        return []
    try:
        second = recording.window(0, US_PER_S)
        differences = list(_differences(recording.info, second, t, polarity))
    except RecordingError as error:
        differences = [error.reason]
    finally:
        recording.close()
    if not differences:
        return []
    said = "evlib and the file's own columns differ: " + "; ".join(differences)
    return [finding("loader_differs", said)]


def _differences(info: RecordingInfo, second: Events, t: Column, polarity: Column) -> Iterator[str]:
    if info.events_exact and len(t) != info.events:
        yield f"{len(t):,} events instead of {info.events:,}"
    if not len(t):
        return
    if t[0] != info.t_first_us:
        yield f"the first at {t[0]:,} µs instead of {info.t_first_us:,}"
    duration = int(t[-1]) - int(t[0])
    if info.duration_exact and duration != info.duration_us:
        yield f"{duration:,} µs long instead of {info.duration_us:,}"
    if bool(np.any(t[1:] < t[:-1])):
        return  # a window of time is then no run of rows, so there is nothing to compare it with
    on = int(np.count_nonzero(polarity[: len(second)] > 0))
    if on != second.on_count:
        yield (
            f"{on:,} of the first second's {len(second):,} events are ON"
            f" instead of {second.on_count:,}"
        )


def _slices(duration_us: int, count: int) -> Iterator[tuple[int, int]]:
    """All of time in slices; events before the first or after the last go into the outer ones."""
    edges = [duration_us * number // count for number in range(count + 1)]
    edges[0], edges[-1] = -_ALWAYS_US, _ALWAYS_US
    yield from pairwise(edges)


def _append(writer: ColumnWriter, events: Events | Run, t_first_us: int) -> None:
    for start in range(0, len(events.t), _APPENDED_EVENTS):
        part = slice(start, start + _APPENDED_EVENTS)
        polarity = events.p[part].view(np.int8) * np.int8(2)
        polarity -= np.int8(1)
        x, y = _as_int16(events.x[part]), _as_int16(events.y[part])
        writer.append(events.t[part] + t_first_us, x, y, polarity)


def _as_int16(positions: Column) -> Column:
    """The same bits, as ``Columns`` hold them and give them back."""
    bits: Any = np.ascontiguousarray(positions)
    same: Column = bits.view(np.int16)
    return same


def _share(rows: int, info: RecordingInfo, share_of_time: float) -> float:
    """By events where their number is known, else by time."""
    return min(1.0, rows / info.events) if info.events_exact and info.events else share_of_time


def _require_all(path: Path, rows: int, info: RecordingInfo) -> None:
    if info.events_exact and rows != info.events:
        raise DamagedRecording(
            path,
            f"{rows:,} of {info.events:,} events are found by their time, so it is not in order",
            "evtui --loader evlib reads it in the order of the file",
        )
