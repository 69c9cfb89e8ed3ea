"""The loads that wait or run: who waits for them, in which order they go, how they end."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evtui.errors import LoadCancelled, LoadError, NotEnoughMemory, RecordingError
from evtui.store.loaded import Loaded
from evtui.store.messages import LoadProgress, Stage
from evtui.store.turns import Turns


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load gave."""

    loaded: Loaded
    not_kept: str | None = None
    """Why the cache did not take it; None where it did, or was not asked to."""


@dataclass(slots=True)
class _Load:
    """A load under way, and who waits for it."""

    task: asyncio.Task[Outcome]
    keep: bool
    waiting: int = 0
    given_up: str = ""
    """Why the store itself ended it; empty while it did not."""

    def cancel(self) -> None:
        """End it, once: a second time would not wait until its process is gone."""
        if not self.task.cancelling():
            self.task.cancel()


class Loads:
    """One load a recording, however many wait for it.  Belongs to one event loop."""

    def __init__(
        self,
        run: Callable[[Path], Coroutine[Any, Any, Outcome]],
        tell: Callable[[LoadProgress], None],
    ) -> None:
        """Nothing is loaded yet.

        Args:
            run: loads a recording, in its turn.
            tell: hears how each load stands.
        """
        self.progress: dict[Path, LoadProgress] = {}
        """How each stands: those that run, then those that wait, in the order they will go."""
        self.turns = Turns()
        self._run = run
        self._tell = tell
        self._running: dict[Path, _Load] = {}

    async def wait(self, path: Path, keep: bool) -> Loaded:
        """Begin a load, or wait for the one under way; see ``Store.load``."""
        while (load := self._running.get(path)) and load.task.cancelling():
            await asyncio.wait([load.task])
        load = load or self._begin(path)
        load.keep |= keep
        load.waiting += 1
        try:
            await asyncio.wait([load.task])
        finally:
            load.waiting -= 1
            if not load.waiting:
                load.cancel()
        if load.given_up:
            raise NotEnoughMemory(load.given_up, path)
        if load.task.cancelled():
            raise LoadCancelled("the load was cancelled", path)
        return load.task.result().loaded

    def is_to_be_kept(self, path: Path) -> bool:
        """Whether someone who waits for a load wants it in the cache."""
        return self._running[path].keep

    def note(self, progress: LoadProgress) -> None:
        """A load goes on."""
        self.progress[progress.path] = progress
        self._tell(progress)

    def cancel(self, path: Path) -> None:
        """End a load that waits or runs; its process is killed."""
        load = self._running.get(path)
        if load is not None:
            load.cancel()

    def give_up_last(self, why: str) -> None:
        """End the load for the cache that began last; one that waits takes nothing yet."""
        for path, told in reversed(self.progress.items()):
            load = self._running[path]
            if told.stage is not Stage.QUEUED and load.keep and not load.given_up:
                load.given_up = why
                load.cancel()
                return

    def promote(self, path: Path) -> None:
        """Have a load that waits run before the others that do."""
        self.turns.promote(path)
        waiting = [path for path in self.turns.waiting if path in self.progress]
        running = {path: told for path, told in self.progress.items() if path not in waiting}
        self.progress = running | {path: self.progress[path] for path in waiting}
        if path in self.progress:
            self._tell(self.progress[path])

    async def end_all(self) -> None:
        """Cancel all, and wait until their processes are gone."""
        while loads := list(self._running.values()):  # who waited for an end may have begun anew
            for load in loads:
                load.cancel()
            await asyncio.wait([load.task for load in loads])

    def _begin(self, path: Path) -> _Load:
        self.turns.line_up(path)
        task = asyncio.create_task(self._run(path))
        load = self._running[path] = _Load(task, keep=False)
        # A callback, because a task that is cancelled at once never runs a line of its own.
        task.add_done_callback(lambda _: self._finish(path, load))
        self.note(LoadProgress(path, "", Stage.QUEUED))
        return load

    def _finish(self, path: Path, load: _Load) -> None:
        """The last message about a load."""
        del self._running[path]
        self.turns.leave(path)
        self._tell(_last(dataclasses.replace(self.progress.pop(path), left_s=None, pid=None), load))


def _last(told: LoadProgress, load: _Load) -> LoadProgress:
    if load.given_up:
        return dataclasses.replace(told, stage=Stage.FAILED, error=load.given_up)
    if load.task.cancelled():
        return dataclasses.replace(told, stage=Stage.CANCELLED)
    if error := load.task.exception():
        reason = error.reason if isinstance(error, RecordingError | LoadError) else str(error)
        return dataclasses.replace(told, stage=Stage.FAILED, error=reason)
    outcome = load.task.result()
    return dataclasses.replace(
        told,
        stage=Stage.DONE,
        share=1.0,
        estimated=False,
        bytes_per_s=outcome.loaded.bytes_per_s,
        elapsed_s=outcome.loaded.load_seconds,
        error=outcome.not_kept,
    )
