"""The gauge of memory and cache, their history, and the answer to a machine that runs short."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evtui.store.memory import held_by
from evtui.store.watch import LoadRate
from evtui.tui.screens.browser.surveying import Surveying
from evtui.tui.widgets.gauge import INTERVAL_S, Gauge

if TYPE_CHECKING:
    from evtui.store.policy import MemoryReading
    from evtui.tui.services import Services


class Watching(Surveying):
    """Reads the memory now and then, shows and remembers it, and has the store answer."""

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        super().__init__(paths, services)
        self._load_rate = LoadRate()
        self._memory: MemoryReading | None = None

    def begin_watching(self) -> None:
        """From now on."""
        self.set_interval(INTERVAL_S, self._read_memory)
        self._read_memory()

    def action_memory(self) -> None:
        from evtui.tui.screens.memory import MemoryScreen

        self.app.push_screen(MemoryScreen(self._services))

    def _read_memory(self) -> None:
        if self.is_ending:
            return
        store, loads = self._services.store, self._services.store.loads.values()
        pids = [load.pid for load in loads if load.pid is not None]
        memory = dataclasses.replace(self._services.memory(), children=held_by(pids))
        self._memory = memory
        store.answer(memory)
        self._services.history.add(memory, store.stats, len(pids))
        self._update_gauge()

    def _update_gauge(self) -> None:
        """Show the last reading, and what the store says now."""
        store = self._services.store
        if self._memory is not None:
            rate = self._load_rate.now(store.loads.values())
            self.query_one(Gauge).show(self._memory, store.stats, rate)
