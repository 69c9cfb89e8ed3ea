"""The loading panel: one line per load with stage, real progress, rate, time left and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from evtui.units import format_bytes, format_duration, printable

if TYPE_CHECKING:
    from evtui.store.messages import LoadProgress

_BAR = 16
_WIDE = 70


class LoadingPanel(Widget):
    """Shows the loads under way, newest last, and the outcome of the last one that failed."""

    class Cancel(Message):
        """The user clicked the ✕ of a load."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._loads: tuple[LoadProgress, ...] = ()
        self._note = Text()

    def show(self, loads: Sequence[LoadProgress]) -> None:
        """Replace the loads shown."""
        self._loads = tuple(loads)
        self.refresh()

    def note(self, text: str, style: str = "") -> None:
        """What to say while nothing loads: the last outcome, the state of the survey."""
        self._note = Text(printable(text), style, no_wrap=True, overflow="ellipsis")
        self.refresh()

    def render(self) -> Text:
        if not self._loads:
            return self._note
        shown = self._loads[-max(1, self.size.height) :]
        separator = Text("\n", no_wrap=True, overflow="ellipsis")
        return separator.join(_line(load, self.size.width) for load in shown)

    def on_click(self, event: events.Click) -> None:
        shown = self._loads[-max(1, self.size.height) :]
        if 0 <= event.y < len(shown) and event.x < 2:
            self.post_message(self.Cancel(shown[event.y].path))


def _line(load: LoadProgress, width: int) -> Text:
    """One load; a share that nobody knows is drawn as dots, never as a bar."""
    narrow = width < _WIDE
    name, bar = printable(load.path.name), _BAR // 2 if narrow else _BAR
    longest = width // 3
    if len(name) > longest:
        name = name[: longest - 1] + "…"
    line = Text.assemble(("✕ ", "bold red"), name, " ", (f"{load.stage.value} ", "dim"))
    if load.share is None:
        line.append("·" * bar, "dim")
    else:
        filled = round(load.share * bar)
        line.append("█" * filled)
        line.append("░" * (bar - filled), "dim")
        line.append(f" {'~' if load.estimated else ''}{load.share:.0%}")
    if load.left_s is not None:
        line.append(f" {format_duration(load.left_s * 1e6)} left")
    else:
        line.append(f" {format_duration(load.elapsed_s * 1e6)}")
    if load.bytes_per_s and not narrow:
        line.append(f"  {format_bytes(load.bytes_per_s)}/s", "dim")
    if not narrow:
        line.append(f"  {load.loader}", "dim")
    return line
