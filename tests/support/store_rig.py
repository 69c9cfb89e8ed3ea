"""A store whose loads, memory and clock a test controls."""

from __future__ import annotations

import asyncio
from pathlib import Path

from evtui.store.kept import KeptEvents
from evtui.store.messages import LoadProgress, Stage, StoreMessage
from evtui.store.policy import CachePolicy, MemoryReading
from evtui.store.progress import ThisRun
from evtui.store.store import Store
from support.loads import EVENT_BYTES, HeldLoader, Ticker

GB = 10**9
ON = CachePolicy(on=True, budget=250 * EVENT_BYTES, floor=8 * GB, largest=200 * EVENT_BYTES)
OFF = CachePolicy()


class Rig:
    """A store whose loads, memory and clock a test controls."""

    def __init__(self, *, held: bool = True, kept: KeptEvents | None = None) -> None:
        self.available = 16 * GB
        self.clock = Ticker()
        self.throughputs = ThisRun()
        self.kept = kept or KeptEvents()
        self.loader = HeldLoader(held=held)
        self.heard: list[StoreMessage] = []
        self.store = Store(
            OFF,
            "auto",
            lambda: MemoryReading(self.available, process=GB),
            throughputs=self.throughputs,
            kept=self.kept,
            clock=self.clock,
            decode=self.loader,
        )
        self._news = asyncio.Event()
        self.store.subscribe(self._hear)

    def _hear(self, message: StoreMessage) -> None:
        self.heard.append(message)
        self._news.set()

    def begin(self, path: Path, *, keep: bool = True) -> asyncio.Task:
        return asyncio.create_task(self.store.load(path, keep=keep))

    @property
    def cached(self) -> list[Path]:
        """What is in memory, in the order in which it was loaded."""
        return [entry.path for entry in self.store.held]

    async def begun(self) -> Path:
        """The next recording whose decoding begins."""
        async with asyncio.timeout(10):
            return (await self.loader.begun.get()).path

    async def queued(self, path: Path) -> None:
        """Wait until a load stands in the queue, with its plan made."""
        async with asyncio.timeout(10):
            while not (path in self.store.loads and self.store.loads[path].loader):
                self._news.clear()
                await self._news.wait()

    def stages(self, path: Path) -> list[Stage]:
        """The stages heard of a load, each once in a row."""
        heard = [
            message.stage
            for message in self.heard
            if isinstance(message, LoadProgress) and message.path == path
        ]
        return [
            stage
            for number, stage in enumerate(heard)
            if number == 0 or stage is not heard[number - 1]
        ]

    def last(self, path: Path) -> LoadProgress:
        return [
            message
            for message in self.heard
            if isinstance(message, LoadProgress) and message.path == path
        ][-1]
