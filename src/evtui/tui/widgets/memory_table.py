"""The table of what is in memory; its cells change in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.widgets import DataTable

from evtui.units import US_PER_S, format_bytes, format_count, format_duration, printable

if TYPE_CHECKING:
    from evtui.store.entries import Entry

_PADDING = 1


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    show: Callable[[Entry], str]


def _last_use(entry: Entry) -> str:
    return "playing" if entry.playing else ago(entry.idle_s)


def ago(seconds: float) -> str:
    """``12 s ago``, ``59 min ago``, ``3 h ago``."""
    if seconds < 60:
        return f"{int(seconds)} s ago"
    if seconds < 3_600:
        return f"{int(seconds / 60)} min ago"
    return f"{int(seconds / 3_600):,} h ago"


_COLUMNS = (
    _Column("Events", 6, lambda entry: format_count(entry.events)),
    _Column("Memory", 7, lambda entry: format_bytes(entry.bytes)),
    _Column("Load time", 9, lambda entry: format_duration(entry.load_seconds * US_PER_S)),
    _Column("Last use", 10, _last_use),
    _Column("Hits", 5, lambda entry: format_count(entry.uses)),
    _Column("Pinned", 6, lambda entry: "pinned" if entry.pinned else ""),
)
"""All but the first, the name, which takes the room that these leave."""

_TAKEN = sum(column.width + 2 * _PADDING for column in _COLUMNS) + 2 * _PADDING


class MemoryTable(DataTable[Text]):
    """One row an entry, in the order in which they were loaded."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", cell_padding=_PADDING, zebra_stripes=True)
        self._entries: dict[str, Entry] = {}
        self._drawn: dict[str, list[Text]] = {}
        self._name_width = 0

    @property
    def current(self) -> Entry | None:
        """The highlighted entry."""
        if not self.row_count or not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._entries.get(key) if key is not None else None

    def show(self, entries: Sequence[Entry]) -> None:
        """Show what is in memory now: only cells that differ are drawn anew."""
        self._entries = {str(entry.path): entry for entry in entries}
        if not self._name_width:
            return
        for key in [key for key in self._drawn if key not in self._entries]:
            self.remove_row(key)
            del self._drawn[key]
        for key, entry in self._entries.items():
            self._show_row(key, self._cells(entry))

    def on_resize(self, event: events.Resize) -> None:
        width = event.size.width - self.styles.scrollbar_size_vertical - _TAKEN
        if width == self._name_width:
            return
        self._name_width = max(1, width)
        self.clear(columns=True)
        self._drawn.clear()
        self.add_column("Dataset", width=self._name_width)
        for column in _COLUMNS:
            self.add_column(f"{column.title:>{column.width}}", width=column.width)
        self.show(list(self._entries.values()))

    def _show_row(self, key: str, cells: list[Text]) -> None:
        drawn = self._drawn.get(key)
        if drawn is None:
            self.add_row(*cells, key=key)
        elif drawn != cells:
            for column, new, old in zip(self.columns, cells, drawn, strict=True):
                if new != old:
                    self.update_cell(key, column, new)
        self._drawn[key] = cells

    def _cells(self, entry: Entry) -> list[Text]:
        figures = [f"{column.show(entry):>{column.width}}" for column in _COLUMNS]
        return [_name(entry.path), *(Text(figure, no_wrap=True) for figure in figures)]


def _name(path: Path) -> Text:
    """The file's name, and where it is as far as there is room; data, never markup."""
    name = Text(printable(path.name), no_wrap=True, overflow="ellipsis")
    return name.append(f"  {printable(str(path.parent))}", "dim")
