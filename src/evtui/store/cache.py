"""The cache: loaded recordings under a policy, the least recently used dropped first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from evtui.store.loaded import Loaded
from evtui.store.messages import CacheStats
from evtui.store.policy import CachePolicy, Held, MemoryReading
from evtui.store.progress import Clock


class Cache:
    """Loaded recordings by path.  A file that has changed since is as good as not there.

    Belongs to one thread, but for ``peek``, which any thread may call.
    """

    def __init__(
        self, clock: Clock, free: Callable[[list[Loaded]], None] = list[Loaded].clear
    ) -> None:
        """An empty cache that is off.

        Args:
            clock: tells when an entry was last used.
            free: empties a list that holds the cache's own reference to what was dropped.
        """
        self._policy = CachePolicy()
        self._clock = clock
        self._free = free
        self._entries: dict[Path, Loaded] = {}
        self._last_used: dict[Path, float] = {}
        self._playing: set[Path] = set()
        self._hits = self._misses = self._evictions = 0

    def get(self, path: Path) -> Loaded | None:
        """A recording to use now: counts as a use, and as a hit or, while on, as a miss."""
        loaded = self.peek(path)
        if loaded is None:
            self._misses += self._policy.on
        else:
            self._hits += 1
            self._last_used[path] = self._clock()
        return loaded

    def peek(self, path: Path) -> Loaded | None:
        """A recording, without counting it as used."""
        loaded = self._entries.get(path)
        return loaded if loaded is not None and loaded.is_of(path) else None

    def make_room(self, size: int, memory: MemoryReading | None = None) -> None:
        """Drop what has to go before ``size`` more bytes are held.

        Args:
            size: bytes.
            memory: a reading, where the bytes are yet to be taken from what is available.

        Raises:
            NotEnoughMemory: it would not fit even then; nothing was dropped.
        """
        self._evict(self._policy.make_room(size, self.held, memory))

    def put(self, loaded: Loaded) -> None:
        """Keep a recording, in place of an older one of its path.

        Raises:
            NotEnoughMemory: it does not fit; nothing was dropped.
        """
        others = [entry for entry in self.held if entry.path != loaded.path]
        self._evict(self._policy.make_room(loaded.bytes, others))
        self._drop(loaded.path)
        self._entries[loaded.path] = loaded
        self._last_used[loaded.path] = self._clock()

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
            self._evict(self._policy.surplus(self.held))

    @property
    def policy(self) -> CachePolicy:
        """The policy in force; setting another one drops at once what that does not allow."""
        return self._policy

    @policy.setter
    def policy(self, policy: CachePolicy) -> None:
        self._policy = policy
        self._evict(policy.surplus(self.held))

    @property
    def held(self) -> list[Held]:
        """The entries as the policy sees them."""
        return [
            Held(path, loaded.bytes, self._last_used[path], path in self._playing)
            for path, loaded in self._entries.items()
        ]

    @property
    def stats(self) -> CacheStats:
        return CacheStats(
            on=self._policy.on,
            used_bytes=sum(loaded.bytes for loaded in self._entries.values()),
            budget_bytes=self._policy.budget,
            entries=len(self._entries),
            hits=self._hits,
            misses=self._misses,
            evictions=self._evictions,
        )

    def _evict(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._drop(path)
            self._evictions += 1

    def _drop(self, path: Path) -> None:
        if path in self._entries:
            del self._last_used[path]
            self._free([self._entries.pop(path)])
