"""The preview pane: a frame of the highlighted dataset, its event-rate timeline and its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from evtui.errors import RecordingError
from evtui.library.remembered import as_it_is
from evtui.threads import NewestOnly
from evtui.tui.columns import Row
from evtui.tui.facts import facts_text
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.timeline_bar import TimelineBar

if TYPE_CHECKING:
    from evtui.library.discovery import Dataset
    from evtui.library.previews import Preview
    from evtui.tui.services import Services

RESTS_AFTER_S = 0.1
"""How long the cursor stays before a preview is read: nothing is read for what it passes by."""


class PreviewPane(Vertical):
    """Shows what is known of one dataset; the picture follows once a thread has read it."""

    class Ready(Message):
        """A preview was read."""

        def __init__(self, path: Path, preview: Preview) -> None:
            super().__init__()
            self.path = path
            self.preview = preview

    def __init__(self, services: Services, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._services = services
        self._path: Path | None = None
        self._resting: Timer | None = None
        self._reader = NewestOnly("previews", self._read)

    def compose(self) -> ComposeResult:
        yield EventView(id="preview-view")
        yield TimelineBar(id="preview-timeline")
        yield Static(id="preview-facts")

    def show(self, row: Row | None) -> None:
        """Show a dataset's facts at once and its picture when it has been read."""
        path = row.dataset.path if row else None
        if path != self._path:
            self._path = path
            self.query_one(EventView).clear()
            self.query_one(TimelineBar).show(None)
        self.show_facts(row)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(RESTS_AFTER_S, self._request) if path else None

    def _request(self) -> None:
        if self._path is not None:
            self._reader.submit(self._path)

    def show_facts(self, row: Row | None) -> None:
        """Show the facts alone, where more of them became known."""
        self.query_one("#preview-facts", Static).update(self._facts(row) if row else Text())

    def _facts(self, row: Row) -> Text:
        """What is known; with the cache on also what loading would take and drop."""
        cost, store = row.cost, self._services.store
        load = None
        if cost is not None and store.stats.on and not row.cached:
            load = store.forecast(cost)
        return facts_text(row, load=load)

    def on_unmount(self) -> None:
        self._reader.close()

    def _read(self, path: Path) -> None:
        """In the reader's thread.  What cannot be read has no picture; its row says why."""
        dataset = as_it_is(path)
        if dataset is None:
            return
        try:
            self._show_preview(dataset)
        except RecordingError:
            return
        except Exception as error:  # noqa: BLE001 -- a thread that died would show no other either
            self._services.log.write("preview failed", path=path, error=repr(error))

    def _show_preview(self, dataset: Dataset) -> None:
        remembered = self._services.catalogue.preview(dataset)
        preview = remembered or self._make(dataset)
        if self._reader.superseded:
            return
        self.post_message(self.Ready(dataset.path, preview))
        if remembered is not None:
            self._open_early(dataset.path)

    def _open_early(self, path: Path) -> None:
        """What the cursor rests on is likely to be played: have it open by then."""
        self._services.shelf.take(path)
        self._services.shelf.put_back(path)

    def _make(self, dataset: Dataset) -> Preview:
        """Read it from memory or from the file, and remember it for later runs."""
        from evtui.library.previews import make_preview

        path, shelf = dataset.path, self._services.shelf
        loaded = self._services.store.peek(path)
        if loaded is not None:
            preview = make_preview(loaded.recording)
        else:
            recording = shelf.take(path)
            try:
                preview = make_preview(recording)
            finally:
                shelf.put_back(path)
        as_loaded = (loaded.file_bytes, loaded.mtime_ns) if loaded is not None else None
        if as_loaded in (None, (dataset.bytes, dataset.mtime_ns)):
            self._services.catalogue.put_preview(dataset, preview)
        return preview

    @on(Ready)
    def _show_picture(self, message: Ready) -> None:
        if message.path != self._path or not self.app.is_running:
            return
        view = self.query_one(EventView)
        view.begin(message.preview.info, self._services.settings)
        view.show(message.preview.events)
        self.query_one(TimelineBar).show(message.preview.timeline)
