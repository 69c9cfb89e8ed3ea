"""The link to the terminal: counts what is written on it and says when it has room for a frame."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.events import CursorPosition

from evtui.playback.clock import Clock, monotonic
from evtui.playback.pacing import LinkState, Pacer, default_max_rate, pacing_wanted
from evtui.tui.probes import answer_of, question

if TYPE_CHECKING:
    from textual.app import App

_FRAME_S = 0.12
"""How long the link may be busy with one frame."""

_FLUSHED_AFTER_S = 0.1
"""What comes within this time after the exit is still thrown away: so long Textual's driver waits
for its reading thread before it flushes the terminal's input."""

_SETTLES_IN_S = 0.4
"""How long quitting waits at most for answers, which would be typed into the shell afterwards."""


class Link:
    """Couples a pacer with the app's driver.

    Where there is no terminal, as in tests, or ``EVTUI_PACING=off``, it always has room.
    """

    def __init__(
        self,
        max_rate: int = 0,
        environment: Mapping[str, str] = os.environ,
        clock: Clock = monotonic,
    ) -> None:
        """Begin without a terminal.

        Args:
            max_rate: bytes/s never to exceed for long; 0 for what the environment suggests.
            environment: says whether to pace, and whether a multiplexer hides the link.
            clock: in seconds.
        """
        self._environment = environment
        self._clock = clock
        self._driver: _Watched | None = None
        self._pacer = Pacer(80, enabled=False)
        self._max_rate = max_rate
        self._counted = 0
        self.news = asyncio.Event()
        """Set by every answer; who waits for room clears it."""

    def watch(self, app: App[Any]) -> None:
        """Have the app write through a driver that is counted."""
        base, link = app.driver_class, self

        class WatchedDriver(_Watched, base):  # type: ignore[misc, valid-type]
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                link._driver = self

        app.driver_class = WatchedDriver  # type: ignore[type-abstract]

    def start(self, columns: int) -> None:
        """The terminal is there, and so wide; it is asked at once, while nothing is in the way."""
        if self._driver is not None:
            self._pacer = Pacer(
                columns,
                self._max_rate or default_max_rate(self._environment),
                pacing_wanted(self._environment),
                self._driver.queued,
            )
            self._probe()

    def set_max_rate(self, max_rate: int, columns: int) -> None:
        """Change the limit; what is known of the link is found out anew."""
        if max_rate != self._max_rate:
            self._max_rate = max_rate
            self.start(columns)

    def resized(self, columns: int) -> None:
        """The terminal has another width."""
        self._pacer.resized(columns)

    def hear(self, event: CursorPosition) -> None:
        """Note what may be an answer."""
        answered = answer_of(event)
        if answered is not None:
            self._pacer.answered(answered, self._clock())
            self.news.set()

    @property
    def wait_s(self) -> float:
        """Seconds until there is room for a frame if no answer comes before; 0 for now."""
        now = self._clock()
        return max(0.0, self._pacer.next_chance(now) - now)

    async def room(self) -> None:
        """Wait until there is room for a frame."""
        while (seconds := self.wait_s) > 0:
            self.news.clear()
            # Not wait_for: news that comes in the moment of a cancellation makes it forget that.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.news.wait()

    @property
    def frame_bytes(self) -> int | None:
        """How large a frame may be for a key not to wait for long behind it; None for any size."""
        mode, rate = self._pacer.mode(self._clock()), self._pacer.rate
        if mode == "limited":
            rate = self._pacer.max_rate
        return None if rate is None or mode in ("off", "queue") else round(rate * _FRAME_S)

    def after_frame(self, size: int) -> str:
        """A frame is being sent: what to send behind it.

        Args:
            size: its bytes.
        """
        if self._driver is None:
            return ""
        self._probe()
        now, written = self._clock(), self._driver.written
        besides, self._counted = max(0, written - self._counted), written + size
        asked = self._pacer.sent(size + besides, now)
        return "" if asked is None else question(asked)

    def _probe(self) -> None:
        """Ask the terminal by itself where the pacer wants that, ahead of all that follows."""
        probe = self._pacer.probe(self._clock())
        if probe is not None and self._driver is not None:
            self._driver.write(question(probe))

    async def settle(self) -> None:
        """Wait for the answers on their way, but for those that Textual itself waits for."""
        begun = self._clock()
        wait_s = self._pacer.settles_at(begun) - begun - _FLUSHED_AFTER_S
        if wait_s > 0:
            await asyncio.sleep(min(wait_s, _SETTLES_IN_S))

    @property
    def state(self) -> LinkState:
        """What is known of the link."""
        return self._pacer.state(self._clock())


class _Watched(Driver):
    """A driver whose bytes are counted."""

    written = 0

    def write(self, data: str) -> None:
        self.written += len(data.encode(errors="replace"))
        super().write(data)  # type: ignore[safe-super]

    def queued(self) -> int:
        """How many writes wait for the thread that does them; Textual tells nobody else."""
        thread = getattr(self, "_writer_thread", None)
        return thread._queue.qsize() if thread is not None else 0
