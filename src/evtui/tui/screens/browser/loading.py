"""Opening and loading from the browser: into the player, into the cache, and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.timer import Timer
from textual.widgets import Input

from evtui.errors import (
    LoadCancelled,
    LoadError,
    NeedsLoading,
    NotEnoughMemory,
    RecordingError,
)
from evtui.store.messages import LoadProgress, NotKept, Stage
from evtui.tui.messages import ChangeSetting, OpenRecording
from evtui.tui.screens.browser.watching import Watching
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.preview_pane import PreviewPane
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.store.loaded import Loaded
    from evtui.store.messages import StoreMessage
    from evtui.tui.services import Services

PRELOAD_DELAY_S = 1.0


class Loading(Watching):
    """Routes between table, store and player."""

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        super().__init__(paths, services)
        self._open_when_loaded: Path | None = None
        self._preloading: Path | None = None
        self._refused: set[Path] = set()
        """What could not be loaded, and is not preloaded again."""
        self._preload_timer: Timer | None = None

    # The highlighted dataset

    def begin_preloading(self) -> None:
        """From now on, where the settings have it."""
        self._preload_timer = self.set_interval(PRELOAD_DELAY_S, self.preload)

    @on(DatasetTable.Highlighted)
    def _highlight(self, message: DatasetTable.Highlighted) -> None:
        if self.is_ending:
            return
        self.query_one(PreviewPane).show(message.row)
        if self._preload_timer is not None:
            self._preload_timer.reset()
        self.stop_preloading()

    def preload(self) -> None:
        """The cursor has rested: load what it rests on, where that is wanted and drops nothing."""
        if self.is_ending:
            return
        row, settings = self._table.current, self._services.settings
        store = self._services.store
        if row is None or not (settings.cache and settings.preload) or not self.is_current:
            return
        path, cost = row.dataset.path, row.cost
        if store.loads or cost is None or path in self._refused or store.peek(path) is not None:
            return
        forecast = store.forecast(cost)
        if not (forecast.drops or forecast.refusal):
            self._load(path, then_open=False)
            self._preloading = path

    def stop_preloading(self) -> None:
        """The user wants something else: give the machine back."""
        if self._preloading is not None:
            self._services.store.cancel(self._preloading)
            self._preloading = None

    # Opening

    def action_open(self) -> None:
        row = self._table.current
        if row is not None:
            self._open(row.dataset.path)

    def _open(self, path: Path) -> None:
        """Open in the player; a dataset that cannot seek is loaded first and then opens."""
        store = self._services.store
        row = self.row(path)
        loaded = store.get(path)
        if loaded is None and row is not None:
            if row.problem:
                self._refuse(path, row.problem)
                return
            if row.summary is not None and row.summary.needs_loading:
                self._load(path, then_open=True)
                return
        self._open_when_loaded = None
        self.post_message(OpenRecording(path, loaded))
        if loaded is None and self._services.settings.cache:
            self._load(path, then_open=False)

    def not_opened(self, path: Path, error: RecordingError) -> None:
        """The player could not open a dataset: load it, or say why."""
        self.look()
        if isinstance(error, NeedsLoading):
            self._load(path, then_open=True)
        else:
            self._refuse(path, error.reason)

    def _refuse(self, path: Path, reason: str) -> None:
        self.notify(printable(f"{path.name}: {reason}"), severity="error", markup=False)

    def action_load(self) -> None:
        row = self._table.current
        if row is None:
            return
        if not self._services.settings.cache:
            self.notify("the cache is off; press c to turn it on", severity="warning")
            return
        self._load(row.dataset.path, then_open=False)

    def _load(self, path: Path, *, then_open: bool) -> None:
        self._preloading = None
        if then_open:
            self._open_when_loaded = path
        self._await_load(path)

    @work
    async def _await_load(self, path: Path) -> None:
        """Wait for a load; its progress comes as messages, its outcome is told here."""
        try:
            loaded = await self._load_or_lend(path)
        except LoadCancelled:
            self._panel.note(f"{path.name}: cancelled")
        except (LoadError, RecordingError) as error:
            self._say_not_loaded(path, error.reason)
        else:
            self._loaded(path, loaded)
        if self._open_when_loaded == path:
            self._open_when_loaded = None

    def _say_not_loaded(self, path: Path, reason: str) -> None:
        again = "⏎" if self._open_when_loaded == path else "l"
        self._panel.note(f"{path.name}: {reason}; {again} tries again", "red")
        if path != self._preloading:
            self._refuse(path, reason)
        self._refused.add(path)

    async def _load_or_lend(self, path: Path) -> Loaded:
        """Load into the cache; what does not fit there is still lent to the player it is for."""
        store, keep = self._services.store, self._services.settings.cache
        try:
            return await store.load(path, keep=keep)
        except NotEnoughMemory:
            if not keep or self._open_when_loaded != path:
                raise
            return await store.load(path, keep=False)

    def _loaded(self, path: Path, loaded: Loaded) -> None:
        from evtui.library.summary import of_recording

        self._refused.discard(path)
        self.learn(path, of_recording(loaded.recording), loaded.recording.counts)
        if self._open_when_loaded == path and self.is_current:
            self.post_message(OpenRecording(path, loaded))

    # The cache

    def action_unload(self) -> None:
        row = self._table.current
        if row is not None:
            self._services.store.unload(row.dataset.path)

    def action_pin(self) -> None:
        """Have the highlighted dataset stay in memory, or no longer."""
        row, store = self._table.current, self._services.store
        held = [entry for entry in store.held if row and entry.path == row.dataset.path]
        if not held:
            self.notify("only what is in memory can be pinned; l loads it", severity="warning")
        for entry in held:
            store.pin(entry.path, not entry.pinned)

    def action_load_next(self) -> None:
        """Have the highlighted dataset's load go before the others that wait."""
        row = self._table.current
        if row is not None:
            self._services.store.load_next(row.dataset.path)

    def action_clear_queue(self) -> None:
        self._services.store.clear_queue()

    def action_cancel_load(self) -> None:
        """Cancel the highlighted dataset's load, else all loads, else all exports."""
        store = self._services.store
        row = self._table.current
        if row is not None and row.dataset.path in store.loads:
            store.cancel(row.dataset.path)
        elif store.loads:
            for path in list(store.loads):
                store.cancel(path)
        else:
            self._services.exports.cancel_all()

    @on(LoadingPanel.Cancel)
    def _cancel_clicked(self, message: LoadingPanel.Cancel) -> None:
        self._services.store.cancel(message.path)

    def action_toggle_cache(self) -> None:
        self.post_message(ChangeSetting("cache", not self._services.settings.cache))

    # What the store says

    def hear_store(self, message: StoreMessage) -> None:
        """The store loads, has loaded, or freed something."""
        self._load_rate.hear(message)
        if self.is_ending or not self.is_mounted:  # when quitting, loads end after it
            return
        if isinstance(message, NotKept):
            self._panel.note(f"{message.path.name}: not kept on disk: {message.why}", "yellow")
            return
        self._panel.show(list(self._services.store.loads.values()))
        if isinstance(message, LoadProgress) and message.stage is Stage.DONE and message.error:
            self._panel.note(f"{message.path.name}: loaded but not kept: {message.error}", "yellow")
        self._show_cached()

    def _show_cached(self) -> None:
        store = self._services.store
        states = {entry.path: "pinned" if entry.pinned else "yes" for entry in store.held}
        for path, told in store.loads.items():
            states[path] = "queued" if told.stage is Stage.QUEUED else "…"
        row = self._table.current
        before = row.cached if row else ""
        self._table.mark_cached(states)
        if row is not None and row.cached != before:
            self.query_one(PreviewPane).show_facts(row)
        self._update_gauge()

    def action_leave(self) -> None:
        """Esc: give up opening what loads, then clear the filter."""
        if self._open_when_loaded is not None:
            self._services.store.cancel(self._open_when_loaded)
            self._open_when_loaded = None
            return
        box = self.query_one("#filter", Input)
        box.value = ""
        box.display = False
        self._table.focus()

    @on(DatasetTable.RowSelected)
    def _row_chosen(self, message: DatasetTable.RowSelected) -> None:
        message.stop()
        self.action_open()
