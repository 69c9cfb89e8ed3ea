"""What the browser's table shows: what the survey finds and learns of the given paths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import Static

from evtui.library.discovery import Obstacle
from evtui.library.survey import Finished, Found, Learned, Report, Survey
from evtui.tui.columns import Row
from evtui.tui.screens.browser.table import TableKeys
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.preview_pane import PreviewPane
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.library.summary import Summary
    from evtui.recordings.base import Counts
    from evtui.tui.services import Services


class Surveying(TableKeys):
    """Fills the table, and keeps it true."""

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

    def on_unmount(self) -> None:
        if self._survey is not None:
            self._survey.cancel()

    def row(self, path: Path) -> Row | None:
        """What the table knows of a dataset."""
        return self._table.row(path)

    @property
    def _panel(self) -> LoadingPanel:
        return self.query_one(LoadingPanel)

    def action_rescan(self) -> None:
        self._begin_survey()
        if self._survey is not None:
            self._survey.begin_learning()

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

    def learn(self, path: Path, summary: Summary, counts: Counts | None = None) -> None:
        """Remember what is now known exactly of a dataset, and show it."""
        row = self._table.row(path)
        if row is None:
            return
        self._services.catalogue.put(row.dataset, summary, counts)
        self._table.learn(row.dataset, summary)
        if row is self._table.current:
            self.query_one(PreviewPane).show(row)

    def _show_cached(self) -> None:
        """The rows' state in the cache may have changed."""
