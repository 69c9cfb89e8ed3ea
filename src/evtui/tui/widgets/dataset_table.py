"""The dataset table: rows that fill in as the survey learns, filtered and sorted in place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import events
from textual.message import Message
from textual.widgets import DataTable

from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.tui.columns import COLUMNS, Column, Row, that_fit

_PADDING = 1


class DatasetTable(DataTable[object], inherit_bindings=False):
    """One row a dataset.  The highlighted dataset stays highlighted through every change."""

    # Enter belongs to the screen, so that the footer says what it does.
    BINDINGS = [binding for binding in DataTable.BINDINGS if "enter" not in str(binding)]

    class Highlighted(Message):
        """The cursor is on another dataset, or on none."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", cell_padding=_PADDING, zebra_stripes=True)
        self._all: dict[Path, Row] = {}
        self._columns: list[Column] = []
        self._filter = ""
        self._sorted_by: Column | None = None
        self._reversed = False
        self._wanted: Path | None = None

    @property
    def current(self) -> Row | None:
        """The highlighted dataset."""
        if not self.row_count or not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._all.get(Path(key)) if key is not None else None

    @property
    def paths(self) -> list[Path]:
        """Every dataset, shown or filtered out, in the order found."""
        return list(self._all)

    @property
    def order(self) -> str:
        """What the rows are sorted by, in words; empty in the order they were found."""
        if self._sorted_by is None:
            return ""
        return self._sorted_by.title.lower() + (" ↓" if self._reversed else " ↑")

    def row(self, path: Path) -> Row | None:
        """The row of a dataset."""
        return self._all.get(path)

    def add(self, datasets: Iterable[tuple[Dataset, Summary | None]]) -> None:
        """Add datasets as they are found; one that is there already is updated."""
        new: list[Row] = []
        for dataset, summary in datasets:
            known = self._all.get(dataset.path)
            row = Row(dataset, summary, known.cached if known else "")
            self._all[dataset.path] = row
            if known is None:
                new.append(row)
            else:
                self._update(row)
        if self._sorted_by is not None:
            self._rebuild()
        else:
            self._append(row for row in new if self._passes(row))

    def keep_only(self, paths: set[Path]) -> None:
        """Drop the datasets that a rescan did not find again."""
        gone = self._all.keys() - paths
        for path in gone:
            del self._all[path]
        if gone:
            self._rebuild()

    def learn(self, dataset: Dataset, summary: Summary) -> None:
        """Fill in what a file told."""
        row = self._all.get(dataset.path)
        if row is not None:
            row.summary = summary
            self._update(row)

    def mark_cached(self, states: dict[Path, str]) -> None:
        """Show which datasets are in the cache or loading; all others are neither."""
        for path, row in self._all.items():
            state = states.get(path, "")
            if state != row.cached:
                row.cached = state
                self._update(row)

    def filter(self, text: str) -> None:
        """Show only the rows whose name, folder or format contains every word."""
        if text.lower() != self._filter:
            self._filter = text.lower()
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
        if [column for column, _ in fitting] != self._columns or self._name_width(fitting):
            self._columns = [column for column, _ in fitting]
            self.clear(columns=True)
            for column, width in fitting:
                self.add_column(column.title, width=width, key=column.key)
            self._rebuild()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        if event.column_key.value is not None:
            self.sort_by(event.column_key.value)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        row = self.current
        self._wanted = row.dataset.path if row else None
        self.post_message(self.Highlighted(row))

    def _name_width(self, fitting: Iterable[tuple[Column, int]]) -> bool:
        """Whether the width of a column that is there already changed."""
        return any(
            self.columns[key].width != width
            for column, width in fitting
            for key in self.columns
            if key.value == column.key
        )

    def _passes(self, row: Row) -> bool:
        return all(word in row.text for word in self._filter.split())

    def _append(self, rows: Iterable[Row]) -> None:
        if not self._columns:
            return
        for row in rows:
            cells = [column.cell(row) for column in self._columns]
            self.add_row(*cells, key=str(row.dataset.path))

    def _rebuild(self) -> None:
        wanted = self._wanted
        rows = [row for row in self._all.values() if self._passes(row)]
        if (column := self._sorted_by) is not None:
            rows.sort(key=column.order, reverse=self._reversed)  # type: ignore[arg-type]
        self.clear()
        self._append(rows)
        if wanted is not None and any(row.dataset.path == wanted for row in rows):
            self.move_cursor(row=self.get_row_index(str(wanted)), animate=False)
        if not rows:
            self.post_message(self.Highlighted(None))

    def _update(self, row: Row) -> None:
        key = str(row.dataset.path)
        if key not in self.rows:
            return
        for column in self._columns:
            self.update_cell(key, column.key, column.cell(row))
