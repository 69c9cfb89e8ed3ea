"""The player's screen: its widgets, and what is said on it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer, Static

from evtui.tui.actions import Place, bindings
from evtui.tui.screens.player.looking import Looking
from evtui.tui.screens.player.moving import Moving
from evtui.tui.screens.player.places import Places
from evtui.tui.screens.player.status import hud_text, status_parts
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.status_line import StatusLine
from evtui.tui.widgets.timeline_bar import TimelineBar


class PlayerScreen(Moving, Places, Looking):
    """Plays one recording."""

    BINDINGS = bindings(Place.PLAYER)

    def compose(self) -> ComposeResult:
        yield Static(id="hud")
        yield EventView(id="view", measure=self.services.measure_graphics)
        yield TimelineBar(id="timeline")
        yield StatusLine(id="status")
        yield Footer(show_command_palette=False)

    def action_leave(self) -> None:
        self.leave()

    def say(self) -> None:
        status = self.query_one(StatusLine)
        if self.session is None:
            status.show([])
            return
        status.show(status_parts(self.session, self.view, self.frame, self.in_memory))
        self.timeline_bar.point(self.pointers())
        hud = self.query_one("#hud", Static)
        if hud.display and self.path is not None:
            stages = self.services.stages.get(self.path, {})
            hud.update(hud_text(self.session, self.view, self.frame, stages), layout=False)
