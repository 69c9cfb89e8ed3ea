"""The cache: loaded recordings under a policy, the least recently used dropped first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from evtui.store.entries import Entry
from evtui.store.loaded import Loaded
from evtui.store.messages import CacheStats
from evtui.store.policy import CachePolicy, Held, MemoryReading
from evtui.store.progress import Clock


class Cache:
    """Loaded recordings by path.  A file that has changed since is as good as not there.

    Belongs to one thread, but for ``peek``, which any thread may call.
    """

    def __init__(self, clock: Clock) -> None:
        """An empty cache that is off.

        Args:
            clock: tells when an entry was last used.
        """
        self._policy = CachePolicy()
        self._clock = clock
        self._entries: dict[Path, Loaded] = {}
        self._last_used: dict[Path, float] = {}
        self._uses: dict[Path, int] = {}
        self._playing: set[Path] = set()
        self._pinned: set[Path] = set()
        self._reserved: dict[Path, int] = {}
        self._hits = self._misses = self._evictions = 0

    def get(self, path: Path) -> Loaded | None:
        """A recording to use now: counts as a use, and as a hit or, while on, as a miss."""
        loaded = self.peek(path)
        if loaded is None:
            self._misses += self._policy.on
        else:
            self._hits += 1
            self._last_used[path] = self._clock()
            self._uses[path] += 1
        return loaded

    def peek(self, path: Path) -> Loaded | None:
        """A recording, without counting it as used."""
        loaded = self._entries.get(path)
        return loaded if loaded is not None and loaded.is_of(path) else None

    def check_room(self, size: int, memory: MemoryReading) -> list[Path]:
        """What would be dropped for ``size`` more bytes, if they were to be loaded now.

        Raises:
            NotEnoughMemory: they would not fit even then.
        """
        return self._measured(memory).make_room(size, self._claims(), self._left(memory))

    def check_room_later(self, size: int, memory: MemoryReading) -> None:
        """Refuse what would not fit even once the loads that run have ended, which can then go.

        Args:
            size: bytes of a recording that is to wait for its turn.
            memory: a reading of now.

        Raises:
            NotEnoughMemory: there is no use in waiting.
        """
        coming = [replace(claim, playing=False) for claim in self._coming]
        self._measured(memory).make_room(size, [*self.held, *coming], memory)

    def reserve(self, path: Path, size: int, memory: MemoryReading) -> None:
        """Drop what has to go before a recording is loaded, and keep its room until ``release``.

        Args:
            path: what is to come; an older one of the path is dropped.
            size: its bytes.
            memory: a reading of now.

        Raises:
            NotEnoughMemory: it would not fit even then; nothing was dropped.
        """
        self._policy = self._measured(memory)
        self._evict(self.check_room(size, memory))
        self._reserved[path] = size

    def release(self, path: Path) -> None:
        """The load that had room reserved has ended."""
        self._reserved.pop(path, None)

    def put(self, loaded: Loaded) -> None:
        """Keep a recording, in place of an older one of its path.

        Raises:
            NotEnoughMemory: it does not fit; nothing was dropped.
        """
        self._evict(self._policy.make_room(loaded.bytes, self._claims(besides=loaded.path)))
        self._drop(loaded.path)
        self._entries[loaded.path] = loaded
        self._last_used[loaded.path] = self._clock()
        self._uses[loaded.path] = 0

    def unload(self, path: Path) -> bool:
        """Drop a recording because someone asks; False where it plays or is not there."""
        if path not in self._entries or path in self._playing:
            return False
        self._drop(path)
        return True

    def set_playing(self, path: Path, playing: bool) -> None:
        """Say that a recording is being played, cached or not, or no longer is."""
        if playing:
            self._playing.add(path)
        else:
            self._playing.discard(path)
            self._evict(self._policy.surplus(self._claims()))

    def set_pinned(self, path: Path, pinned: bool) -> None:
        """Say that a recording is to be kept, in the cache already or not yet, or no longer is."""
        (self._pinned.add if pinned else self._pinned.discard)(path)

    def answer(self, memory: MemoryReading) -> bool:
        """Measure a budget that is a share anew, and give back what the machine lacks.

        Returns:
            Whether anything was dropped or changed.
        """
        before = self.stats
        self._evict(self._policy.hungry(self.held, memory))
        self.set_policy(self._policy, memory)
        return self.stats != before

    @property
    def policy(self) -> CachePolicy:
        """The policy in force."""
        return self._policy

    def set_policy(self, policy: CachePolicy, memory: MemoryReading) -> None:
        """Change the policy, which drops at once what it does not allow."""
        self._policy = policy
        self._policy = self._measured(memory)
        self._evict(self._policy.surplus(self._claims()))

    @property
    def held(self) -> list[Held]:
        """The entries as the policy sees them."""
        return [
            Held(
                path,
                loaded.bytes,
                self._last_used[path],
                playing=path in self._playing,
                pinned=path in self._pinned,
            )
            for path, loaded in self._entries.items()
        ]

    @property
    def entries(self) -> list[Entry]:
        """The entries as a user wants to see them, in the order in which they were loaded."""
        now = self._clock()
        return [
            Entry.of(held, self._entries[held.path], self._uses[held.path], now)
            for held in self.held
        ]

    @property
    def stats(self) -> CacheStats:
        """The cache in figures."""
        return CacheStats(
            on=self._policy.on,
            used_bytes=sum(loaded.bytes for loaded in self._entries.values()),
            budget_bytes=self._policy.budget,
            entries=len(self._entries),
            hits=self._hits,
            misses=self._misses,
            evictions=self._evictions,
        )

    def _measured(self, memory: MemoryReading) -> CachePolicy:
        return self._policy.measured(self.held, memory)

    def _claims(self, besides: Path | None = None) -> list[Held]:
        """The entries, and the room that is kept for loads, as entries that nothing drops.

        The room of a load counts until it is put in its place, so that two loads at a time do not
        take the same.
        """
        return [claim for claim in (*self.held, *self._coming) if claim.path != besides]

    @property
    def _coming(self) -> list[Held]:
        return [Held(path, size, math.inf, playing=True) for path, size in self._reserved.items()]

    def _left(self, memory: MemoryReading) -> MemoryReading:
        """What is available once the loads that run have taken all of their room."""
        return replace(memory, available=memory.available - sum(self._reserved.values()))

    def _evict(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._drop(path)
            self._evictions += 1

    def _drop(self, path: Path) -> None:
        if path in self._entries:
            del self._last_used[path], self._uses[path]
            del self._entries[path]
