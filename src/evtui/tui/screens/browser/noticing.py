"""What keeps the browser's rows true: files are learned of, and looked at now and then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from evtui.library.learner import Learned, Learner
from evtui.library.lookout import Lookout, Noticed, Sight
from evtui.tui.collecting import keep_from_collector
from evtui.tui.columns import Row
from evtui.tui.screens.browser.table import TableKeys
from evtui.tui.widgets.preview_pane import PreviewPane

if TYPE_CHECKING:
    from evtui.library.summary import Summary
    from evtui.recordings.base import Counts
    from evtui.tui.services import Services

LOOK_INTERVAL_S = 2.0

_MANY = 1_000
"""Rows that the garbage collector would be felt to look through."""


class Noticing(TableKeys):
    """Has the learner and the lookout work for the rows, and takes what they tell."""

    class Told(Message):
        """The learner or the lookout told something."""

        def __init__(self, report: Learned | Noticed) -> None:
            super().__init__()
            self.report = report

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        super().__init__()
        self._services = services
        self._paths = paths
        self._unkept = 0
        """Rows that came or were learned since the last time that they were kept."""
        self._learner: Learner
        self._lookout: Lookout

    def begin_noticing(self) -> None:
        """From now on; files are opened once ``begin_learning`` was called."""
        catalogue, table = self._services.catalogue, self._table

        def tell(report: Learned | Noticed) -> None:
            self.post_message(self.Told(report))

        self._learner = Learner(catalogue, tell)
        self._lookout = Lookout(catalogue, tell, lambda path: table.row(path) is not None)
        self.set_interval(LOOK_INTERVAL_S, self.look)

    def begin_learning(self) -> None:
        """Files may be opened from now on."""
        self._learner.begin()

    def on_unmount(self) -> None:
        self._learner.close()
        self._lookout.close()

    def row(self, path: Path) -> Row | None:
        """What the table knows of a dataset; nothing once it has gone, while the program ends."""
        return None if self.is_ending else self._table.row(path)

    def look(self) -> None:
        """Have the files in sight looked at."""
        if self.is_ending or not self.is_current:
            return
        rows = self._table.in_sight
        folders = dict.fromkeys([*self._paths, *(row.dataset.path.parent for row in rows)])
        self._lookout.look(
            Sight(
                tuple(row.dataset for row in rows),
                frozenset(row.dataset.path for row in rows if row.missing),
                tuple(folders),
            )
        )

    def learn(self, path: Path, summary: Summary, counts: Counts | None = None) -> None:
        """Remember what is now known exactly of a dataset, and show it."""
        row = self.row(path)
        if row is None:
            return
        self._services.catalogue.put(row.dataset, summary, counts)
        self._table.learn(row.dataset, summary)
        if row is self._table.current:
            self.query_one(PreviewPane).show(row)

    def learn_in_sight_first(self) -> None:
        """What the user sees is learned before the rest."""
        self._learner.prefer([row.dataset.path for row in self._table.in_sight])

    def keep_rows(self) -> None:
        """Where many rows came since the last time, keep them from the garbage collector."""
        if self._unkept >= _MANY and self.is_active:
            self._unkept = 0
            keep_from_collector()

    @on(Told)
    def _take(self, message: Told) -> None:
        if self.is_ending:
            return
        report, current = message.report, self._table.current
        before = current and (current.dataset, current.summary, current.missing)
        if isinstance(report, Learned):
            self._take_learned(report)
        else:
            self._take_noticed(report)
        if current is None or before == (current.dataset, current.summary, current.missing):
            return
        pane = self.query_one(PreviewPane)
        if current.summary is not None and not current.missing:
            pane.show(current)
        else:
            pane.show_facts(current)

    def _take_learned(self, report: Learned) -> None:
        for dataset, summary in report.datasets:
            self._table.learn(dataset, summary)
        self._unkept += len(report.datasets)
        self.keep_rows()
        if report.is_all:
            self._table.rearrange()
        self.learn_in_sight_first()

    def _take_noticed(self, report: Noticed) -> None:
        for dataset in report.changed:
            self._table.change(dataset)
        for path in report.back:
            self._table.miss(path, "")
        for obstacle in report.missing:
            self._table.miss(obstacle.path, obstacle.reason)
        self._learner.learn(report.rested)
        if report.new:
            self._table.add(report.new)
            self._show_title()
