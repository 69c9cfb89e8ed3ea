"""Decoding a recording whole, into the hand-over's columns.  Runs in the loading process only."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from evtui.errors import DamagedRecording, NeedsEvlib, RecordingError
from evtui.events import Events
from evtui.recordings.base import RecordingInfo, never_cancelled, no_progress
from evtui.recordings.conventions import extent, tell_size
from evtui.recordings.findings import Finding, finding
from evtui.recordings.formats import find_decoder, open_in_place
from evtui.recordings.whole import Decoder, Facts, Run, are_possible
from evtui.store.handover import DTYPES, Column, ColumnWriter
from evtui.units import US_PER_S

_APPENDED_EVENTS = 1 << 15
"""Events that are handed over at once: few enough to stay in the processor's cache meanwhile."""


def decode_own(path: Path, writer: ColumnWriter, progress: Callable[[float], None]) -> Facts | None:
    """Decode every event in the order of the file, by the format's own decoder or its reader.

    Returns:
        What the decoder found; None from a reader, which tells the same without decoding.

    Raises:
        NeedsLoading: the format has a reader, but it cannot read this file.
        RecordingError: any other fault of the file.
    """
    decoder = find_decoder(path)
    if decoder is not None:
        return _decode_whole(path, decoder, writer, progress)
    recording = open_in_place(path)
    try:
        _write(path, recording.runs(), writer, progress)
    finally:
        recording.close()
    return None


def _decode_whole(
    path: Path, decoder: Decoder, writer: ColumnWriter, progress: Callable[[float], None]
) -> Facts:
    """Decode a format nobody can seek in; a size that is not stated is told from the events."""
    facts = Facts()
    width, height = _write(path, decoder(path, facts), writer, progress)
    if facts.size is None:
        *size, guess = tell_size(width, height)
        facts.size = size[0], size[1]
        facts.findings.append(guess)
    return facts


def _write(
    path: Path, runs: Iterable[Run], writer: ColumnWriter, progress: Callable[[float], None]
) -> tuple[int, int]:
    """Hand over the events as they come; how many columns and rows of the sensor they reach."""
    width = height = 0
    for run in runs:
        if len(run.t):
            if not are_possible(run.t):
                raise DamagedRecording(path, "an event has a time that no clock can show")
            width, height = max(width, extent(run.x)), max(height, extent(run.y))
            _append(writer, run)
        progress(min(1.0, run.share))
    return width, height


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


def why_evlib(path: Path) -> str:
    """What to say before evlib's own words where nothing else can decode the file; else empty."""
    try:
        open_in_place(path).close()
    except NeedsEvlib as need:
        return f"{need.fault}, and nothing else decodes it; "
    except RecordingError:
        pass  # what evlib says is all there is to tell
    return ""


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
        if not _ascends(t):
            recording.index(no_progress, never_cancelled)  # for its earliest time and its windows
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
    first, last = int(t.min()), int(t.max())
    if first != info.t_first_us:
        yield f"the first at {first:,} µs instead of {info.t_first_us:,}"
    if info.duration_exact and last - first != info.duration_us:
        yield f"{last - first:,} µs long instead of {info.duration_us:,}"
    # As many of the earliest: their times may be told wrong.
    earliest = polarity if _ascends(t) else polarity[np.argsort(t, kind="stable")]
    on = int(np.count_nonzero(earliest[: len(second)] > 0))
    if on != second.on_count:
        yield (
            f"{on:,} of the first second's {len(second):,} events are ON"
            f" instead of {second.on_count:,}"
        )


def _append(writer: ColumnWriter, run: Run) -> None:
    for start in range(0, len(run.t), _APPENDED_EVENTS):
        part = slice(start, start + _APPENDED_EVENTS)
        polarity = run.p[part].view(np.int8) * np.int8(2)
        polarity -= np.int8(1)
        writer.append(run.t[part], _as_int16(run.x[part]), _as_int16(run.y[part]), polarity)


def _ascends(t: Column) -> bool:
    return not bool(np.any(t[1:] < t[:-1]))


def _as_int16(positions: Column) -> Column:
    """The same bits, as ``Columns`` hold them and give them back."""
    bits: Any = np.ascontiguousarray(positions)
    same: Column = bits.view(np.int16)
    return same
