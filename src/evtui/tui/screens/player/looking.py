"""The keys that change how events are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from evtui.errors import ExportError
from evtui.store.beside import beside
from evtui.tui.messages import ShowDetails
from evtui.tui.screens.player.playing import Playing
from evtui.tui.widgets.event_view import EventView

if TYPE_CHECKING:
    from evtui.tui.pictures import Shown


class Looking(Playing):
    """View, glyphs, zoom; the overlay, the details and the picture."""

    def action_view(self) -> None:
        self.view.next_view()
        self.say()

    def action_glyphs(self) -> None:
        self.view.next_glyphs()
        self.say()

    def action_palette(self) -> None:
        self.notify(f"palette: {self.view.next_palette()}", timeout=2)

    def action_brightness(self, steps: int) -> None:
        self.view.brighten(steps)
        self.say()

    def action_hold_brightness(self) -> None:
        self.view.hold_brightness()
        self.say()

    @on(EventView.Looked)
    def _looked(self) -> None:
        self.say()

    def action_zoom(self) -> None:
        self.view.zoom_in()
        self.say()

    def action_pan(self, across: int, down: int) -> None:
        self.view.pan(across, down)
        self.say()

    def action_hud(self) -> None:
        hud = self.query_one("#hud")
        hud.display = not hud.display
        self.say()

    def action_details(self) -> None:
        if self.path is not None:
            self.post_message(ShowDetails(self.path))

    def action_picture(self) -> None:
        """Save the frame shown as a PNG at the sensor's resolution."""
        from evtui.tui.pictures import Shown

        view, path = self.view, self.path
        if path and view.events is not None and view.window is not None and view.look is not None:
            self._save(Shown(path, view.events, view.window, view.look, view.palette))

    @work(group="pictures")
    async def _save(self, shown: Shown) -> None:
        """Beside the screen: packing and writing take longer than a frame."""
        from evtui.tui.pictures import save_frame

        try:
            target = await beside(save_frame, shown)
        except ExportError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"saved {target}", markup=False)

    def apply_settings(self) -> None:
        """A setting changed: draw with it."""
        settings = self.services.settings
        if self.is_mounted:
            self.view.apply_settings(settings)
        if self.session is not None:
            from evtui.playback.transport import StepBy

            self.session.transport.fps = settings.fps
            self.session.transport.step_by = StepBy(settings.step)
