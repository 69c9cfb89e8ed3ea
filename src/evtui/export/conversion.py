"""Recordings into HDF5, one or many at once: written, proved and timed.

Several are converted in threads, not processes: decoding and packing let go of the interpreter
lock, and on the two cores where it was measured, processes were as fast within the noise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from evtui.errors import DamagedRecording, EvtuiError, ExportError, NeedsLoading
from evtui.events import Events
from evtui.export.conversion_plan import Fault, Item
from evtui.export.digest import Digest, digest_of_file
from evtui.export.job import ExportCancelled
from evtui.export.kinds import Heading, kind_of_name, open_writer
from evtui.export.origin import Origin
from evtui.export.selection import ALL, selected
from evtui.recordings.base import Cancelled, Progress, Recording, never_cancelled, no_progress
from evtui.recordings.conventions import extent, tell_size
from evtui.recordings.findings import Finding
from evtui.recordings.formats import open_in_place
from evtui.recordings.whole import are_possible
from evtui.store.opening import open_or_load


@dataclass(frozen=True, slots=True)
class Converted:
    """A recording that was converted."""

    item: Item
    events: int
    bytes: int
    """Size of the file that was written."""
    seconds: float
    verified: bool
    """Whether it was read back and holds what was written."""
    findings: tuple[Finding, ...]
    """What was found of the recording on the way."""


Outcome: TypeAlias = Converted | Fault


class Watcher(Protocol):
    """Whoever watches conversions; called from several threads."""

    def share(self, item: Item, share: float) -> None:
        """So much of a recording is done, 0.0 to 1.0."""
        ...


def convert_all(
    items: Sequence[Item], watcher: Watcher, *, jobs: int = 1, fast: bool = False, verify: bool
) -> Generator[Outcome]:
    """Convert recordings, several at a time, and give each outcome as it comes.

    When the caller stops asking, or Ctrl-C strikes, what is under way ends and leaves nothing.

    Args:
        items: recordings; their targets differ.
        watcher: is told how far each is.
        jobs: how many at once.
        fast: compress by Blosc.
        verify: read each file back.
    """
    stopping = threading.Event()

    def run(item: Item) -> Outcome:
        def progress(share: float) -> None:
            watcher.share(item, share)

        try:
            return convert(item, fast, verify, progress, stopping.is_set)
        except EvtuiError as error:
            return Fault(item.source, str(error).removeprefix(f"{item.source}: "))
        except MemoryError:
            return Fault(item.source, "there is not enough memory for it")

    with ThreadPoolExecutor(jobs, thread_name_prefix="convert") as threads:
        try:
            for done in as_completed([threads.submit(run, item) for item in items]):
                yield done.result()
        finally:
            stopping.set()
            threads.shutdown(wait=False, cancel_futures=True)


def convert(
    item: Item,
    fast: bool = False,
    verify: bool = False,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Converted:
    """Convert one recording, in memory that does not grow with it unless it is decoded whole.

    Args:
        item: of a plan; the target is replaced where it is there.
        fast: compress by Blosc.
        verify: read the file back; it is deleted unless it holds what was written.
        progress: is told the share done.
        cancelled: asked between pieces.

    Raises:
        ExportCancelled: ``cancelled`` said so; nothing is left.
        ExportError: the file cannot be written, or does not hold what was written, or the
            recording changed meanwhile.
        LoadError: the recording has to be decoded whole, and that failed.
        RecordingError: it cannot be read.
    """
    began = time.perf_counter()
    options = _Options(fast, verify)
    watch = _Watch(progress, cancelled, parts=2 if verify else 1)
    with _opened(item, watch) as recording:
        size, guess = _told_size(recording, item, watch)
        digest = _written(recording, item, size, options, watch)
        found = [each for each in recording.findings() if each.code != _SIZE_GUESSED]
    if verify:
        _prove(item, digest, watch)
    findings = (guess, *found) if guess else tuple(found)
    written = item.target.stat().st_size
    seconds = time.perf_counter() - began
    return Converted(item, digest.events, written, seconds, verify, findings)


@dataclass(frozen=True, slots=True)
class _Options:
    fast: bool
    verify: bool


class _Watch:
    """Progress over several parts of one conversion, and the question whether to go on."""

    def __init__(self, progress: Progress, cancelled: Cancelled, parts: int) -> None:
        self._progress = progress
        self.cancelled = cancelled
        self._parts = parts
        self._part = 0

    def add_part(self) -> None:
        """It turns out that there is one part more."""
        self._parts += 1

    def next_part(self) -> None:
        self._part += 1

    def share(self, share: float) -> None:
        self._progress((self._part + share) / self._parts)

    def require_wanted(self, item: Item) -> None:
        if self.cancelled():
            raise ExportCancelled(f"{item.target}: cancelled")


_SIZE_GUESSED = "size_guessed"

_ONE_IN_MEMORY = threading.Lock()
"""Recordings that are decoded whole come one at a time: memory is checked for each alone."""


@contextmanager
def _opened(item: Item, watch: _Watch) -> Iterator[Recording]:
    try:
        recording = open_in_place(item.source)
    except NeedsLoading:
        watch.add_part()
        with _ONE_IN_MEMORY:
            watch.require_wanted(item)
            with closing(open_or_load(item.source, watch.share, watch.cancelled)) as recording:
                watch.next_part()
                yield recording
    else:
        with closing(recording):
            yield recording


def _written(
    recording: Recording, item: Item, size: tuple[int, int], options: _Options, watch: _Watch
) -> Digest:
    """Write all events in order of time, in one pass where the file has them so."""

    def write(pieces: Iterator[Events]) -> Digest:
        return _write(pieces, _heading(recording, item, size), item, options, watch)

    if not recording.order_checked:
        try:
            return write(_as_in_file(recording, watch))
        except _TimeGoesBack:
            watch.add_part()
        recording.index(watch.share, watch.cancelled)
        watch.require_wanted(item)
        watch.next_part()
    return write(_by_windows(recording, watch))


def _heading(recording: Recording, item: Item, size: tuple[int, int]) -> Heading:
    attributes = {**item.origin.attributes, "source_format": recording.info.format}
    return Heading(*size, 0, attributes)


def _write(
    pieces: Iterator[Events], heading: Heading, item: Item, options: _Options, watch: _Watch
) -> Digest:
    kind = kind_of_name("blosc" if options.fast else "hdf5")
    _make_folder(item)
    digest = Digest(hashed=options.verify)
    with open_writer(item.target, kind, heading) as writer:
        for events in pieces:
            watch.require_wanted(item)
            writer.append(events)
            digest.add(events)
        _require_unchanged(item)
    return digest


def _told_size(
    recording: Recording, item: Item, watch: _Watch
) -> tuple[tuple[int, int], Finding | None]:
    """Width and height of the sensor, and how they were guessed; None where they are stated.

    A guess from some of the events is checked against all of them: a file states its size for good.
    """
    info = recording.info
    size = info.width, info.height
    guess = next((each for each in recording.findings() if each.code == _SIZE_GUESSED), None)
    if guess is None:
        return size, None
    watch.add_part()
    width = height = 0
    for run in recording.runs():
        watch.require_wanted(item)
        width, height = max(width, extent(run.x)), max(height, extent(run.y))
        watch.share(run.share)
    watch.next_part()
    if width <= info.width and height <= info.height:
        return size, guess
    *told, guess = tell_size(width, height)
    return (told[0], told[1]), guess


class _TimeGoesBack(Exception):
    """The order of the file is not the order of time."""


def _as_in_file(recording: Recording, watch: _Watch) -> Iterator[Events]:
    """All events, t on the sensor's clock, as long as that never goes back.

    Raises:
        _TimeGoesBack: it does.
    """
    latest = None
    for run in recording.runs():
        if not len(run.t):
            continue
        if not are_possible(run.t):
            raise DamagedRecording(
                recording.info.path, "an event has a time that no clock can show"
            )
        if (latest is not None and run.t[0] < latest) or bool((run.t[1:] < run.t[:-1]).any()):
            raise _TimeGoesBack
        latest = run.t[-1]
        yield Events(run.t, run.x, run.y, run.p)
        watch.share(run.share)


def _by_windows(recording: Recording, watch: _Watch) -> Iterator[Events]:
    """All events in order of time, t on the sensor's clock; their order was checked before."""
    first, end = recording.info.t_first_us, ALL.end_of(recording)
    for done, events in selected(recording, ALL):
        yield Events(events.t + first, events.x, events.y, events.p)
        watch.share(done / end)


def _make_folder(item: Item) -> None:
    try:
        item.target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{item.target.parent}: cannot be made: {error.strerror}") from error


def _require_unchanged(item: Item) -> None:
    """Make sure that what was read is what the new file says it was made from."""
    try:
        unchanged = Origin.of(item.source) == item.origin
    except OSError:
        unchanged = False
    if not unchanged:
        raise ExportError(f"{item.source}: changed while it was converted (is it being written?)")


def _prove(item: Item, written: Digest, watch: _Watch) -> None:
    """Read the file back; without that proof it does not stay."""
    proved = False
    try:
        watch.next_part()
        found = digest_of_file(item.target, watch.share, watch.cancelled)
        watch.require_wanted(item)
        proved = found.equals(written)
    finally:
        if not proved:
            item.target.unlink(missing_ok=True)
    if not proved:
        raise ExportError(
            f"{item.target}: holds other events than were written, and was deleted"
            " (is the disk or the memory faulty?)"
        )
