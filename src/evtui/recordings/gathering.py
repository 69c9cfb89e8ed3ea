"""Events that are decoded block by block, each block right where it stays.

Most of the time that a plain decoder takes goes into memory: new columns for each block, which the
system has to find and clear, and their copy into one run at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from evtui.events import Events

Room: TypeAlias = Callable[[int], Events]
"""Gives columns for so many events, to be filled in."""


class Gathering:
    """Gathers blocks of events into one run.

    Without ``keep``, ``room`` gives the same memory again and again: for a pass that looks at each
    block once.
    """

    def __init__(self, expected: int) -> None:
        """Start with nothing.

        Args:
            expected: how many events will come; if there are more, all are copied now and then.
        """
        self._columns = Events.uninitialised(expected)
        self._kept = 0

    def room(self, rows: int) -> Events:
        """Columns for the next block, which are not initialised."""
        needed = self._kept + rows
        if needed > len(self._columns):
            grown = Events.uninitialised(max(needed, 2 * self._kept))
            grown[: self._kept].fill(self._columns[: self._kept])
            self._columns = grown
        return self._columns[self._kept : needed]

    def keep(self, room: Events, t0: int, t1: int) -> None:
        """Keep the events of t0 ≤ t < t1 of the columns that ``room`` gave last."""
        inside = room.between(t0, t1)
        if len(inside) < len(room):
            room[: len(inside)].fill(inside)
        self._kept += len(inside)

    def events(self) -> Events:
        """All that was kept, without a copy unless that frees half of the memory or more."""
        kept = self._columns[: self._kept]
        return kept.copy() if 2 * self._kept <= len(self._columns) else kept
