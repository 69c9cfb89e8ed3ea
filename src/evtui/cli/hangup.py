"""The terminal's end: noticed by the signal, or by looking where no signal comes."""

from __future__ import annotations

import select
import signal
import threading
from collections.abc import Callable

_GONE = select.POLLHUP | select.POLLERR


def when_terminal_ends(fd: int, end: Callable[[], None]) -> None:
    """Have something done once, in a thread of its own, when the terminal is closed.

    A process that another one runs, as ``make`` does, gets no SIGHUP while that one lives on.

    Args:
        fd: open on the terminal.
        end: the main thread may be stuck meanwhile in writing to the terminal.
    """
    once = threading.Lock()

    def end_once() -> None:
        if once.acquire(blocking=False):
            end()

    def begin() -> None:
        threading.Thread(target=end_once, name="hang-up", daemon=True).start()

    def watch() -> None:
        poll = select.poll()
        poll.register(fd, 0)  # a hang-up is told whatever one asks for
        if any(event & _GONE for _, event in poll.poll()):
            begin()

    signal.signal(signal.SIGHUP, lambda *_: begin())
    threading.Thread(target=watch, name="terminal", daemon=True).start()
