"""The app: makes the screens, owns the services, and routes what concerns them all."""

from __future__ import annotations

import asyncio
import importlib
import signal
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App, SystemCommand
from textual.events import CursorPosition, Resize
from textual.screen import Screen

from evtui.errors import EvtuiError
from evtui.store.messages import LoadProgress, StoreMessage
from evtui.tui.actions import KEYMAPS, Place, bindings
from evtui.tui.collecting import keep_from_collector
from evtui.tui.link import Link
from evtui.tui.messages import (
    AskExport,
    ChangeSetting,
    Counted,
    ExportNews,
    FirstPaint,
    NotOpened,
    OpenRecording,
    Problem,
    ShowDetails,
)
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.details import DetailsScreen
from evtui.tui.screens.help import HelpScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.screens.settings import SettingsScreen
from evtui.tui.services import Services
from evtui.tui.styles import style_sheets
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.tui.exports import Wish


class EvtuiApp(App[None]):
    """The full-screen program."""

    TITLE = "evtui"
    CSS_PATH = style_sheets()
    BINDINGS = bindings(Place.EVERYWHERE)

    def __init__(self, paths: Sequence[Path], services: Services) -> None:
        """Make the app.

        Args:
            paths: folders to browse and files to list; a single file opens in the player.
            services: the parts below the screens; closed when the app ends.
        """
        super().__init__()
        self.services = services
        self.link = Link(services.settings.max_rate)
        self.link.watch(self)
        self.browser = BrowserScreen(paths, services)
        self.player = PlayerScreen(services, self.link)

    def on_mount(self) -> None:
        settings = self.services.settings
        self.theme = settings.theme
        self.set_keymap(KEYMAPS[settings.keymap])
        self.services.catalogue.on_problem(self._tell_of_problem)
        self.services.tell = self._tell_of_problem
        self.services.store.subscribe(self._on_store)
        self.services.exports.deliver = lambda told: self.post_message(ExportNews(told))
        self.link.start(self.size.width)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)
        self.install_screen(self.player, "player")
        self.push_screen(self.browser)
        for problem in self.services.problems:
            self.notify(problem, severity="warning", markup=False)

    async def on_unmount(self) -> None:
        await self.services.close()

    def on_resize(self, event: Resize) -> None:
        self.link.resized(event.size.width)

    def on_cursor_position(self, event: CursorPosition) -> None:
        self.link.hear(event)

    async def action_quit(self) -> None:
        """Quit, once no answer is on its way that the shell would take for typing."""
        self.player.hold()
        await self.link.settle()
        self.exit()

    @on(FirstPaint)
    def _warm_up(self) -> None:
        """Mount the player and import what it needs, in the background."""
        self._get_screen(self.player)
        keep_from_collector()
        threading.Thread(target=_import_libraries, name="imports", daemon=True).start()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        yield SystemCommand("Settings", "Cache, loader, glyphs, theme, keys", self.action_settings)

    def action_settings(self) -> None:
        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.services))

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.services.settings.keymap))

    def notify(self, message: str, **options: Any) -> None:
        """As Textual does, but what comes from files and their names commands no terminal."""
        lines = message.split("\n")
        super().notify("\n".join(map(printable, lines)), **options)

    def _tell_of_problem(self, text: str) -> None:
        """From any thread."""
        self.post_message(Problem(text))

    @on(Problem)
    def _show_problem(self, message: Problem) -> None:
        self.notify(message.text, severity="warning", markup=False)

    @on(OpenRecording)
    def _open(self, message: OpenRecording) -> None:
        self.player.open(message.path, message.loaded, message.stopwatch)
        self.push_screen(self.player)

    @on(NotOpened)
    def _not_opened(self, message: NotOpened) -> None:
        self.browser.not_opened(message.path, message.error)

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        self.browser.learn(message.path, message.summary)

    @on(ShowDetails)
    def _show_details(self, message: ShowDetails) -> None:
        row = self.browser.row(message.path)
        if row is not None:
            self.push_screen(DetailsScreen(row, self.services.stages.get(message.path)))

    @on(AskExport)
    def _ask_export(self, message: AskExport) -> None:
        from evtui.tui.screens.export import ExportScreen

        exports = self.services.exports

        def begin(wish: Wish | None) -> None:
            if wish is not None:
                exports.add(message.offer.source, wish)
                if self.player in self.screen_stack:
                    text = f"{wish.target.name}; the browser shows how far"
                    self.notify(text, title="Exporting", timeout=3, markup=False)

        if not isinstance(self.screen, ExportScreen):
            self.push_screen(ExportScreen(message.offer, lambda: exports.targets), begin)

    @on(ExportNews)
    def _hear_export(self, message: ExportNews) -> None:
        told = message.progress
        self.browser.hear_export(told, self.services.exports.under_way)
        if told.error is not None:
            self.notify(told.error, title="Export failed", severity="error", markup=False)
        elif told.written is not None:
            self.notify(f"{told.target}: {told.written}", title="Exported", markup=False)
        if told.stage.ended:
            self.services.log.write(
                f"export {told.stage.value}",
                path=told.source,
                target=told.target,
                error=told.error,
            )

    @on(ChangeSetting)
    def _change_setting(self, message: ChangeSetting) -> None:
        """Change a setting, and let it act on every screen."""
        try:
            self.services.change(message.key, message.value)
        except EvtuiError as error:
            self.notify(str(error), severity="error", markup=False)
        settings = self.services.settings
        self.theme = settings.theme
        self.set_keymap(KEYMAPS[settings.keymap])
        self.link.set_max_rate(settings.max_rate, self.size.width)
        self.browser.apply_settings()
        self.player.apply_settings()
        if isinstance(self.screen, SettingsScreen):
            self.screen.show_values()

    def _on_store(self, message: StoreMessage) -> None:
        """The store speaks in the app's own thread: hand on to the screens."""
        if isinstance(message, LoadProgress) and message.stage.ended:
            self.services.log.write(
                message.stage.value,
                path=message.path,
                loader=message.loader,
                seconds=message.elapsed_s,
                error=message.error,
            )
        for hear in (self.browser.hear_store, self.player.hear_store):
            hear(message)


_SOON_NEEDED = (
    "evtui.library.bookmarks",
    "evtui.playback.session",
    "evtui.recordings.hdf5.reader",
    "evtui.recordings.prophesee.raw",
    "evtui.rendering.frame",
    "evtui.tui.pictures",
    "evtui.tui.screens.export",
    "PIL.PngImagePlugin",
)
"""What Enter, ``s`` and ``e`` import.  evlib lives in the loader."""


def _import_libraries() -> None:
    """Import what a key needs, so that its first press does not pay for it."""
    for name in _SOON_NEEDED:
        importlib.import_module(name)
    keep_from_collector()
