"""The app-level store: loads recordings in child processes and keeps them in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evtui.errors import ExportError, NotEnoughMemory
from evtui.store.beside import beside
from evtui.store.cache import Cache
from evtui.store.entries import Entry
from evtui.store.kept import KeptEvents
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.loader import Decoded, ProgressListener, load_in_child
from evtui.store.loads import Loads, Outcome
from evtui.store.messages import (
    CacheStats,
    Forecast,
    LoadProgress,
    NotKept,
    Stage,
    StoreMessage,
)
from evtui.store.plan import Plan, make_plan
from evtui.store.policy import CachePolicy, Held, MemoryProbe, MemoryReading, check_available
from evtui.store.progress import WORTH_NOTING_S, Clock, ThisRun, Throughputs

Loader = Callable[[Plan, int | None, float | None, ProgressListener], Awaitable[Decoded]]
"""As ``load_in_child``: plan, memory limit, expected throughput, listener."""

Listener = Callable[[StoreMessage], None]


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
        kept: KeptEvents | None = None,
        clock: Clock = time.monotonic,
        decode: Loader = load_in_child,
    ) -> None:
        """Make an empty store.

        Args:
            policy: of the cache.
            loader: ``auto``, or ``evlib`` for whatever evlib can decode; may be changed later.
            memory: reads what is available.
            throughputs: remembers how fast loads were; by default for this run only.
            kept: keeps on disk what had to be decoded whole; by default nothing is.
            clock: tells the time.
            decode: decodes a recording.

        Raises:
            NotEnoughMemory: the policy is on, and less memory than its floor is available.
        """
        self.loader = loader
        self._memory = memory
        self._throughputs = throughputs or ThisRun()
        self._kept = kept or KeptEvents()
        self._decode = decode
        self._cache = Cache(clock)
        self._loads = Loads(self._run, self._hear_load)
        self._listeners: list[Listener] = []
        self._writing: set[asyncio.Task[None]] = set()
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

        Where nothing is left to drop, the load for the cache that began last is given up.

        Args:
            memory: a reading of now.
        """
        if self._cache.answer(memory):
            self._tell(self.stats)
        elif lack := self._cache.policy.lack(memory):
            self._loads.give_up_last(lack)

    def forecast(self, size: int) -> Forecast:
        """What loading a recording into the cache would take now; the cache is on.

        Args:
            size: bytes of memory that its events would hold.
        """
        try:
            return Forecast(size, tuple(self._cache.check_room(size, self._memory())))
        except NotEnoughMemory as error:
            return Forecast(size, refusal=error.reason)

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
        return await self._loads.wait(path, keep)

    @property
    def loads(self) -> dict[Path, LoadProgress]:
        """The loads under way: those that run, then those that wait in the order they will go."""
        return self._loads.progress

    def cancel(self, path: Path) -> None:
        """End a load that waits or runs; its process is killed."""
        self._loads.cancel(path)

    @property
    def queue(self) -> list[Path]:
        """The loads that wait, in the order in which they will run."""
        return self._loads.turns.waiting

    def load_next(self, path: Path) -> None:
        """Have a load that waits run before the others that do."""
        self._loads.promote(path)

    def clear_queue(self) -> None:
        """Cancel the loads that wait; those that run go on."""
        for path in self.queue:
            self.cancel(path)

    def set_loads_at_once(self, number: int) -> None:
        """How many loading processes run at a time."""
        self._loads.turns.at_once = number

    async def close(self) -> None:
        """End all loads, and free what does not play; no process is left when this returns."""
        await self._loads.end_all()
        self._cache.set_policy(CachePolicy(), self._memory())
        await beside(self._kept.stop)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have every message told, in the event loop's thread; the result ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _run(self, path: Path) -> Outcome:
        plan = await beside(make_plan, path, self.loader)
        self._loads.note(LoadProgress(path, plan.loader, Stage.QUEUED))
        loaded = await self._map_kept(plan)
        if loaded is not None:
            return self._put(loaded)
        self._check_room(plan)
        async with self._loads.turns.turn(path):
            return await self._decode_and_put(plan)

    async def _map_kept(self, plan: Plan) -> Loaded | None:
        """The events as an earlier run decoded them: there at once, whatever waits in the queue."""
        if plan.in_place or not self._kept.on:
            return None
        return await beside(self._kept.find, plan.path, plan.loader)

    def _put(self, loaded: Loaded) -> Outcome:
        self._make_room(loaded.path, loaded.bytes)
        self._cache.release(loaded.path)
        return Outcome(loaded, self._keep(loaded))

    async def _decode_and_put(self, plan: Plan) -> Outcome:
        if self._is_to_be_kept(plan.path):
            self._make_room(plan.path, plan.cost)
        else:
            self._check_room(plan)
        try:
            decoded = await self._decode_now(plan)
            if decoded.reading_s >= WORTH_NOTING_S:
                note = self._throughputs.note_throughput
                await beside(note, plan.format, plan.loader, plan.bytes, decoded.reading_s)
            loaded = await beside(make_loaded, plan, decoded)
            # From here on nothing is waited for: what is in the cache is no longer cancelled.
            outcome = Outcome(loaded, self._keep(loaded))
        finally:
            self._cache.release(plan.path)
        if self._kept.on and not plan.in_place:
            self._write(loaded, plan.loader)
        return outcome

    def _write(self, loaded: Loaded, loader: str) -> None:
        """Keep what was decoded on disk, while it is used already."""

        async def write() -> None:
            try:
                await beside(self._kept.keep, loaded, loader)
            except (NotEnoughMemory, ExportError) as error:
                self._tell(NotKept(loaded.path, str(error)))

        task = asyncio.create_task(write())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _decode_now(self, plan: Plan) -> Decoded:
        expected = await beside(self._throughputs.throughput, plan.format, plan.loader)
        limit = self._memory().available
        return await self._decode(plan, limit, expected, self._loads.note)

    def _is_to_be_kept(self, path: Path) -> bool:
        return self._cache.policy.on and self._loads.is_to_be_kept(path)

    def _check_room(self, plan: Plan) -> None:
        """Refuse at once what will not fit when its turn comes."""
        memory = self._memory()
        with _about(plan.path):
            if self._is_to_be_kept(plan.path):
                self._cache.check_room_later(plan.cost, memory)
            else:
                check_available(plan.cost, memory)

    def _make_room(self, path: Path, size: int) -> None:
        """Drop what has to go for a recording that is to be kept, and keep its room."""
        if not self._is_to_be_kept(path):
            return
        self._cache.unload(path)  # there is one only where the file has changed since
        with _about(path):
            self._cache.reserve(path, size, self._memory())
        self._tell(self.stats)

    def _keep(self, loaded: Loaded) -> str | None:
        """Put a recording into the cache where that was asked for; else why it is not there."""
        if not self._is_to_be_kept(loaded.path):
            return None
        try:
            self._cache.put(loaded)
        except NotEnoughMemory as error:
            return error.reason
        return None

    def _hear_load(self, told: LoadProgress) -> None:
        self._tell(told)
        if told.stage.ended:
            self._tell(self.stats)

    def _tell(self, message: StoreMessage) -> None:
        for listener in list(self._listeners):
            listener(message)


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Name the file in what the policy says."""
    try:
        yield
    except NotEnoughMemory as error:
        raise NotEnoughMemory(error.reason, path) from error
