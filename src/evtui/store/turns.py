"""Turns: who of those that wait goes next, so many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Turns:
    """Lets a few go at once and the others wait, in an order that can be changed.

    Belongs to one event loop.
    """

    def __init__(self, at_once: int = 1) -> None:
        """Nobody waits yet.

        Args:
            at_once: how many have their turn at one time.
        """
        self._at_once = at_once
        self._going = 0
        self._waiting: dict[Path, asyncio.Future[None] | None] = {}
        """None for one that has its place, and is not ready to go."""

    @property
    def at_once(self) -> int:
        """How many have their turn at one time; fewer takes effect as they end."""
        return self._at_once

    @at_once.setter
    def at_once(self, number: int) -> None:
        self._at_once = number
        self._call()

    @property
    def waiting(self) -> list[Path]:
        """Who waits, in the order in which they will go."""
        return list(self._waiting)

    def line_up(self, path: Path) -> None:
        """Take a place before being ready to go; those behind who are ready pass by."""
        self._waiting.setdefault(path, None)

    def leave(self, path: Path) -> None:
        """Give up a place without having been ready."""
        self._waiting.pop(path, None)

    def promote(self, path: Path) -> None:
        """Have one that waits go next."""
        if path in self._waiting:
            self._waiting = {path: self._waiting.pop(path), **self._waiting}

    @asynccontextmanager
    async def turn(self, path: Path) -> AsyncIterator[None]:
        """Wait for a turn in one's place, and have it while the body runs.

        A path waits once at a time.
        """
        called = self._waiting[path] = asyncio.get_running_loop().create_future()
        self._call()
        try:
            await called
        except asyncio.CancelledError:
            self._waiting.pop(path, None)
            if called.done() and not called.cancelled():
                self._end()  # it was called in the moment it gave up
            raise
        try:
            yield
        finally:
            self._end()

    def _end(self) -> None:
        self._going -= 1
        self._call()

    def _call(self) -> None:
        for path, called in list(self._waiting.items()):
            if self._going >= self._at_once:
                return
            if called is None:
                continue
            del self._waiting[path]
            if not called.done():
                self._going += 1
                called.set_result(None)
