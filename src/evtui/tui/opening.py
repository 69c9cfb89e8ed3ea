"""What the player has read beside the screen, in threads: the first frame, then the index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evtui.errors import RecordingError
from evtui.library.summary import Summary, of_recording
from evtui.recordings.base import no_progress
from evtui.timing import Stopwatch

if TYPE_CHECKING:
    from evtui.events import Events
    from evtui.library.shelf import Shelf
    from evtui.playback.transport import Transport
    from evtui.recordings.base import Recording, Timeline


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A recording that is ready to play, with the events of its first frame."""

    path: Path
    recording: Recording
    in_memory: bool
    transport: Transport
    events: Events


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a recording did not open."""

    path: Path
    error: RecordingError


def open_beside(
    path: Path,
    loaded: Recording | None,
    shelf: Shelf,
    stopwatch: Stopwatch,
    deliver: Callable[[Opened | Failed], None],
) -> None:
    """Open a recording and read its first window in a thread of its own.

    Args:
        path: the file.
        loaded: the recording in memory, where the store has it.
        shelf: gives the recording in place otherwise; whoever takes ``Opened`` puts it back.
        stopwatch: is told the stages.
        deliver: called in the thread with the outcome.
    """

    def run() -> None:
        try:
            deliver(_open(path, loaded, shelf, stopwatch))
        except RecordingError as error:
            deliver(Failed(path, error))

    threading.Thread(target=run, name="opening", daemon=True).start()


def _open(path: Path, loaded: Recording | None, shelf: Shelf, stopwatch: Stopwatch) -> Opened:
    from evtui.playback.transport import Transport

    recording = loaded or shelf.take(path, stopwatch)
    try:
        with stopwatch.stage("metadata"):
            transport = Transport.for_duration(recording.info.duration_us)
            recording.findings()
        with stopwatch.stage("first window"):
            events = recording.window(*transport.window)
    except RecordingError:
        if loaded is None:
            shelf.put_back(path)
        raise
    return Opened(path, recording, loaded is not None, transport, events)


def index_beside(
    recording: Recording,
    bins: int,
    cancelled: Callable[[], bool],
    deliver: Callable[[Timeline, Summary | None], None],
) -> None:
    """Tell the timeline as it is cheaply known, then run the index pass and tell the exact one.

    Args:
        recording: open; it may be closed meanwhile, which ends the pass.
        bins: of the timeline.
        cancelled: ends the pass.
        deliver: called in the thread: first without a summary, then with the exact one.
    """

    def run() -> None:
        try:
            deliver(recording.timeline(bins), None)
            recording.index(no_progress, cancelled)
            if not cancelled():
                deliver(recording.timeline(bins), of_recording(recording))
        except RecordingError:
            return  # playback meets the same fault, and says so

    threading.Thread(target=run, name="index", daemon=True).start()
