"""Whether the terminal has graphics: asked before Textual listens, which takes answers for keys.

The terminal is asked while the rest of the program is imported, and the answer is read afterwards:
it costs time only where it takes longer than that.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evtui.rendering.pixels import Graphics, Size

LONGEST_WAIT_S = 2.0
"""How long after the question an answer is waited for: longer than any link takes.

One that comes later would be taken for keys that were typed.
"""

_KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
"""May pictures be sent?  The data is a picture of one pixel, which is not kept."""

_CELL_SIZE = "\x1b[16t"
_WHAT_ARE_YOU = "\x1b[c"
"""DA1: every terminal answers it, and so it comes last."""

_KITTY_ANSWER = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
_CELL_ANSWER = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_LAST_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL = b"4"

_USUAL_CELL = (10, 20)
"""Where the terminal scales pictures itself, and does not tell the size of its cells."""

_TAKE_APC = {
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "kitty",
    "konsole",
    "rio",
    "wezterm",
    "xterm",
}
"""Terminals by TERM that obey Kitty's question or pass over it.

Others might print it, and tmux and screen would take it for a title.
"""

_NEVER_ASKED = {"", "ansi", "cons25", "cygwin", "dumb", "eterm", "linux", "pcansi", "unknown"}


def question(environment: Mapping[str, str]) -> str:
    """What this terminal may be asked; empty where it surely has no graphics, or might print it."""
    name = environment.get("TERM", "").lower().partition("-")[0]
    if name in _NEVER_ASKED or environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return ""
    inside = environment.get("TMUX") or environment.get("STY")
    asked = environment.get("TERM", "").lower().split("-")
    kitty = "" if inside or _TAKE_APC.isdisjoint(asked[:2]) else _KITTY
    return kitty + _CELL_SIZE + _WHAT_ARE_YOU


def understand(
    answers: bytes, window_cell: Callable[[], Size | None]
) -> Callable[[], Graphics | None] | None:
    """What the answers say, as a function that measures the cells anew; None without graphics.

    Args:
        answers: everything that the terminal sent.
        window_cell: a cell's size by the terminal's window, where that is known.
    """
    from evtui.rendering.pixels import Graphics, GraphicsProtocol

    last, told = _LAST_ANSWER.search(answers), _CELL_ANSWER.search(answers)
    cell = (int(told[2]), int(told[1])) if told and all(map(int, told.groups())) else None
    if _KITTY_ANSWER.search(answers):
        return lambda: Graphics(GraphicsProtocol.KITTY, window_cell() or cell or _USUAL_CELL)
    # The first parameter is the terminal's class, extensions follow.
    if last is None or _SIXEL not in last[1].split(b";")[1:]:
        return None

    def sixel() -> Graphics | None:
        size = window_cell() or cell
        return Graphics(GraphicsProtocol.SIXEL, size) if size else None

    return sixel


class Inquiry:
    """Asks the terminal when entered; ``answer`` reads what it said.

    Keys that are typed in between are lost.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._question = question(environment)
        self._settings: list[Any] | None = None
        self._asked_at = 0.0

    def __enter__(self) -> Inquiry:
        if self._question:
            self._settings = termios.tcgetattr(sys.stdin)
            quiet = termios.tcgetattr(sys.stdin)
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
            os.write(sys.stdout.fileno(), self._question.encode())
            self._asked_at = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._settings is not None:
            termios.tcsetattr(sys.stdin, termios.TCSANOW, self._settings)

    def answer(self) -> Callable[[], Graphics | None]:
        """What graphics the terminal has, each time it is called with the size of a cell then."""
        found = understand(self._read(), window_cell) if self._question else None
        return found or (lambda: None)

    def _read(self) -> bytes:
        """Everything up to the last answer, or what there is when the time is over."""
        answers = b""
        while not _LAST_ANSWER.search(answers):
            left = max(0.0, self._asked_at + LONGEST_WAIT_S - time.monotonic())
            if not select.select([sys.stdin], [], [], left)[0]:
                break
            more = os.read(sys.stdin.fileno(), 4096)
            if not more:
                break
            answers += more
        return answers


def window_cell() -> Size | None:
    """A cell's size in pixels by the terminal's window; None where it does not tell."""
    if sys.__stdout__ is None:
        return None
    try:
        told = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", told)
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows
