"""Opening and closing a recording, and the way of its frames from the reader to the view."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.screen import Screen

from evtui.playback.clock import Clock, monotonic
from evtui.recordings.base import Recording, Timeline
from evtui.tui.link import Link
from evtui.tui.messages import Counted, NotOpened
from evtui.tui.opening import Failed, Opened, index_beside, open_beside
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.timeline_bar import TimelineBar

if TYPE_CHECKING:
    from evtui.library.summary import Summary
    from evtui.playback.reader import Frame
    from evtui.playback.session import Session
    from evtui.store.loaded import Loaded
    from evtui.store.messages import StoreMessage
    from evtui.timing import Stopwatch
    from evtui.tui.services import Services

TIMELINE_BINS = 2048

SAY_EVERY_S = 0.05
"""Words follow the playback in such steps: they cost a fifth of what a frame does."""


class Playing(Screen[None]):
    """What every part of the player stands on: one recording, its session and its frames."""

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

    def __init__(self, services: Services, link: Link) -> None:
        super().__init__()
        self.services = services
        self.link = link
        self.view = EventView(id="view", measure=lambda: services.measure_graphics())
        self.view.after_frame = link.after_frame
        self.timeline_bar = TimelineBar(id="timeline")
        self.path: Path | None = None
        """The recording that is open or opening."""
        self.session: Session | None = None
        """What plays; None while nothing is open."""
        self.recording: Recording | None = None
        self.in_memory = False
        """Whether it plays from memory."""
        self.frame: Frame | None = None
        """The frame shown last."""
        self._stopwatch: Stopwatch | None = None
        self._clock: Clock = monotonic
        self._said_at = -math.inf

    # What the parts add to opening, closing and showing.

    def began(self) -> None:
        """A session has begun."""

    def ended(self) -> None:
        """The session is about to end."""

    def say(self) -> None:
        """Something that is said on the screen may have changed."""

    # Opening and closing.

    def open(self, path: Path, loaded: Loaded | None, stopwatch: Stopwatch) -> None:
        """Begin to open a recording; the screen may be pushed at the same time."""
        self.path, self._stopwatch = path, stopwatch
        if loaded is not None:
            self.services.store.playing(path, True)
        open_beside(
            path,
            loaded.recording if loaded else None,
            self.services.shelf,
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
            self.leave()
            self.post_message(NotOpened(outcome.path, outcome.error))
        else:
            self._begin(outcome)

    def _begin(self, opened: Opened) -> None:
        from evtui.playback.session import Session
        from evtui.playback.transport import StepBy

        self.recording, self.in_memory = opened.recording, opened.in_memory
        self.view.begin(opened.recording.info, self.services.settings)
        self.view.show(opened.events, opened.transport.window)
        opened.transport.fps = self.services.settings.fps
        opened.transport.step_by = StepBy(self.services.settings.step)
        self.session = Session(opened.recording, self._post_frame, opened.transport)
        self.began()
        self.say()
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
            self.services.stages[self.path] = stages
        self.services.log.write("opened", path=self.path, seconds=total, stages=stages)
        self._index(self.session, self.recording)

    def _let_go(self, outcome: Opened | Failed) -> None:
        if isinstance(outcome, Opened):
            if outcome.in_memory:
                self.services.store.playing(outcome.path, False)
            else:
                self.services.shelf.put_back(outcome.path)

    def stop(self) -> None:
        """End the session, if there is one."""
        self.hold()
        self.ended()
        if self.session is not None:
            self.session.close()
            self.session = None
        if self.recording is not None and self.path is not None:
            if self.in_memory:
                self.services.store.playing(self.path, False)
            else:
                self.services.shelf.put_back(self.path)
        self.recording, self.path, self.frame = None, None, None

    def hold(self) -> None:
        """Send no more frames."""
        self.workers.cancel_group(self, "pace")

    def on_unmount(self) -> None:
        self.stop()

    def leave(self) -> None:
        """Back to the browser."""
        self.stop()
        self.view.clear()
        self.timeline_bar.show(None)
        self.say()
        self.app.pop_screen()

    # Frames.

    @work(exclusive=True, group="pace")
    async def _pace(self) -> None:
        """Tick on absolute deadlines, and later where the link has no room for a frame yet.

        A tick that comes late is not made up for: it asks for the frame that is due by then.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        while self.session is not None:
            await self.link.room()
            interval = 1 / self.services.settings.fps
            self._tick(interval)
            deadline = max(deadline + interval, loop.time())
            await asyncio.sleep(deadline - loop.time())

    def _tick(self, interval: float) -> None:
        # Not in the loop above: what cancels that holds its variables until they are collected.
        session = self.session
        if session is None:
            return
        session.tick(interval)
        if self.view.behind and not session.transport.playing:
            self.view.catch_up()

    @on(FrameRead)
    def _show_frame(self, message: FrameRead) -> None:
        frame = message.frame
        if self.session is None or message.session is not self.session:
            return
        if not self.session.is_due(frame):
            return
        if frame.error is not None:
            self.session.transport.playing = False
            self.notify(frame.error.reason, severity="error", markup=False)
        self.frame = frame
        self.session.shown(frame)
        self.view.budget = self.link.frame_bytes
        self.view.show(frame.events, (frame.window.t0, frame.window.t1))
        self._say_with_frame(self.session)

    def _say_with_frame(self, session: Session) -> None:
        """Say what changed, but not so often while playing that nobody could read it."""
        now = self._clock()
        if not session.transport.playing or now - self._said_at >= SAY_EVERY_S:
            self._said_at = now
            self.say()

    def moved(self) -> None:
        """Ask for the window now due at once, unless the link still carries what came before."""
        if self.session is not None:
            if self.link.wait_s == 0:
                self.session.tick()
            self.say()

    def _index(self, session: Session, recording: Recording) -> None:
        """Have the timeline read and the whole recording counted, until the session ends."""

        def deliver(timeline: Timeline, summary: Summary | None) -> None:
            self.post_message(self.Indexed(session, timeline, summary))

        index_beside(recording, TIMELINE_BINS, lambda: self.session is not session, deliver)

    @on(Indexed)
    def _show_timeline(self, message: Indexed) -> None:
        if message.session is self.session and self.path is not None:
            self.timeline_bar.show(message.timeline)
            if message.summary is not None:
                self._adopt(message.session, message.summary)
                self.post_message(Counted(self.path, message.summary))
            self.say()

    def _adopt(self, session: Session, counted: Summary) -> None:
        """Play what was counted: where time goes back, the end moves, and windows gain events."""
        transport, duration = session.transport, counted.duration_us
        if duration is not None and duration != transport.duration_us:
            transport.duration_us = duration
            transport.seek(transport.position_us)
        if self.recording is not None and any(
            found.code == "time_goes_back" for found in counted.findings
        ):
            session.switch(self.recording)

    def hear_store(self, message: StoreMessage) -> None:
        """A recording that plays from its file goes on from memory once it is loaded."""
        if self.session is None or self.path is None or self.in_memory:
            return
        loaded = self.services.store.peek(self.path)
        if loaded is not None:
            # Before the store is told, since that makes it speak again.
            self.recording, self.in_memory = loaded.recording, True
            self.services.store.playing(self.path, True)
            self.services.shelf.put_back(self.path)
            self.session.switch(loaded.recording)
            self.say()
