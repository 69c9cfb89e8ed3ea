"""The browser's keys that only concern its table: cursor, order, filter."""

from __future__ import annotations

from textual import on
from textual.screen import Screen
from textual.widgets import Input

from evtui.tui.widgets.dataset_table import DatasetTable


class TableKeys(Screen[None]):
    """Moves about in the table, sorts and filters it."""

    def _show_title(self) -> None:
        """How many rows there are, or their order, changed."""

    @property
    def is_ending(self) -> bool:
        """Whether the program ends: its widgets go one after the other, and messages still come."""
        return not self.app.is_running

    @property
    def _table(self) -> DatasetTable:
        return self.query_one(DatasetTable)

    def action_sort(self) -> None:
        self._table.sort_by_next()
        self._show_title()

    def action_reverse(self) -> None:
        self._table.reverse()
        self._show_title()

    def action_cursor_down(self) -> None:
        self._table.action_cursor_down()

    def action_cursor_up(self) -> None:
        self._table.action_cursor_up()

    def action_scroll_top(self) -> None:
        self._table.action_scroll_top()

    def action_scroll_bottom(self) -> None:
        self._table.action_scroll_bottom()

    def action_filter(self) -> None:
        box = self.query_one("#filter", Input)
        box.display = True
        self.set_focus(box)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Inside the filter ``/`` is a character like any other."""
        return action != "filter" or not self.query_one("#filter", Input).has_focus

    @on(Input.Changed, "#filter")
    def _filter(self, message: Input.Changed) -> None:
        self._table.filter(message.value)
        self._show_title()

    @on(Input.Submitted, "#filter")
    def _end_filter(self, message: Input.Submitted) -> None:
        message.input.display = bool(message.value)
        self._table.focus()
