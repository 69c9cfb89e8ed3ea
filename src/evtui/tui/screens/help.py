"""The help screen: every key, from the registry of actions."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from evtui.tui.actions import Place, rows


class HelpScreen(ModalScreen[None]):
    """All keys by place; Esc, ``?`` or ``q`` closes it."""

    BINDINGS = [("escape,question_mark,f1,q", "dismiss", "Close")]

    def __init__(self, keymap: str) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-box"):
            for place in (Place.BROWSER, Place.PLAYER, Place.EVERYWHERE):
                yield Static(Text(place.value, "bold"), classes="help-title")
                yield Static(self._table(place))

    def on_mount(self) -> None:
        box = self.query_one("#help-box")
        box.border_title = "Keys"
        box.border_subtitle = "Esc closes"

    def _table(self, place: Place) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(min_width=16, style="bold")
        table.add_column()
        for keys, text in rows(place, self._keymap):
            table.add_row(Text(keys), Text(text))
        return table
