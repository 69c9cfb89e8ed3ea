"""The player: the event view, the timeline and the status line of one recording."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from evtui.errors import ExportError
from evtui.recordings.base import Recording, Timeline
from evtui.store.beside import let_go
from evtui.tui.actions import Place, bindings
from evtui.tui.messages import Counted, NotOpened, ShowDetails
from evtui.tui.opening import Failed, Opened, index_beside, open_beside
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.status_line import StatusLine
from evtui.tui.widgets.timeline_bar import TimelineBar
from evtui.units import format_count, format_duration, format_position

if TYPE_CHECKING:
    from evtui.library.summary import Summary
    from evtui.playback.reader import Frame
    from evtui.playback.session import Session
    from evtui.store.loaded import Loaded
    from evtui.store.messages import CacheStats, LoadProgress
    from evtui.timing import Stopwatch
    from evtui.tui.services import Services

TIMELINE_BINS = 400


class PlayerScreen(Screen[None]):
    """Routes between the session, the event view, the timeline and the keys."""

    BINDINGS = bindings(Place.PLAYER)

    class Outcome(Message):
        """The opening ended, one way or the other."""

        def __init__(self, outcome: Opened | Failed) -> None:
            super().__init__()
            self.outcome = outcome

    class FrameRead(Message):
        """The reader has a frame for a session."""

        def __init__(self, session: Session, frame: Frame) -> None:
            super().__init__()
            self.session = session
            self.frame = frame

    class Indexed(Message):
        """The timeline is known, and once everything was counted the exact summary too."""

        def __init__(self, session: Session, timeline: Timeline, summary: Summary | None) -> None:
            super().__init__()
            self.session = session
            self.timeline = timeline
            self.summary = summary

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.path: Path | None = None
        """The recording that is open or opening."""
        self.session: Session | None = None
        """What plays; None while nothing is open."""
        self.recording: Recording | None = None
        self._in_memory = False
        self._stopwatch: Stopwatch | None = None
        self._frame_events = 0

    def compose(self) -> ComposeResult:
        yield Static(id="hud")
        yield EventView(id="view")
        yield TimelineBar(id="timeline")
        yield StatusLine(id="status")
        yield Footer(show_command_palette=False)

    # Opening and closing

    def open(self, path: Path, loaded: Loaded | None, stopwatch: Stopwatch) -> None:
        """Begin to open a recording; the screen may be pushed at the same time."""
        self.path, self._stopwatch = path, stopwatch
        if loaded is not None:
            self._services.store.playing(path, True)
        open_beside(
            path,
            loaded.recording if loaded else None,
            self._services.shelf,
            stopwatch,
            self._post_outcome,
        )

    def _post_outcome(self, outcome: Opened | Failed) -> None:
        self.post_message(self.Outcome(outcome))

    def _post_frame(self, frame: Frame) -> None:
        if self.session is not None:
            self.post_message(self.FrameRead(self.session, frame))

    @on(Outcome)
    def _opened(self, message: Outcome) -> None:
        outcome = message.outcome
        if outcome.path != self.path or not self.is_current:
            self._let_go(outcome)
        elif isinstance(outcome, Failed):
            self.action_leave()
            self.post_message(NotOpened(outcome.path, outcome.error))
        else:
            self._begin(outcome)

    def _begin(self, opened: Opened) -> None:
        from evtui.playback.session import Session
        from evtui.region import Region
        from evtui.rendering.frame import Look

        settings, info = self._services.settings, opened.recording.info
        self.recording, self._in_memory = opened.recording, opened.in_memory
        look = Look(settings.view, settings.glyphs, Region(0, 0, info.width, info.height))
        view = self.query_one(EventView)
        view.show(opened.events)
        view.set_look(look, settings.palette)
        self._frame_events = len(opened.events)
        self.session = Session(
            opened.recording,
            self._post_frame,
            opened.transport,
        )
        self._show_status()
        self.call_after_refresh(self._first_frame_drawn)
        self._pace()

    def _first_frame_drawn(self) -> None:
        """Note the time, and begin what would have delayed the frame."""
        if self._stopwatch is None or self.session is None or self.recording is None:
            return
        total = self._stopwatch.since_start
        self._stopwatch.note("first frame", total - sum(self._stopwatch.stages.values()))
        stages = dict(self._stopwatch.stages)
        if self.path is not None:
            self._services.stages[self.path] = stages
        self._services.log.write("opened", path=self.path, seconds=total, stages=stages)
        self._index(self.session, self.recording)

    def _let_go(self, outcome: Opened | Failed) -> None:
        if isinstance(outcome, Opened):
            if outcome.in_memory:
                self._services.store.playing(outcome.path, False)
            else:
                self._services.shelf.put_back(outcome.path)

    def stop(self) -> None:
        """End the session, if there is one."""
        self.workers.cancel_group(self, "pace")
        if self.session is not None:
            self.session.close()
            self.session = None
        if self.recording is not None and self.path is not None:
            if self._in_memory:
                self._services.store.playing(self.path, False)
            else:
                self._services.shelf.put_back(self.path)
        # Freeing a gigabyte of events takes a tenth of a second, so not here.
        held, self.recording, self.path = [self.recording], None, None
        let_go(held)

    def on_unmount(self) -> None:
        self.stop()

    def action_leave(self) -> None:
        self.stop()
        self.query_one(EventView).clear()
        self.query_one(TimelineBar).show(None)
        self.query_one(StatusLine).show([])
        self.app.pop_screen()

    # Playing

    @work(exclusive=True, group="pace")
    async def _pace(self) -> None:
        """Tick on absolute deadlines; a tick that comes late is not made up for."""
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        while self.session is not None:
            interval = 1 / self._services.settings.fps
            self.session.tick(interval)
            deadline = max(deadline + interval, loop.time())
            await asyncio.sleep(deadline - loop.time())

    @on(FrameRead)
    def _show_frame(self, message: FrameRead) -> None:
        if self.session is None or message.session is not self.session:
            return
        frame = message.frame
        if frame.error is not None:
            self.session.transport.playing = False
            self.notify(frame.error.reason, severity="error", markup=False)
        self._frame_events = len(frame.events)
        self.session.shown(frame)
        self.query_one(EventView).show(frame.events)
        self._show_status()
        if self.query_one("#hud").display:
            self._show_hud(frame)

    def _index(self, session: Session, recording: Recording) -> None:
        """Have the timeline read and the whole recording counted, until the session ends."""

        def deliver(timeline: Timeline, summary: Summary | None) -> None:
            self.post_message(self.Indexed(session, timeline, summary))

        index_beside(recording, TIMELINE_BINS, lambda: self.session is not session, deliver)

    @on(Indexed)
    def _show_timeline(self, message: Indexed) -> None:
        if message.session is self.session and self.path is not None:
            self.query_one(TimelineBar).show(message.timeline)
            self._show_status()
            if message.summary is not None:
                self.post_message(Counted(self.path, message.summary))

    @on(TimelineBar.Seek)
    def _seek_to(self, message: TimelineBar.Seek) -> None:
        if self.session is not None:
            transport = self.session.transport
            transport.seek(message.share * transport.duration_us)
            self._after_move()

    def action_play(self) -> None:
        if self.session is not None:
            self.session.transport.toggle()
            self._after_move()

    def action_seek(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.skip(steps)
            self._after_move()

    def action_step(self, windows: int) -> None:
        if self.session is not None:
            self.session.transport.step(windows)
            self._after_move()

    def action_jump(self, tenths: int) -> None:
        if self.session is not None:
            self.session.transport.jump(tenths / 10)
            self._after_move()

    def action_speed(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.change_speed(steps)
            self._after_move()

    def action_normal_speed(self) -> None:
        if self.session is not None:
            self.session.transport.reset_speed()
            self._after_move()

    def action_window(self, steps: int) -> None:
        if self.session is not None:
            self.session.transport.change_window(steps)
            self._after_move()

    def action_mark(self) -> None:
        if self.session is not None:
            self.session.transport.mark()
            self._after_move()

    def action_loop(self) -> None:
        if self.session is not None:
            transport = self.session.transport
            transport.looping = not transport.looping
            self._after_move()

    def _after_move(self) -> None:
        """Ask for the window now due without waiting for the next tick."""
        if self.session is not None:
            self.session.tick()
            self._show_status()

    # Looking

    def action_view(self) -> None:
        self.query_one(EventView).next_view()
        self._show_status()

    def action_glyphs(self) -> None:
        self.query_one(EventView).next_glyphs()
        self._show_status()

    def action_zoom(self) -> None:
        self.query_one(EventView).zoom_in()
        self._show_status()

    def action_pan(self, across: int, down: int) -> None:
        self.query_one(EventView).pan(across, down)
        self._show_status()

    def action_timeline(self) -> None:
        bar = self.query_one(TimelineBar)
        bar.display = not bar.display

    def action_hud(self) -> None:
        hud = self.query_one("#hud")
        hud.display = not hud.display
        self._show_hud(None)

    def action_details(self) -> None:
        if self.path is not None:
            self.post_message(ShowDetails(self.path))

    def action_picture(self) -> None:
        """Save the frame shown as a PNG at the sensor's resolution, in the current folder."""
        from evtui.tui.pictures import save_frame

        view, palette = self.query_one(EventView), self._services.settings.palette
        if self.session is None or self.path is None or view.events is None or view.look is None:
            return
        try:
            target = save_frame(
                self.path, self.session.transport.position_us, view.events, view.look, palette
            )
        except ExportError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"saved {target}", markup=False)

    # What is said

    def _show_status(self) -> None:
        session, look = self.session, self.query_one(EventView).look
        if session is None or look is None:
            return
        transport = session.transport
        parts = [
            ("▶" if transport.playing else "‖", "bold"),
            (format_position(transport.position_us), "bold"),
            (f"{transport.speed:g}×", ""),
            (f"window {format_duration(transport.window_us)}", ""),
            (f"{format_count(self._frame_events)} events", ""),
            ("memory" if self._in_memory else "file", "dim"),
            *([(f"{session.frame_rate:.0f} fps", "dim")] if transport.playing else []),
            *self._modes(look.view, look.glyphs),
        ]
        self.query_one(StatusLine).show(parts)
        duration = max(1, transport.duration_us)
        marks = [mark / duration for mark in transport.marks]
        self.query_one(TimelineBar).point_at(transport.position_us / duration, marks)

    def _modes(self, view: str, glyphs: str) -> list[tuple[str, str]]:
        """What differs from the usual: loop, zoom, view."""
        session = self.session
        modes = [("loop", "dim")] if session and session.transport.looping else []
        zoom = self.query_one(EventView).zoom
        if zoom > 1:
            modes.append((f"zoom {zoom}×", "dim"))
        return [*modes, (view, "dim"), (glyphs, "dim")]

    def _show_hud(self, frame: Frame | None) -> None:
        from evtui.tui.facts import hud_text

        session, look = self.session, self.query_one(EventView).look
        if session is not None and look is not None and self.path is not None:
            text = hud_text(session, look, frame, self._services.stages.get(self.path, {}))
            self.query_one("#hud", Static).update(text)

    def hear_store(self, message: LoadProgress | CacheStats) -> None:
        """A recording that plays from its file goes on from memory once it is loaded."""
        if self.session is None or self.path is None or self._in_memory:
            return
        loaded = self._services.store.peek(self.path)
        if loaded is not None:
            # Before the store is told, since that makes it speak again.
            self.recording, self._in_memory = loaded.recording, True
            self._services.store.playing(self.path, True)
            self._services.shelf.put_back(self.path)
            self.session.switch(loaded.recording)
            self._show_status()

    def apply_settings(self) -> None:
        """A setting changed: draw with it."""
        view = self.query_one(EventView) if self.is_mounted else None
        if view is not None and view.look is not None:
            view.set_look(view.look, self._services.settings.palette)
