"""Work beside the screen: a daemon thread that does only the newest of what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class NewestOnly(Generic[T]):
    """Calls ``work`` in a thread of its own with the newest item; older ones not begun are dropped.

    The thread is a daemon, so that a file system that hangs cannot keep the program from ending.
    """

    def __init__(self, name: str, work: Callable[[T], None]) -> None:
        """Start the thread.

        Args:
            name: of the thread, for a debugger.
            work: called with one item at a time; handles its own errors.
        """
        self._work = work
        self._item: T | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: T) -> None:
        """Ask for an item, in place of one not yet begun."""
        with self._changed:
            self._item = item
            self._changed.notify()

    @property
    def superseded(self) -> bool:
        """Whether the work at hand is no longer wanted: a newer item waits, or it is over."""
        return self._closing or self._item is not None

    @property
    def closing(self) -> bool:
        """Whether ``close`` was called: nothing that is finished now should be delivered."""
        return self._closing

    def close(self) -> None:
        """Let the thread end after the work at hand, without waiting for it."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._item is not None)
                item, self._item = self._item, None
                if self._closing or item is None:
                    del self._work  # whoever does it holds this: they would go in circles
                    return
            self._work(item)
