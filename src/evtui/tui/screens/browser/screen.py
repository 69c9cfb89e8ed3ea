"""The browser: the table of datasets, a preview of the highlighted one, loads and memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Footer, Input, Static

from evtui.store.beside import beside
from evtui.tui.actions import Place, bindings
from evtui.tui.messages import AskExport, FirstPaint, ShowDetails
from evtui.tui.screens.browser.loading import Loading
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.gauge import Gauge
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.preview_pane import PreviewPane

if TYPE_CHECKING:
    from evtui.export.queue import ExportProgress


class BrowserScreen(Loading):
    """Its widgets, and the keys that lead to other screens."""

    BINDINGS = bindings(Place.BROWSER)

    def compose(self) -> ComposeResult:
        yield Static(id="browser-title", markup=False)
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
        self.begin_noticing()
        self._begin_survey()
        self.begin_watching()
        self.begin_preloading()
        self.call_after_refresh(self.after_first_paint)

    def after_first_paint(self) -> None:
        """The table is on the screen: import and open what was put off until now."""
        self.post_message(FirstPaint())
        self.begin_learning()
        self._open_single()

    @work
    async def _open_single(self) -> None:
        """One file that was given by name opens at once."""
        if len(self._paths) != 1 or await beside(self._paths[0].is_dir):
            return
        if not self.is_ending:
            self._open(self._paths[0])

    # What the user does

    @on(LoadingPanel.CancelExport)
    def _cancel_export_clicked(self, message: LoadingPanel.CancelExport) -> None:
        self._services.exports.cancel(message.number)

    def hear_export(self, told: ExportProgress, under_way: Sequence[ExportProgress]) -> None:
        """An export went on or ended; show how all of them stand."""
        if self.is_mounted and not self.is_ending:
            self._panel.show_exports(under_way)
            if told.stage.ended:
                self._panel.note(f"{told.target.name}: {told.stage.value}")

    def action_export(self) -> None:
        from evtui.tui.export_form import Offer

        row = self._table.current
        if row is None:
            return
        self.stop_preloading()
        duration, sensor = None, None
        if (known := row.summary) is not None:
            duration = known.duration_us if known.duration_exact else None
            sensor = (known.width, known.height) if known.width and known.height else None
        self.post_message(AskExport(Offer(row.dataset.path, duration, sensor)))

    def action_details(self) -> None:
        row = self._table.current
        if row is not None:
            self.post_message(ShowDetails(row.dataset.path))

    def apply_settings(self) -> None:
        """A setting changed: draw the preview with it."""
        self._update_gauge()
        self.query_one(PreviewPane).show(self._table.current)
