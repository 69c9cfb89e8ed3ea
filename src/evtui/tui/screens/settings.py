"""The settings screen: every setting as a line; each change acts and is saved at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from evtui import settings
from evtui.tui.messages import ChangeSetting

if TYPE_CHECKING:
    from evtui.tui.services import Services

_LABEL_WIDTH = 46


class SettingsScreen(ModalScreen[None]):
    """Up and down choose a setting; left, right and Enter change it; Esc closes."""

    BINDINGS = [
        ("escape,comma,q", "dismiss", "Close"),
        ("left,h", "change(-1)", "Previous value"),
        ("right,l,space", "change(1)", "Next value"),
        ("j", "move(1)", "Down"),
        ("k", "move(-1)", "Up"),
    ]

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services

    def compose(self) -> ComposeResult:
        with Vertical(id="settings-box"):
            yield OptionList(*(Option(self._line(key), id=key) for key in settings.KEYS))
            yield Static("← → change   Enter next   Esc close", id="settings-hint")

    def on_mount(self) -> None:
        self.query_one("#settings-box").border_title = "Settings"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._change(event.option_index, 1)

    def action_change(self, steps: int) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None:
            self._change(highlighted, steps)

    def action_move(self, steps: int) -> None:
        options = self.query_one(OptionList)
        if steps > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def show_values(self) -> None:
        """A setting changed: show what all are now."""
        options = self.query_one(OptionList)
        for at, key in enumerate(settings.KEYS):
            options.replace_option_prompt_at_index(at, self._line(key))

    def _change(self, index: int, steps: int) -> None:
        key = settings.KEYS[index]
        self.post_message(ChangeSetting(key, self._next(key, steps)))

    def _value(self, key: str) -> Any:
        return getattr(self._services.settings, key)

    def _next(self, key: str, steps: int) -> Any:
        """The value ``steps`` further among the choices; one set elsewhere lies between them."""
        choices = settings.choices_of(key)
        value = self._value(key)
        if value in choices:
            return choices[(choices.index(value) + steps) % len(choices)]
        above = [choice for choice in choices if choice > value]
        below = [choice for choice in choices if choice < value]
        return (above or below)[0] if steps > 0 else (below or above)[-1]

    def _line(self, key: str) -> Text:
        label = settings.label_of(key)
        value = settings.show(key, self._value(key))
        return Text.assemble(f"{label:<{_LABEL_WIDTH}}", ("‹ ", "dim"), value, (" ›", "dim"))
