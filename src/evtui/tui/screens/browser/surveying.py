"""What is in the browser's table: what the survey finds of the given paths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import Static

from evtui.library.discovery import Obstacle
from evtui.library.lookout import Noticed
from evtui.library.survey import Found, Report, Survey
from evtui.tui.screens.browser.noticing import Noticing
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.tui.services import Services


class Surveying(Noticing):
    """Fills the table."""

    class Surveyed(Message):
        """The survey found something, or everything."""

        def __init__(self, number: int, report: Report) -> None:
            super().__init__()
            self.number = number
            self.report = report

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        super().__init__(paths, services)
        self._survey: Survey | None = None
        self._number = 0
        """Of the survey: what earlier ones still tell is not heard."""
        self._found: list[Path] = []
        self._obstacles: list[Obstacle] = []

    def on_unmount(self) -> None:
        if self._survey is not None:
            self._survey.cancel()

    @property
    def is_settled(self) -> bool:
        """Whether everything was found and learned."""
        return self._survey is None and self._learner.is_idle

    @property
    def _panel(self) -> LoadingPanel:
        return self.query_one(LoadingPanel)

    def action_rescan(self) -> None:
        self._begin_survey()

    def _begin_survey(self) -> None:
        """List everything again; the table changes only where something did."""
        if self._survey is not None:
            self._survey.cancel()
        self._found, self._obstacles = [], []
        self._number = number = self._number + 1
        self._panel.note("looking for recordings…", "dim")

        def report(found: Report) -> None:
            self.post_message(self.Surveyed(number, found))

        self._learner.hold_back(True)
        self._survey = Survey(self._paths, self._services.catalogue, report)

    @on(Surveyed)
    def _take_report(self, message: Surveyed) -> None:
        if self.is_ending or message.number != self._number:
            return
        if isinstance(message.report, Found):
            self._take_found(message.report)
        else:
            self._finish_survey()
        self._show_title()

    def _take_found(self, report: Found) -> None:
        self._found += [dataset.path for dataset, _ in report.datasets]
        known = self._table.total
        self._table.add(report.datasets)
        self._unkept += self._table.total - known
        self._obstacles += report.obstacles
        self._lookout.know(report.folders)
        self._learner.learn(dataset for dataset, known in report.datasets if known is None)
        self.learn_in_sight_first()

    def _take_noticed(self, report: Noticed) -> None:
        """A file that came where a survey under way has been already was found too."""
        super()._take_noticed(report)
        self._found += [dataset.path for dataset, _ in report.new]

    def _finish_survey(self) -> None:
        self._survey = None
        self._learner.hold_back(False)
        self._table.keep_only(self._found)
        self.keep_rows()
        if self._obstacles:
            self._panel.note(_in_words(self._obstacles), "yellow")
        elif not self._found:
            places = ", ".join(str(path) for path in self._paths)
            self._panel.note(f"no recordings in {places}; evtui demo makes some", "yellow")
        else:
            self._panel.note("")
        self._show_cached()

    def _show_title(self) -> None:
        table = self._table
        places = ", ".join(str(path) for path in self._paths)
        shown, total = table.row_count, table.total
        count = f"{shown:,} of {total:,}" if shown != total else f"{total:,}"
        order = f"  sorted by {table.order}" if table.order else ""
        recordings = "recording" if total == 1 else "recordings"
        text = f"evtui  {count} {recordings}{order}  in {printable(places)}"
        self.query_one("#browser-title", Static).update(text, layout=False)

    def _show_cached(self) -> None:
        """The rows' state in the cache may have changed."""


def _in_words(obstacles: Sequence[Obstacle]) -> str:
    first, more = obstacles[0], len(obstacles) - 1
    return f"{first.path}: {first.reason}" + (f", and {more:,} more like it" if more else "")
