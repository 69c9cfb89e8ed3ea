"""The bookmarks of a recording as a list: go to one, rename it, forget it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from evtui.units import format_position, printable

if TYPE_CHECKING:
    from evtui.library.bookmarks import Bookmark


class Wish(StrEnum):
    """What the user wants of a bookmark."""

    GO = "go"
    RENAME = "rename"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A bookmark, and what is to be done with it."""

    bookmark: Bookmark
    wish: Wish


class BookmarksScreen(ModalScreen[Chosen | None]):
    """Enter goes to the bookmark under the cursor; Esc closes."""

    BINDINGS = [
        ("escape,B,q", "dismiss", "Close"),
        ("j", "move(1)", "Down"),
        ("k", "move(-1)", "Up"),
        ("r", "choose('rename')", "Rename"),
        ("d,delete", "choose('remove')", "Delete"),
    ]

    def __init__(self, bookmarks: tuple[Bookmark, ...]) -> None:
        super().__init__()
        self._bookmarks = bookmarks

    def compose(self) -> ComposeResult:
        with Vertical(id="bookmarks-box"):
            if self._bookmarks:
                yield OptionList(*(Option(self._line(mark)) for mark in self._bookmarks))
            else:
                yield Static("No bookmarks in this recording; b sets one.")
            yield Static("Enter go   r rename   d delete   Esc close", id="bookmarks-hint")

    def on_mount(self) -> None:
        self.query_one("#bookmarks-box").border_title = "Bookmarks"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Chosen(self._bookmarks[event.option_index], Wish.GO))

    def action_choose(self, wish: str) -> None:
        for options in self.query(OptionList):
            if options.highlighted is not None:
                self.dismiss(Chosen(self._bookmarks[options.highlighted], Wish(wish)))

    def action_move(self, steps: int) -> None:
        for options in self.query(OptionList):
            if steps > 0:
                options.action_cursor_down()
            else:
                options.action_cursor_up()

    def _line(self, mark: Bookmark) -> Text:
        return Text.assemble((format_position(mark.time_us), "bold"), "  ", printable(mark.name))
