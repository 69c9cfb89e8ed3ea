"""The app-level store: loads recordings in child processes and keeps them in memory."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import LoadCancelled, NotEnoughMemory
from evtui.store.beside import beside, let_go
from evtui.store.cache import Cache
from evtui.store.entries import Entry
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.loader import Decoded, ProgressListener, load_in_child
from evtui.store.messages import CacheStats, LoadProgress, Stage, StoreMessage
from evtui.store.plan import Plan, make_plan
from evtui.store.policy import CachePolicy, Held, MemoryProbe, MemoryReading, check_available
from evtui.store.progress import WORTH_NOTING_S, Clock, ThisRun, Throughputs
from evtui.store.turns import Turns

Loader = Callable[[Plan, int | None, float | None, ProgressListener], Awaitable[Decoded]]
"""As ``load_in_child``: plan, memory limit, expected throughput, listener."""

Listener = Callable[[StoreMessage], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    loaded: Loaded
    not_kept: str | None
    """Why the cache did not take it; None where it did, or was not asked to."""


@dataclass(slots=True)
class _Load:
    """A load under way, and who waits for it."""

    task: asyncio.Task[_Outcome]
    keep: bool
    waiting: int = 0


class Store:
    """Loads and cache of one program.  Belongs to the thread of its event loop, but for ``peek``.

    So many loads run at a time, one unless told otherwise; others queue.  What happens is told to
    the listeners as messages.
    """

    def __init__(
        self,
        policy: CachePolicy,
        loader: str,
        memory: MemoryProbe,
        *,
        throughputs: Throughputs | None = None,
        clock: Clock = time.monotonic,
        decode: Loader = load_in_child,
    ) -> None:
        """Make an empty store.

        Args:
            policy: of the cache.
            loader: ``auto``, or ``evlib`` for whatever evlib can decode; may be changed later.
            memory: reads what is available.
            throughputs: remembers how fast loads were; by default for this run only.
            clock: tells the time.
            decode: decodes a recording.

        Raises:
            NotEnoughMemory: the policy is on, and less memory than its floor is available.
        """
        self.loader = loader
        self.loads: dict[Path, LoadProgress] = {}
        """The loads that wait or run, in the order in which they were asked for."""
        self._memory = memory
        self._throughputs = throughputs or ThisRun()
        self._decode = decode
        self._cache = Cache(clock, let_go)
        self._running: dict[Path, _Load] = {}
        self._turns = Turns()
        self._listeners: list[Listener] = []
        self.set_policy(policy)

    # The cache

    def get(self, path: Path) -> Loaded | None:
        """The recording from memory, to be used now; counts as a hit or a miss."""
        loaded = self._cache.get(path)
        self._tell(self.stats)
        return loaded

    def peek(self, path: Path) -> Loaded | None:
        """The recording from memory, without counting it as used; from any thread."""
        return self._cache.peek(path)

    def unload(self, path: Path) -> bool:
        """Drop a recording from memory; False where it plays or is not there."""
        dropped = self._cache.unload(path)
        self._tell(self.stats)
        return dropped

    def playing(self, path: Path, playing: bool) -> None:
        """Say whether a recording is being played: while it is, it stays in the cache."""
        self._cache.set_playing(path, playing)
        self._tell(self.stats)

    def set_policy(self, policy: CachePolicy) -> None:
        """Change the policy; it acts at once, and one that is off frees what does not play.

        Raises:
            NotEnoughMemory: the cache was off and cannot be turned on now; nothing was changed.
        """
        memory = self._memory()
        if policy.on and not self._cache.policy.on:
            policy.check_turning_on(memory)
        self._cache.set_policy(policy, memory)
        self._tell(self.stats)

    def answer(self, memory: MemoryReading) -> None:
        """Drop what the machine lacks, least recently used first; to be called now and then.

        Args:
            memory: a reading of now.
        """
        if self._cache.answer(memory):
            self._tell(self.stats)

    def pin(self, path: Path, pinned: bool) -> None:
        """Keep a recording from being dropped for another; see ``policy.Held``."""
        self._cache.set_pinned(path, pinned)
        self._tell(self.stats)

    @property
    def held(self) -> list[Held]:
        """What is in memory, in the order in which it was loaded."""
        return self._cache.held

    @property
    def entries(self) -> list[Entry]:
        """The same, with what a user wants to know of each; touches no disk."""
        return self._cache.entries

    @property
    def cached_paths(self) -> list[Path]:
        """What is in memory, in the order in which it was loaded."""
        return [entry.path for entry in self._cache.held]

    @property
    def stats(self) -> CacheStats:
        return self._cache.stats

    # Loads

    async def load(self, path: Path, *, keep: bool) -> Loaded:
        """Load a recording, or wait for the load of it that is under way.

        A load whose last waiter was cancelled is cancelled too.

        Args:
            path: the file.
            keep: put it into the cache, if that is on; else it is the caller's alone.  Where it
                turns out larger than was thought and does not fit, it is the caller's alone too,
                and the last message says so.

        Raises:
            RecordingError: the file cannot be read, or no loader decodes it.
            LoadCancelled: ``cancel`` was called.
            LoadFailed: the loader refused the file, or its process died.
            NotEnoughMemory: it is not to be loaded, or ran out of memory.
        """
        loaded = self._cache.peek(path)
        if loaded is not None:
            return loaded
        while (load := self._running.get(path)) and load.task.cancelling():
            await asyncio.wait([load.task])
        load = load or self._begin(path, keep)
        load.keep |= keep
        return await self._wait_for(path, load)

    def cancel(self, path: Path) -> None:
        """End a load that waits or runs; its process is killed."""
        load = self._running.get(path)
        if load is not None:
            load.task.cancel()

    @property
    def queue(self) -> list[Path]:
        """The loads that wait, in the order in which they will run."""
        return self._turns.waiting

    def load_next(self, path: Path) -> None:
        """Have a load that waits run before the others that do."""
        self._turns.promote(path)
        waiting = [path for path in self._turns.waiting if path in self.loads]
        running = {path: told for path, told in self.loads.items() if path not in waiting}
        self.loads = running | {path: self.loads[path] for path in waiting}
        if path in self.loads:
            self._tell(self.loads[path])

    def clear_queue(self) -> None:
        """Cancel the loads that wait; those that run go on."""
        for path in self.queue:
            self.cancel(path)

    def set_loads_at_once(self, number: int) -> None:
        """How many loading processes run at a time."""
        self._turns.at_once = number

    async def close(self) -> None:
        """End all loads, and free what does not play; no process is left when this returns."""
        tasks = [load.task for load in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._cache.set_policy(CachePolicy(), self._memory())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have every message told, in the event loop's thread; the result ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _wait_for(self, path: Path, load: _Load) -> Loaded:
        load.waiting += 1
        try:
            await asyncio.wait([load.task])
        finally:
            load.waiting -= 1
            if not load.waiting:
                load.task.cancel()
        if load.task.cancelled():
            raise LoadCancelled(f"{path}: the load was cancelled")
        return load.task.result().loaded

    def _begin(self, path: Path, keep: bool) -> _Load:
        task = asyncio.create_task(self._run(path))
        load = self._running[path] = _Load(task, keep)
        # A callback, because a task that is cancelled at once never runs a line of its own.
        task.add_done_callback(lambda _: self._finish(path, task))
        self._note(LoadProgress(path, "", Stage.QUEUED))
        return load

    async def _run(self, path: Path) -> _Outcome:
        plan = await beside(make_plan, path, self.loader)
        self._note(LoadProgress(path, plan.loader, Stage.QUEUED))
        self._check_room(plan)
        async with self._turns.turn(path):
            self._make_room(plan)
            try:
                decoded = await self._decode_now(plan)
                loaded = await beside(make_loaded, plan, decoded)
                not_kept = self._keep(loaded)
            finally:
                self._cache.release(path)
        if decoded.reading_s >= WORTH_NOTING_S:
            note = self._throughputs.note_throughput
            await beside(note, plan.format, plan.loader, plan.bytes, decoded.reading_s)
        return _Outcome(loaded, not_kept)

    async def _decode_now(self, plan: Plan) -> Decoded:
        expected = await beside(self._throughputs.throughput, plan.format, plan.loader)
        limit = self._memory().available
        return await self._decode(plan, limit, expected, self._note)

    def _is_to_be_kept(self, path: Path) -> bool:
        return self._running[path].keep and self._cache.policy.on

    def _check_room(self, plan: Plan) -> None:
        """Refuse at once what could not be loaded even if its turn came now."""
        memory = self._memory()
        with _about(plan.path):
            if self._is_to_be_kept(plan.path):
                self._cache.check_room(plan.cost, memory)
            else:
                check_available(plan.cost, memory)

    def _make_room(self, plan: Plan) -> None:
        """The same once its turn has come, now dropping what has to go."""
        if not self._is_to_be_kept(plan.path):
            self._check_room(plan)
            return
        self._cache.unload(plan.path)  # there is one only where the file has changed since
        with _about(plan.path):
            self._cache.reserve(plan.path, plan.cost, self._memory())
        self._tell(self.stats)

    def _keep(self, loaded: Loaded) -> str | None:
        """Put a recording into the cache where that was asked for; else why it is not there."""
        if not self._is_to_be_kept(loaded.path):
            return None
        try:
            self._cache.put(loaded)
        except NotEnoughMemory as error:
            return f"{loaded.path}: loaded, but not kept: {error}"
        return None

    def _finish(self, path: Path, task: asyncio.Task[_Outcome]) -> None:
        """The last message about a load."""
        del self._running[path]
        last = dataclasses.replace(self.loads.pop(path), left_s=None, pid=None)
        if task.cancelled():
            last = dataclasses.replace(last, stage=Stage.CANCELLED)
        elif error := task.exception():
            last = dataclasses.replace(last, stage=Stage.FAILED, error=str(error))
        else:
            outcome = task.result()
            last = dataclasses.replace(
                last,
                stage=Stage.DONE,
                share=1.0,
                estimated=False,
                bytes_per_s=outcome.loaded.bytes_per_s,
                elapsed_s=outcome.loaded.load_seconds,
                error=outcome.not_kept,
            )
        self._tell(last)
        self._tell(self.stats)

    def _note(self, progress: LoadProgress) -> None:
        self.loads[progress.path] = progress
        self._tell(progress)

    def _tell(self, message: StoreMessage) -> None:
        for listener in list(self._listeners):
            listener(message)


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Name the file in what the policy says."""
    try:
        yield
    except NotEnoughMemory as error:
        raise NotEnoughMemory(f"{path}: {error}") from error
