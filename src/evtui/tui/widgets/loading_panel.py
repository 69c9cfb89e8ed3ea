"""The loading panel: one line per load with stage, real progress, rate, time left and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from evtui.store.messages import LoadProgress, Stage
from evtui.units import format_bytes, format_duration, printable

if TYPE_CHECKING:
    from evtui.export.queue import ExportProgress

_BAR = 16
_WIDE = 70


class LoadingPanel(Widget):
    """Shows the loads and exports under way, what waits last, and else the last outcome."""

    class Cancel(Message):
        """The user clicked the ✕ of a load."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class CancelExport(Message):
        """The user clicked the ✕ of an export."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._begun: list[LoadProgress] = []
        self._queued: list[LoadProgress] = []
        self._exports: tuple[ExportProgress, ...] = ()
        self._note = Text()

    def show(self, loads: Sequence[LoadProgress]) -> None:
        """Replace the loads shown."""
        self._queued = [load for load in loads if load.stage is Stage.QUEUED]
        self._begun = [load for load in loads if load.stage is not Stage.QUEUED]
        self.refresh()

    def show_exports(self, exports: Sequence[ExportProgress]) -> None:
        """Replace the exports shown."""
        self._exports = tuple(exports)
        self.refresh()

    def note(self, text: str, style: str = "") -> None:
        """What to say while nothing loads: the last outcome, the state of the survey."""
        self._note = Text(printable(text), style, no_wrap=True, overflow="ellipsis")
        self.refresh()

    def render(self) -> Text:
        width = self.size.width
        lines = [line for line, _ in self._shown(width)]
        separator = Text("\n", no_wrap=True, overflow="ellipsis")
        return separator.join(lines) if lines else self._note

    def on_click(self, event: events.Click) -> None:
        shown = self._shown(self.size.width)
        if 0 <= event.y < len(shown) and event.x < 2:
            self.post_message(shown[event.y][1])

    def _shown(self, width: int) -> list[tuple[Text, Message]]:
        """The lines there is room for, each with what its ✕ says."""
        lines: list[tuple[Text, Message]] = [
            *((_line(load, width), self.Cancel(load.path)) for load in self._begun),
            *(
                (_export_line(export, width), self.CancelExport(export.number))
                for export in self._exports
            ),
            *((_line(load, width), self.Cancel(load.path)) for load in self._queued),
        ]
        return lines[: max(1, self.size.height)]


def _export_line(export: ExportProgress, width: int) -> Text:
    """One export."""
    line = _head(export.target.name, f"export {export.stage.value}", width)
    line.append_text(_bar(export.share, width))
    return line


def _line(load: LoadProgress, width: int) -> Text:
    """One load; a share that nobody knows is drawn as dots, never as a bar."""
    narrow = width < _WIDE
    line = _head(load.path.name, load.stage.value, width)
    if load.stage is Stage.QUEUED:
        return line
    line.append_text(_bar(load.share, width, "~" if load.estimated else ""))
    if load.left_s is not None:
        line.append(f" {format_duration(load.left_s * 1e6)} left")
    else:
        line.append(f" {format_duration(load.elapsed_s * 1e6)}")
    if load.bytes_per_s and not narrow:
        line.append(f"  {format_bytes(load.bytes_per_s)}/s", "dim")
    if not narrow:
        line.append(f"  {load.loader}", "dim")
    return line


def _head(name: str, stage: str, width: int) -> Text:
    shown = Text(printable(name))
    shown.truncate(width // 3, overflow="ellipsis")
    return Text.assemble(("✕ ", "bold red"), shown, " ", (f"{stage} ", "dim"))


def _bar(share: float | None, width: int, about: str = "") -> Text:
    length = _BAR // 2 if width < _WIDE else _BAR
    if share is None:
        return Text("·" * length, "dim")
    filled = round(share * length)
    return Text.assemble("█" * filled, ("░" * (length - filled), "dim"), f" {about}{share:.0%}")
