"""Exports of the program: the queue, made when the first is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evtui.library.catalogue import Catalogue
from evtui.library.remembered import remembering
from evtui.store.beside import beside
from evtui.store.kept import KeptEvents
from evtui.store.store import Store
from evtui.units import format_bytes

if TYPE_CHECKING:
    from evtui.export.clips import Drawing
    from evtui.export.kinds import Kind
    from evtui.export.picture_kinds import PictureKind
    from evtui.export.queue import ExportProgress, ExportQueue
    from evtui.export.selection import Selection
    from evtui.recordings.base import Cancelled, Progress, Recording
    from evtui.timing import Stopwatch


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported of a recording, as what."""

    target: Path
    kind: Kind | PictureKind
    selection: Selection
    drawing: Drawing
    """How pictures are drawn."""
    relative: bool = False
    """Whether times are from the recording's first event."""
    replace: bool = False
    """Whether a file that is there may be replaced."""

    def write(self, recording: Recording, progress: Progress, cancelled: Cancelled) -> str:
        """Write it; tells what was written, in a few words."""
        from evtui.export.clips import export_clip
        from evtui.export.job import Job, export
        from evtui.export.kinds import Kind

        if isinstance(self.kind, Kind):
            job = Job(self.target, self.kind, self.selection, self.relative, self.replace)
            done = export(recording, job, progress, cancelled)
            return f"{done.events:,} events, {format_bytes(done.bytes)}"
        clip = export_clip(
            recording,
            self.target,
            self.kind,
            self.selection,
            self.drawing,
            replace=self.replace,
            progress=progress,
            cancelled=cancelled,
        )
        frames = "frame" if clip.frames == 1 else "frames"
        return f"{clip.frames:,} {frames}, {format_bytes(clip.bytes)}"


class Exports:
    """Writes what the screens ask for, beside them."""

    def __init__(self, store: Store, catalogue: Catalogue, kept: KeptEvents) -> None:
        """Nothing is exported yet.

        Args:
            store: has the recordings that are in memory.
            catalogue: remembers what was counted of the others.
            kept: has the decoded events of those that nobody can seek in.
        """
        self._store = store
        self._catalogue = catalogue
        self._kept = kept
        self._queue: ExportQueue | None = None
        self.deliver: Callable[[ExportProgress], object] = lambda told: None
        """Told how each export stands, in the queue's thread."""

    @property
    def under_way(self) -> list[ExportProgress]:
        """Those that wait or run."""
        return self._queue.under_way if self._queue is not None else []

    @property
    def targets(self) -> frozenset[Path]:
        """Absolute paths of the files that they write; from any thread."""
        return frozenset(told.target.absolute() for told in self.under_way)

    def add(self, source: Path, wish: Wish) -> None:
        """Ask for an export."""
        from evtui.export.queue import ExportQueue, Order

        if self._queue is None:
            self._queue = ExportQueue(self._opened, self.deliver)
        self._queue.add(Order(source, wish.target, wish.write))

    def cancel(self, number: int) -> None:
        """End an export, by its number."""
        if self._queue is not None:
            self._queue.cancel(number)

    def cancel_all(self) -> None:
        """End all exports."""
        for told in self.under_way:
            self.cancel(told.number)

    def stop(self) -> None:
        """End all exports, which may take a moment; see ``ExportQueue.close``."""
        if self._queue is not None:
            self._queue.close()

    async def close(self) -> None:
        """The same, beside the screen."""
        await beside(self.stop)

    @contextmanager
    def _opened(self, path: Path, progress: Progress, cancelled: Cancelled) -> Iterator[Recording]:
        """A recording of the export's own, so that what plays goes on undisturbed."""
        from evtui.store.opening import open_or_load

        loaded = self._store.peek(path)
        if loaded is not None:
            yield loaded.recording
            return

        def opener(path: Path, _: Stopwatch | None) -> Recording:
            return open_or_load(path, progress, cancelled, self._kept)

        with closing(remembering(self._catalogue, opener)(path, None)) as recording:
            yield recording
