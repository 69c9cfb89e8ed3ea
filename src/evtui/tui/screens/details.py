"""The details screen: all that is known of one dataset, and how long its opening took."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from evtui.tui.columns import Row
from evtui.tui.facts import facts_text, timing_text


class DetailsScreen(ModalScreen[None]):
    """Facts, findings, header, timing; Esc or ``i`` closes it."""

    BINDINGS = [("escape,i,q", "dismiss", "Close")]

    def __init__(self, row: Row, stages: dict[str, float] | None) -> None:
        """Show one dataset.

        Args:
            row: what the table knows of it.
            stages: seconds by stage of the last opening; None where there was none.
        """
        super().__init__()
        self._row = row
        self._stages = stages

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="details-box"):
            yield Static(facts_text(self._row, full=True))
            if self._stages:
                yield Static(Text("Last opening", "bold"), classes="details-title")
                yield Static(timing_text(self._stages))

    def on_mount(self) -> None:
        box = self.query_one("#details-box")
        box.border_title = "Details"
        box.border_subtitle = "Esc closes"
