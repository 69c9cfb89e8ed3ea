"""The gauge of memory and cache, and the answer to a machine that runs short."""

from __future__ import annotations

from evtui.tui.screens.browser.surveying import Surveying
from evtui.tui.widgets.gauge import Gauge

GAUGE_INTERVAL_S = 0.5


class Watching(Surveying):
    """Reads the memory now and then, shows it, and has the store answer."""

    def begin_watching(self) -> None:
        """From now on."""
        self.set_interval(GAUGE_INTERVAL_S, self._update_gauge)
        self._update_gauge()

    def _update_gauge(self) -> None:
        services = self._services
        memory = services.memory()
        services.store.answer(memory)
        self.query_one(Gauge).show(memory, services.store.stats)
