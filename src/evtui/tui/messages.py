"""What a screen asks of the app: the app routes it to whoever answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from evtui.timing import Stopwatch

if TYPE_CHECKING:
    from evtui.errors import RecordingError
    from evtui.export.queue import ExportProgress
    from evtui.library.summary import Summary
    from evtui.store.loaded import Loaded
    from evtui.tui.export_form import Offer


class FirstPaint(Message):
    """The table is on the screen: what was put off until now may begin."""


class Problem(Message):
    """Something did not go as asked, and the user should know; from any thread."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class OpenRecording(Message):
    """Play a recording, from memory where it is given; the stopwatch runs from here."""

    def __init__(self, path: Path, loaded: Loaded | None) -> None:
        super().__init__()
        self.path = path
        self.loaded = loaded
        self.stopwatch = Stopwatch()


class NotOpened(Message):
    """A recording that was to be played could not be opened."""

    def __init__(self, path: Path, error: RecordingError) -> None:
        super().__init__()
        self.path = path
        self.error = error


class ShowDetails(Message):
    """Show all that is known of a dataset."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


class AskExport(Message):
    """Ask what of a recording to export, and do it."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer


class ExportNews(Message):
    """How an export stands."""

    def __init__(self, progress: ExportProgress) -> None:
        super().__init__()
        self.progress = progress


class Counted(Message):
    """The whole of a dataset was counted: its exact summary."""

    def __init__(self, path: Path, summary: Summary) -> None:
        super().__init__()
        self.path = path
        self.summary = summary


class ChangeSetting(Message):
    """Change a setting, by its key."""

    def __init__(self, key: str, value: object) -> None:
        super().__init__()
        self.key = key
        self.value = value
