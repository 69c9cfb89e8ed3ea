"""The keys that move through time."""

from __future__ import annotations

from textual import on

from evtui.tui.screens.player.playing import Playing
from evtui.tui.widgets.timeline_bar import TimelineBar


class Moving(Playing):
    """Playing and pausing, seeking, stepping, speed, window and A-B loop."""

    def action_play(self) -> None:
        if self.session is not None:
            self.session.transport.toggle()
            self.moved()

    def action_reverse(self) -> None:
        if self.session is not None:
            self.session.transport.reverse()
            self.moved()

    def action_seek(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.skip(steps)
            self.moved()

    def action_step(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.step(steps)
            self.moved()

    def action_jump(self, tenths: int) -> None:
        if self.session is not None:
            self.session.transport.jump(tenths / 10)
            self.moved()

    def action_speed(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.change_speed(steps)
            self.moved()

    def action_normal_speed(self) -> None:
        if self.session is not None:
            self.session.transport.reset_speed()
            self.moved()

    def action_window(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.change_window(steps)
            self.moved()

    def action_mark(self) -> None:
        if self.session is not None:
            self.session.transport.mark()
            self.moved()

    def action_mark_a(self) -> None:
        if self.session is not None:
            self.session.transport.set_a()
            self.moved()

    def action_mark_b(self) -> None:
        if self.session is not None:
            self.session.transport.set_b()
            self.moved()

    def action_loop(self) -> None:
        if self.session is not None:
            transport = self.session.transport
            transport.looping = not transport.looping
            self.moved()

    @on(TimelineBar.Seek)
    def _seek_to(self, message: TimelineBar.Seek) -> None:
        if self.session is not None:
            self.session.transport.seek(message.time_us)
            self.moved()

    def action_timeline(self) -> None:
        self.timeline_bar.display = not self.timeline_bar.display

    def action_zoom_timeline(self, steps: int) -> None:
        self.timeline_bar.zoom(steps)
