"""The dataset table: rows that fill in as the survey learns, filtered and sorted in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.text import Text
from textual import events
from textual.message import Message

from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.tui.columns import COLUMNS, Column, Row, that_fit
from evtui.tui.widgets.row_list import Heading, RowList

_PADDING = 1


class DatasetTable(RowList):
    """One row a dataset.  The highlighted dataset stays highlighted through every change."""

    class Highlighted(Message):
        """The cursor is on another dataset, or on none."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(padding=_PADDING, id=id)
        self._all: dict[Path, Row] = {}
        self._shown: list[Row] = []
        self._places: dict[int, int] = {}
        """Where in ``_shown`` a row is, by its ``id``: hashing paths takes ten times longer."""
        self._columns: list[Column] = []
        self._filter = ""
        self._words: list[str] = []
        self._sorted_by: Column | None = None
        self._reversed = False
        self._highlighted: Row | None = None
        """The dataset that the cursor is on, or was on before the filter left none."""
        self._told: Row | None = None
        """What ``Highlighted`` said last."""
        self._marked: set[Path] = set()
        """The datasets that are in the cache or loading."""

    # What is in it

    @property
    def current(self) -> Row | None:
        """The highlighted dataset."""
        return self._shown[self.cursor_row] if self._shown else None

    @property
    def paths(self) -> list[Path]:
        """Every dataset, shown or filtered out, in order of place."""
        return list(self._all)

    @property
    def total(self) -> int:
        """How many datasets there are, shown or filtered out."""
        return len(self._all)

    @property
    def in_sight(self) -> list[Row]:
        """The rows that are on the screen, the highlighted one first."""
        rows = [self._shown[index] for index in self.rows_in_sight]
        return sorted(rows, key=lambda row: row is not self._highlighted)

    @property
    def order(self) -> str:
        """What the rows are sorted by, in words; empty in the order they were found."""
        if self._sorted_by is None:
            return ""
        return self._sorted_by.title.lower() + (" ↓" if self._reversed else " ↑")

    def row(self, path: Path) -> Row | None:
        """The row of a dataset."""
        return self._all.get(path)

    def get_row_index(self, path: str) -> int:
        """Which row of those shown a dataset has; raises ``KeyError`` where it has none."""
        return self._places[id(self._all[Path(path)])]

    def get_row_at(self, index: int) -> Sequence[Text]:
        """The cells of one of the rows shown."""
        return self.cells(index)

    def get_row(self, path: str) -> Sequence[Text]:
        """The cells of a dataset that is shown."""
        return self.cells(self.get_row_index(path))

    def cells(self, index: int) -> Sequence[Text]:
        return [column.cell(self._shown[index]) for column in self._columns]

    # What is found and learned

    def add(self, datasets: Iterable[tuple[Dataset, Summary | None]]) -> None:
        """Add datasets as they are found; one that is there already is updated."""
        new: list[Row] = []
        for dataset, summary in datasets:
            known = self._all.get(dataset.path)
            if known is None:
                new.append(Row(dataset, summary))
                self._all[dataset.path] = new[-1]
            else:
                self._renew(known, dataset, summary)
        if not new:
            return
        if self._sorted_by is not None:
            self._rebuild()
        else:
            self._show([*self._shown, *filter(self._passes, new)])

    def keep_only(self, paths: Iterable[Path]) -> None:
        """Keep only these datasets, in this order: a rescan did not find the others again."""
        kept = {path: self._all[path] for path in paths if path in self._all}
        if list(kept) != list(self._all):
            self._all = kept
            self._rebuild(nearest=True)

    def rearrange(self) -> None:
        """Filter and sort again by what was learned since."""
        if self._filter or self._sorted_by is not None:
            self._rebuild()

    def change(self, dataset: Dataset) -> None:
        """A file is no longer as it was: what was known of it is not true any more."""
        row = self._all.get(dataset.path)
        if row is not None:
            self._renew(row, dataset, None)

    def miss(self, path: Path, why: str) -> None:
        """Say of a dataset why its file cannot be seen now; empty where it can again."""
        row = self._all.get(path)
        if row is not None and row.missing != why:
            row.missing = why
            self._draw_again(row)

    def learn(self, dataset: Dataset, summary: Summary) -> None:
        """Fill in what a file told."""
        row = self._all.get(dataset.path)
        if row is not None and row.dataset == dataset and row.summary != summary:
            row.know(dataset, summary)
            self._draw_again(row)

    def mark_cached(self, states: dict[Path, str]) -> None:
        """Show which datasets are in the cache or loading; all others are neither."""
        for path in self._marked | states.keys():
            row, state = self._all.get(path), states.get(path, "")
            if row is not None and state != row.cached:
                row.cached = state
                self._draw_again(row)
        self._marked = set(states)

    # Order and filter

    def filter(self, text: str) -> None:
        """Show only the rows whose name, folder or format contains every word."""
        old, self._filter = self._filter, text.lower()
        self._words = self._filter.split()
        if self._filter == old:
            return
        if self._filter.startswith(old):  # a letter more: no row comes, and none changes place
            self._show(list(filter(self._passes, self._shown)))
        else:
            self._rebuild()

    def sort_by_next(self) -> None:
        """Sort by the next column shown; after the last, in the order found."""
        choices: list[Column | None] = [None, *self._columns]
        at = choices.index(self._sorted_by) if self._sorted_by in choices else 0
        self._sorted_by = choices[(at + 1) % len(choices)]
        self._reversed = False
        self._rebuild()

    def sort_by(self, key: str) -> None:
        """Sort by a column; by the same again turns the order round."""
        column = next(column for column in COLUMNS if column.key == key)
        self._reversed = not self._reversed if column is self._sorted_by else False
        self._sorted_by = column
        self._rebuild()

    def reverse(self) -> None:
        """Turn the order of the sort round."""
        if self._sorted_by is not None:
            self._reversed = not self._reversed
            self._rebuild()

    def on_resize(self, event: events.Resize) -> None:
        fitting = that_fit(event.size.width - self.styles.scrollbar_size_vertical, _PADDING)
        self._columns = [column for column, _ in fitting]
        self.set_headings([Heading(column.key, column.title, width) for column, width in fitting])
        self.move_cursor(row=self.cursor_row)

    def on_row_list_header_selected(self, event: RowList.HeaderSelected) -> None:
        event.stop()
        self.sort_by(event.key)

    def cursor_moved(self) -> None:
        self._tell_highlighted()

    def _renew(self, row: Row, dataset: Dataset, summary: Summary | None) -> None:
        """Keep what is known of a file that is as it was."""
        summary = summary or (row.summary if dataset == row.dataset else None)
        if (dataset, summary, "") != (row.dataset, row.summary, row.missing):
            row.know(dataset, summary)
            row.missing = ""
            self._draw_again(row)

    def _passes(self, row: Row) -> bool:
        text = row.text
        return all(word in text for word in self._words)

    def _rebuild(self, *, nearest: bool = False) -> None:
        rows = list(
            filter(self._passes, self._all.values()) if self._filter else self._all.values()
        )
        if (column := self._sorted_by) is not None:
            rows.sort(key=column.order, reverse=self._reversed)  # type: ignore[arg-type]
        self._show(rows, nearest=nearest)

    def _show(self, rows: list[Row], *, nearest: bool = False) -> None:
        """Replace the rows shown.

        Args:
            rows: in order.
            nearest: whether the cursor stays where it is if its dataset is no longer among them,
                instead of going to the first.
        """
        self._shown = rows
        self._places = {id(row): index for index, row in enumerate(rows)}
        wanted = self._highlighted and self._all.get(self._highlighted.dataset.path)
        else_at = min(self.cursor_row, max(0, len(rows) - 1)) if nearest else 0
        cursor = self._places.get(id(wanted), else_at)
        self.set_rows(len(rows), cursor)
        self._tell_highlighted()

    def _tell_highlighted(self) -> None:
        """Say so where the cursor is on another dataset than it was."""
        row = self.current
        if row is not self._told:
            self._told = row
            self.post_message(self.Highlighted(row))
        if row is not None:
            self._highlighted = row

    def _draw_again(self, row: Row) -> None:
        place = self._places.get(id(row))
        if place is not None:
            self.refresh_row(place)
