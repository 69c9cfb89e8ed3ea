"""The browser: the table of datasets, a preview of the highlighted one, loads and memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Footer, Input, Static

from evtui.errors import (
    EvtuiError,
    LoadCancelled,
    NeedsLoading,
    NotEnoughMemory,
    RecordingError,
)
from evtui.library.discovery import Obstacle
from evtui.library.survey import Finished, Found, Learned, Report, Survey
from evtui.store.messages import LoadProgress, Stage
from evtui.tui.actions import Place, bindings
from evtui.tui.columns import Row
from evtui.tui.messages import AskExport, ChangeSetting, FirstPaint, OpenRecording, ShowDetails
from evtui.tui.screens.table_keys import TableKeys
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.gauge import Gauge
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.preview_pane import PreviewPane
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.export.queue import ExportProgress
    from evtui.library.summary import Summary
    from evtui.recordings.base import Counts
    from evtui.store.loaded import Loaded
    from evtui.store.messages import CacheStats
    from evtui.tui.services import Services

GAUGE_INTERVAL_S = 0.5
PRELOAD_DELAY_S = 1.0


class BrowserScreen(TableKeys):
    """Routes between survey, table, preview, store and player."""

    BINDINGS = bindings(Place.BROWSER)

    class Surveyed(Message):
        """The survey found or learned something."""

        def __init__(self, survey: Survey | None, report: Report) -> None:
            super().__init__()
            self.survey = survey
            self.report = report

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        super().__init__()
        self._services = services
        self._paths = paths
        self._survey: Survey | None = None
        self._found: set[Path] = set()
        self._obstacles: list[Obstacle] = []
        self._open_when_loaded: Path | None = None
        self._preloading: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="browser-title")
        with Horizontal(id="browser-main"):
            yield DatasetTable(id="datasets")
            yield PreviewPane(self._services, id="preview")
        yield Input(placeholder="filter by name, folder or format", id="filter")
        with Horizontal(id="browser-bottom"):
            yield LoadingPanel(id="loads")
            yield Gauge(id="gauge")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._table.focus()
        self._begin_survey()
        self.set_interval(GAUGE_INTERVAL_S, self._update_gauge)
        self._update_gauge()
        self._preload_timer = self.set_interval(PRELOAD_DELAY_S, self._preload)
        self.call_after_refresh(self.after_first_paint)

    def row(self, path: Path) -> Row | None:
        """What the table knows of a dataset."""
        return self._table.row(path)

    def on_unmount(self) -> None:
        if self._survey is not None:
            self._survey.cancel()

    # What the table shows

    @property
    def _panel(self) -> LoadingPanel:
        return self.query_one(LoadingPanel)

    def after_first_paint(self) -> None:
        """The table is on the screen: import and open what was put off until now."""
        self.post_message(FirstPaint())
        if self._survey is not None:
            self._survey.begin_learning()
        if len(self._paths) == 1 and not self._paths[0].is_dir():
            self._open(self._paths[0])

    def _begin_survey(self) -> None:
        if self._survey is not None:
            self._survey.cancel()
        self._found, self._obstacles = set(), []
        self._panel.note("looking for recordings…", "dim")
        survey: Survey | None = None

        def report(found: Report) -> None:
            self.post_message(self.Surveyed(survey, found))

        survey = self._survey = Survey(self._paths, self._services.catalogue, report)

    @on(Surveyed)
    def _take_report(self, message: Surveyed) -> None:
        report = message.report
        if message.survey is not None and message.survey is not self._survey:
            return
        if isinstance(report, Found):
            self._found.update(dataset.path for dataset, _ in report.datasets)
            self._table.add(report.datasets)
            self._obstacles += report.obstacles
        elif isinstance(report, Learned):
            self._table.learn(report.dataset, report.summary)
            current = self._table.current
            if current is not None and current.dataset.path == report.dataset.path:
                self.query_one(PreviewPane).show_facts(current)
        elif isinstance(report, Finished):
            self._finish_survey(report)
        self._show_title()

    def _finish_survey(self, report: Finished) -> None:
        if report.learning:
            return
        self._table.keep_only(self._found)
        if not self._found:
            places = ", ".join(str(path) for path in self._paths)
            self._panel.note(f"no recordings in {places}; evtui demo makes some", "yellow")
        else:
            self._panel.note("")
        if self._obstacles:
            first, more = self._obstacles[0], len(self._obstacles) - 1
            text = f"{first.path}: {first.reason}" + (f", and {more} more" if more else "")
            self._panel.note(text, "yellow")
        self._show_cached()

    def _show_title(self) -> None:
        table = self._table
        places = ", ".join(str(path) for path in self._paths)
        total = len(table.paths)
        count = f"{table.row_count} of {total}" if table.row_count != total else str(total)
        order = f"  sorted by {table.order}" if table.order else ""
        text = f"evtui  {count} recordings{order}  in {printable(places)}"
        self.query_one("#browser-title", Static).update(text, layout=False)

    def _update_gauge(self) -> None:
        services = self._services
        memory = services.memory()
        services.store.answer(memory)
        self.query_one(Gauge).show(memory, services.store.stats)

    # The highlighted dataset

    @on(DatasetTable.Highlighted)
    def _highlight(self, message: DatasetTable.Highlighted) -> None:
        self.query_one(PreviewPane).show(message.row)
        self._preload_timer.reset()
        self._stop_preloading()

    def _preload(self) -> None:
        """The cursor has rested: load what it rests on, where that is wanted."""
        row, settings = self._table.current, self._services.settings
        store = self._services.store
        if row is None or not (settings.cache and settings.preload) or not self.is_current:
            return
        path = row.dataset.path
        if not store.loads and store.peek(path) is None:
            self._preloading = path
            self._load(path, then_open=False)

    def _stop_preloading(self) -> None:
        """The user wants something else: give the machine back."""
        if self._preloading is not None:
            self._services.store.cancel(self._preloading)
            self._preloading = None

    # What the user does

    def action_open(self) -> None:
        row = self._table.current
        if row is not None:
            self._open(row.dataset.path)

    def _open(self, path: Path) -> None:
        """Open in the player; a dataset that cannot seek is loaded first and then opens."""
        store = self._services.store
        row = self._table.row(path)
        loaded = store.get(path)
        if loaded is None and row is not None and row.summary is not None:
            if row.summary.problem:
                self._refuse(path, row.summary.problem)
                return
            if row.summary.needs_loading:
                self._load(path, then_open=True)
                return
        self._open_when_loaded = None
        self.post_message(OpenRecording(path, loaded))
        if loaded is None and self._services.settings.cache:
            self._load(path, then_open=False)

    def not_opened(self, path: Path, error: RecordingError) -> None:
        """The player could not open a dataset: load it, or say why."""
        if isinstance(error, NeedsLoading):
            self._load(path, then_open=True)
        else:
            self._refuse(path, error.reason)

    def _refuse(self, path: Path, reason: str) -> None:
        self.notify(f"{path.name}: {reason}", severity="error", markup=False)

    def action_load(self) -> None:
        row = self._table.current
        if row is None:
            return
        if not self._services.settings.cache:
            self.notify("the cache is off; press c to turn it on", severity="warning")
            return
        self._load(row.dataset.path, then_open=False)

    def _load(self, path: Path, *, then_open: bool) -> None:
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
        except EvtuiError as error:
            self._panel.note(str(error), "red")
            self.notify(str(error), severity="error", markup=False)
        else:
            self._loaded(path, loaded)
        if self._open_when_loaded == path:
            self._open_when_loaded = None

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

        self.learn(path, of_recording(loaded.recording), loaded.recording.counts)
        if self._open_when_loaded == path and self.is_current:
            self.post_message(OpenRecording(path, loaded))

    def learn(self, path: Path, summary: Summary, counts: Counts | None = None) -> None:
        """Remember what is now known exactly of a dataset, and show it."""
        row = self._table.row(path)
        if row is None:
            return
        self._services.catalogue.put(row.dataset, summary, counts)
        self._table.learn(row.dataset, summary)
        if row is self._table.current:
            self.query_one(PreviewPane).show(row)

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

    @on(LoadingPanel.CancelExport)
    def _cancel_export_clicked(self, message: LoadingPanel.CancelExport) -> None:
        self._services.exports.cancel(message.number)

    def hear_export(self, told: ExportProgress, under_way: Sequence[ExportProgress]) -> None:
        """An export went on or ended; show how all of them stand."""
        if self.is_mounted:
            self._panel.show_exports(under_way)
            if told.stage.ended:
                self._panel.note(f"{told.target.name}: {told.stage.value}")

    def action_export(self) -> None:
        from evtui.tui.export_form import Offer

        row = self._table.current
        if row is None:
            return
        duration, sensor = None, None
        if (known := row.summary) is not None:
            duration = known.duration_us if known.duration_exact else None
            sensor = (known.width, known.height) if known.width and known.height else None
        self.post_message(AskExport(Offer(row.dataset.path, duration, sensor)))

    def action_toggle_cache(self) -> None:
        self.post_message(ChangeSetting("cache", not self._services.settings.cache))

    def action_details(self) -> None:
        row = self._table.current
        if row is not None:
            self.post_message(ShowDetails(row.dataset.path))

    def action_rescan(self) -> None:
        self._begin_survey()
        if self._survey is not None:
            self._survey.begin_learning()

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

    # What the store and the settings say

    def hear_store(self, message: LoadProgress | CacheStats) -> None:
        """The store loads, has loaded, or freed something."""
        if not self.is_mounted:
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
        self._table.mark_cached(states)
        self._update_gauge()

    def apply_settings(self) -> None:
        """A setting changed: draw the preview with it."""
        self._update_gauge()
        self.query_one(PreviewPane).show(self._table.current)
