"""Places worth going to: typed times, bookmarks, bursts of activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work

from evtui import paths
from evtui.errors import EvtuiError
from evtui.store.beside import beside
from evtui.tui.screens.bookmarks import BookmarksScreen, Chosen, Wish
from evtui.tui.screens.player.playing import Playing
from evtui.tui.screens.prompt import PromptScreen
from evtui.tui.widgets.timeline_bar import Pointers
from evtui.units import format_position, parse_jump

if TYPE_CHECKING:
    from evtui.library.bookmarks import Bookmark, Bookmarks


class Places(Playing):
    """Jumps to where something is, and keeps where something was."""

    bookmarks: Bookmarks | None = None
    """Those of the recording, once they were read."""

    def began(self) -> None:
        super().began()
        self._read_bookmarks()

    def ended(self) -> None:
        super().ended()
        self.workers.cancel_group(self, "bookmarks")
        self.bookmarks = None

    def pointers(self) -> Pointers:
        """What the timeline points out."""
        if self.session is None:
            return Pointers()
        transport = self.session.transport
        return Pointers(
            transport.position_us,
            transport.mark_a,
            transport.mark_b,
            self.bookmarks.times_us if self.bookmarks is not None else (),
        )

    @work(group="bookmarks")
    async def _read_bookmarks(self) -> None:
        """Beside the screen: the disk may be slow, and another program may hold the lock."""
        from evtui.library.bookmarks import Bookmarks

        if self.recording is None:
            return
        info, session = self.recording.info, self.session
        size, first, folder = info.bytes, info.t_first_us, paths.bookmarks_folder()
        read = await beside(Bookmarks.of, info.path, size, first, folder)
        if self.session is session:
            self.bookmarks = read
            self._tell_note(read)
            self.say()

    @work(group="bookmarks")
    async def _change_bookmarks(self, change: Callable[[Bookmarks], object]) -> None:
        bookmarks = self.bookmarks
        if bookmarks is None:
            return
        try:
            await beside(change, bookmarks)
        except (EvtuiError, ValueError) as error:
            self.notify(str(error), severity="error", markup=False)
        self._tell_note(bookmarks)
        self.say()

    def _tell_note(self, bookmarks: Bookmarks) -> None:
        if bookmarks.note:
            self.notify(bookmarks.note, severity="warning", markup=False)

    def action_bookmark(self) -> None:
        """Name this place and keep it."""
        if self.session is None or self.bookmarks is None:
            return
        here = self.session.transport.position_us
        usual = f"mark {len(self.bookmarks.all) + 1}"
        prompt = PromptScreen(f"Bookmark at {format_position(here)}", "its name", usual)

        def keep(name: str | None) -> None:
            if name is not None:
                self._change_bookmarks(lambda bookmarks: bookmarks.add(here, name or usual))

        self.app.push_screen(prompt, keep)

    def action_bookmarks(self) -> None:
        if self.bookmarks is not None:
            self.app.push_screen(BookmarksScreen(self.bookmarks.all), self._do)

    def _do(self, chosen: Chosen | None) -> None:
        if chosen is None or self.session is None:
            return
        mark = chosen.bookmark
        if chosen.wish is Wish.GO:
            self.session.transport.seek(mark.time_us)
            self.moved()
        elif chosen.wish is Wish.REMOVE:
            self._change_bookmarks(lambda bookmarks: bookmarks.remove(mark))
        else:
            self._rename(mark)

    def _rename(self, mark: Bookmark) -> None:
        def rename(name: str | None) -> None:
            if name:
                self._change_bookmarks(lambda bookmarks: bookmarks.rename(mark, name))

        title = f"Rename the bookmark at {format_position(mark.time_us)}"
        self.app.push_screen(PromptScreen(title, "its new name", mark.name), rename)

    def action_next_bookmark(self, steps: int) -> None:
        if self.bookmarks is not None:
            self._go_along(self.bookmarks.times_us, steps, "bookmark")

    def action_next_burst(self, steps: int) -> None:
        """To where activity begins after a quiet time, as the timeline knows it now."""
        from evtui.playback.bursts import find_bursts

        timeline = self.timeline_bar.timeline
        if timeline is not None:
            starts = tuple(burst.start_us for burst in find_bursts(timeline))
            self._go_along(starts, steps, "burst of activity")

    def _go_along(self, times_us: tuple[int, ...], steps: int, what: str) -> None:
        if self.session is None:
            return
        transport = self.session.transport
        went = transport.seek_next(times_us) if steps > 0 else transport.seek_previous(times_us)
        if went:
            self.moved()
        else:
            self.notify(f"no {what} {'after' if steps > 0 else 'before'} this")

    def action_go_to(self) -> None:
        """Ask for a time and go there."""
        if self.session is None:
            return
        transport = self.session.transport

        def place(text: str) -> int:
            return parse_jump(text, transport.position_us, transport.duration_us)

        def go(text: str | None) -> None:
            if text is not None and self.session is not None:
                transport.seek(place(text))
                self.moved()

        hint = "1.5s  250ms  00:01:02.5  50%  +10ms  -1s"
        self.app.push_screen(PromptScreen("Go to", hint, check=place), go)
