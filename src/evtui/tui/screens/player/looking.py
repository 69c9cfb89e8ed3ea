"""The keys that change how events are shown."""

from __future__ import annotations

from textual import on

from evtui.errors import ExportError
from evtui.tui.messages import ShowDetails
from evtui.tui.screens.player.playing import Playing
from evtui.tui.widgets.event_view import EventView


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
        """Save the frame shown as a PNG at the sensor's resolution, in the current folder."""
        from evtui.tui.pictures import save_frame

        view = self.view
        if self.session is None or self.path is None or view.events is None or view.look is None:
            return
        try:
            target = save_frame(
                self.path, self.session.transport.position_us, view.events, view.look, view.palette
            )
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
