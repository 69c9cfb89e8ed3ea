"""The memory screen: what memory and cache were like, what is in memory, what loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from evtui.store.messages import LoadProgress, Stage
from evtui.tui.messages import ChangeSetting
from evtui.tui.widgets.gauge import INTERVAL_S
from evtui.tui.widgets.history_plot import HistoryPlot
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.memory_table import MemoryTable
from evtui.units import format_bytes

if TYPE_CHECKING:
    from evtui.settings import Settings
    from evtui.store.messages import CacheStats
    from evtui.tui.services import Services

_HINT = "u unload   p pin   x cancel loads   c cache on or off   Esc close"


class MemoryScreen(ModalScreen[None]):
    """History, table and totals, kept up to date while it is open; Esc closes it."""

    BINDINGS = [
        ("escape,m,q", "dismiss", "Close"),
        ("u", "unload", "Unload"),
        ("p", "pin", "Pin"),
        ("x", "cancel_loads", "Cancel loads"),
        ("c", "toggle_cache", "Cache"),
        ("j", "move(1)", "Down"),
        ("k", "move(-1)", "Up"),
    ]

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._loads: list[LoadProgress] = []
        self._totals = Text()

    def compose(self) -> ComposeResult:
        with Vertical(id="memory-box"):
            yield HistoryPlot(self._services.history, id="memory-plot")
            yield MemoryTable(id="memory-table")
            yield LoadingPanel(id="memory-loads")
            yield Static(id="memory-totals")
            yield Static(_HINT, id="memory-hint")

    def on_mount(self) -> None:
        self.query_one("#memory-box").border_title = "Memory"
        self._table.focus()
        self._panel.note("nothing loads", "dim")
        self.set_interval(INTERVAL_S, self.show)
        self.show()

    @property
    def _table(self) -> MemoryTable:
        return self.query_one(MemoryTable)

    @property
    def _panel(self) -> LoadingPanel:
        return self.query_one(LoadingPanel)

    def show(self) -> None:
        """Show how all stands now; what has not changed is left alone."""
        store = self._services.store
        self.query_one(HistoryPlot).follow()
        self._table.show(store.entries)
        loads = list(store.loads.values())
        if loads != self._loads:
            self._loads = loads
            self._panel.show(loads)
        totals = totals_text(store.stats, self._services.settings, loads)
        if totals != self._totals:
            self._totals = totals
            self.query_one("#memory-totals", Static).update(totals, layout=False)

    # What the user does

    def action_unload(self) -> None:
        entry = self._table.current
        if entry is None:
            return
        if not self._services.store.unload(entry.path) and entry.playing:
            self.notify(f"{entry.path.name} is playing", severity="warning", markup=False)
        self.show()

    def action_pin(self) -> None:
        """Have the highlighted dataset stay in memory, or no longer."""
        entry = self._table.current
        if entry is not None:
            self._services.store.pin(entry.path, not entry.pinned)
            self.show()

    def action_cancel_loads(self) -> None:
        """Cancel all loads; a click on its ✕ cancels one."""
        for path in list(self._services.store.loads):
            self._services.store.cancel(path)

    def action_toggle_cache(self) -> None:
        self.post_message(ChangeSetting("cache", not self._services.settings.cache))

    def action_move(self, steps: int) -> None:
        if steps > 0:
            self._table.action_cursor_down()
        else:
            self._table.action_cursor_up()

    @on(LoadingPanel.Cancel)
    def _cancel_clicked(self, message: LoadingPanel.Cancel) -> None:
        self._services.store.cancel(message.path)


def totals_text(stats: CacheStats, chosen: Settings, loads: Sequence[LoadProgress]) -> Text:
    """The cache's limits, and what came of it so far; two lines."""
    waiting = sum(load.stage is Stage.QUEUED for load in loads)
    hits, misses = "hits" if stats.hits != 1 else "hit", "misses" if stats.misses != 1 else "miss"
    counts = f"{stats.hits:,} {hits}, {stats.misses:,} {misses}"
    if asked := stats.hits + stats.misses:
        counts += f", hit rate {stats.hits / asked:.0%}"
    counts += f", {stats.evictions:,} dropped"
    if loads:
        counts += f"; {len(loads) - waiting} loading, {waiting} waiting"
    separator = Text("\n", no_wrap=True, overflow="ellipsis")
    return separator.join([Text(_limits(stats, chosen)), Text(counts)])


def _limits(stats: CacheStats, chosen: Settings) -> str:
    if not stats.on:
        return "the cache is off; c turns it on"
    return (
        f"{stats.entries} in memory, {format_bytes(stats.used_bytes)}"
        f" of {format_bytes(stats.budget_bytes)}; largest {format_bytes(chosen.cache_largest)};"
        f" {format_bytes(chosen.cache_floor)} stay free"
    )
