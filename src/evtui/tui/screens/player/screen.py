"""The player's screen: its widgets, and what is said on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from textual.app import ComposeResult
from textual.geometry import Region
from textual.widgets import Footer, Static

from evtui.tui.actions import Place, bindings
from evtui.tui.link import Link
from evtui.tui.messages import AskExport
from evtui.tui.screens.player.looking import Looking
from evtui.tui.screens.player.measuring import Measuring
from evtui.tui.screens.player.moving import Moving
from evtui.tui.screens.player.places import Places
from evtui.tui.screens.player.status import hud_text, status_parts
from evtui.tui.services import Services
from evtui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from evtui.export.clips import Drawing


class PlayerScreen(Moving, Places, Looking, Measuring):
    """Plays one recording."""

    BINDINGS = bindings(Place.PLAYER)

    def __init__(self, services: Services, link: Link) -> None:
        super().__init__(services, link)
        self.hud = Static(id="hud")
        self.status = StatusLine(id="status")

    def compose(self) -> ComposeResult:
        yield self.hud
        yield self.view
        yield self.timeline_bar
        yield self.status
        yield Footer(show_command_palette=False)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Leave out what Textual asks for the browser below, of which nothing is seen here.

        It hands on every change of the screen below, whether this one covers it or not, and each
        would send whole rows again that play as differences.
        """
        if regions and not (layout or recompose):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def drawing(self) -> Drawing:
        """How pictures of what plays are drawn: as it is shown, and as fast."""
        from evtui.export.clips import Drawing

        look, session = self.view.look, self.session
        if look is None or session is None:
            return Drawing()
        transport = session.transport
        return Drawing(
            look.view, self.view.palette, speed=transport.speed, window_us=transport.window_us
        )

    def action_export(self) -> None:
        from evtui.export.selection import NO_FILTERS
        from evtui.tui.export_form import Offer

        if self.session is None or self.path is None or self.recording is None:
            return
        transport, info = self.session.transport, self.recording.info
        offer = Offer(
            self.path,
            info.duration_us if info.duration_exact else None,
            (info.width, info.height),
            transport.mark_a,
            transport.mark_b,
            self.view.roi,
            self.filters or NO_FILTERS,
            self.drawing(),
        )
        self.post_message(AskExport(offer))

    def action_leave(self) -> None:
        self.leave()

    def say(self) -> None:
        if self.session is None:
            self.status.show([])
            return
        if self.view.roi is not None or self.hud.display:
            self.count()
        self.status.show(status_parts(self))
        self.timeline_bar.point(self.pointers())
        if self.hud.display:
            self.hud.update(hud_text(self), layout=False)
