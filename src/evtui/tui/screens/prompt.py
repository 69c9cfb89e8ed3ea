"""A line to type into, over the screen that asked for it."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class PromptScreen(ModalScreen[str | None]):
    """Asks for one line: Enter gives it, Esc gives None.  What cannot be taken is said, and stays.

    Args of the constructor:
        title: what is asked for.
        hint: which forms it may have.
        value: what the line begins with.
        check: raises ValueError, with a message for the user, for what cannot be taken.
    """

    BINDINGS = [("escape", "dismiss", "Cancel")]

    def __init__(
        self, title: str, hint: str, value: str = "", check: Callable[[str], object] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._value = value
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(id="prompt-box"):
            yield Input(self._value, id="prompt-line")
            yield Static(Text(self._hint), id="prompt-hint")

    def on_mount(self) -> None:
        self.query_one("#prompt-box").border_title = self._title

    @on(Input.Submitted)
    def _take(self, message: Input.Submitted) -> None:
        try:
            if self._check is not None:
                self._check(message.value)
        except ValueError as error:
            hint = self.query_one("#prompt-hint", Static)
            hint.add_class("wrong")
            hint.update(Text(str(error)))
        else:
            self.dismiss(message.value)
