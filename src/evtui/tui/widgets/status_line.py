"""The player's status line: position, speed, window, events, frame rate, source."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget


class StatusLine(Widget):
    """One line, replaced as a whole; the most telling parts come first and are cut last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Text()

    def show(self, parts: list[tuple[str, str]]) -> None:
        """Show parts, each a text and its style."""
        text = Text("  ", no_wrap=True, overflow="ellipsis").join(
            Text(part, style) for part, style in parts
        )
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        return self._text
