"""Recordings whose full pass is remembered: made once, then known at every opening."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from evtui.events import Events
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset
from evtui.library.shelf import Opener
from evtui.library.summary import Summary, of_recording
from evtui.recordings.base import Cancelled, Counts, Progress, Recording, RecordingInfo, Timeline
from evtui.recordings.findings import Finding
from evtui.recordings.formats import open_in_place
from evtui.recordings.whole import Run
from evtui.timing import Stopwatch

_NEEDS_PASS = frozenset({"time_goes_back", "damaged_words", "untimed_events"})
"""Findings of recordings whose windows may lack events until the reader itself has seen all."""


def remembering(catalogue: Catalogue, opener: Opener = open_in_place) -> Opener:
    """An opener whose recordings know what the catalogue does, and tell it what they count."""

    def open_remembered(path: Path, stopwatch: Stopwatch | None) -> Recording:
        dataset = as_it_is(path)
        recording = opener(path, stopwatch)
        if dataset is None or recording.counts is not None:
            return recording
        return RememberedRecording(recording, catalogue, dataset)

    return open_remembered


def as_it_is(path: Path) -> Dataset | None:
    """The file as it is now; None where it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return None  # whoever opens it says why
    return Dataset(path, "", status.st_size, status.st_mtime_ns)


class RememberedRecording:
    """A ``Recording`` that answers from an earlier run's full pass what only that could tell.

    Where none is remembered, ``index`` makes it and has it remembered.
    """

    def __init__(self, recording: Recording, catalogue: Catalogue, dataset: Dataset) -> None:
        """Take over an open recording.

        Args:
            recording: of which nothing was counted yet; it is closed with this one.
            catalogue: remembers.
            dataset: the file as it was before it was opened.
        """
        self._recording = recording
        self._catalogue = catalogue
        self._dataset = dataset
        self._known = _earlier_pass(catalogue, dataset)
        """What is remembered, until the recording itself has seen every event."""
        self._has_counted = False

    @property
    def info(self) -> RecordingInfo:
        info, known = self._recording.info, self._known
        return info if known is None else _completed(info, known[0])

    def window(self, t0: int, t1: int) -> Events:
        return self._recording.window(t0, t1)

    @property
    def order_checked(self) -> bool:
        in_order = self._known is not None and _is_sound(self._known[0])
        return in_order or self._recording.order_checked

    def runs(self) -> Iterator[Run]:
        return self._recording.runs()

    def timeline(self, bins: int) -> Timeline:
        known = self._known
        return self._recording.timeline(bins) if known is None else known[1].timeline.rebinned(bins)

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        """The full pass, unless it is remembered and the windows are right without it."""
        known = self._known
        if known is not None and _is_sound(known[0]):
            progress(1.0)
            return
        self._recording.index(progress, cancelled)
        counts = self._recording.counts
        if counts is not None and not self._has_counted:
            self._known, self._has_counted = None, True
            self._catalogue.put(self._dataset, of_recording(self._recording), counts)

    @property
    def counts(self) -> Counts | None:
        known = self._known
        return self._recording.counts if known is None else known[1]

    def findings(self) -> Sequence[Finding]:
        known = self._known
        return self._recording.findings() if known is None else known[0].findings

    def close(self) -> None:
        self._recording.close()


def _earlier_pass(catalogue: Catalogue, dataset: Dataset) -> tuple[Summary, Counts] | None:
    summary, counts = catalogue.get(dataset), catalogue.counts(dataset)
    if summary is None or not summary.is_counted or counts is None:
        return None
    return summary, counts


def _is_sound(counted: Summary) -> bool:
    return _NEEDS_PASS.isdisjoint(found.code for found in counted.findings)


def _completed(info: RecordingInfo, counted: Summary) -> RecordingInfo:
    """What the recording itself tells, with the figures of an earlier pass."""
    figures = {
        name: value
        for name in ("width", "height", "events", "duration_us", "on_fraction")
        if (value := getattr(counted, name)) is not None
    }
    return dataclasses.replace(info, **figures, events_exact=True, duration_exact=True)
