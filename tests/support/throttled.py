"""The real program at the far end of a slow link: a pseudo-terminal behind two pipes."""

from __future__ import annotations

import os
import re
import select
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from support.pipe import Pipe
from support.terminal import Terminal

QUESTION = re.compile(rb"\x1b\[(\d+);(\d+)H\x1b\[6n")
"""Puts the cursor somewhere and asks where it is."""

_LONGEST_QUESTION = 32


class ThrottledTerminal(Terminal):
    """What a program in a pseudo-terminal is like over ssh.

    What it writes goes through a buffer of megabytes that is emptied at the link's rate, and
    arrives half a round trip later; ``output``, ``arrivals`` and the screen are the far end's.
    Keys and the terminal's answers arrive half a round trip after they were sent.

    The model of the screen is slower than most links, so it runs when someone looks at ``text``,
    and not before.  Questions are answered without it: only those for the cursor's position, and
    only right after the cursor was put somewhere.

    Time passes while ``read`` or one of the ``wait_…`` runs; otherwise the link stands still.
    """

    def __init__(
        self,
        command: Sequence[str],
        rate: float,
        round_trip: float,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        capacity: int = 4_000_000,
    ) -> None:
        """Start the command.

        Args:
            command: what runs.
            rate: bytes/s from the program to the terminal.
            round_trip: seconds there and back.
            columns: the terminal's width.
            rows: its height.
            environment: what to change in ours.
            cwd: where it runs.
            capacity: bytes that ssh and TCP hold before the program's writes block.
        """
        self.down = Pipe(rate, round_trip / 2, capacity)
        self.up = Pipe(None, round_trip / 2)
        self.written: list[tuple[float, int]] = []
        """When (``time.perf_counter``) what the program had written had reached which length."""
        self.stray = bytearray()
        """Keys and answers that came after the program had ended: a shell would get them."""
        self._looked_for_questions = self._modelled = 0
        super().__init__(command, columns, rows, environment, cwd)

    @property
    def text(self) -> str:
        self._stream.feed(bytes(self.output[self._modelled :]))
        self._modelled = len(self.output)
        return super().text

    def send(self, keys: str | bytes) -> float:
        """Type; returns when (``time.perf_counter``) the keys were sent on their way."""
        now = time.perf_counter()
        self.up.put(keys.encode() if isinstance(keys, str) else keys, now)
        return now

    def read(self, timeout: float, *, model: bool = True) -> bytes:
        """Whatever arrives at the far end within ``timeout`` seconds, as soon as something does."""
        now = time.perf_counter()
        deadline = now + timeout
        while True:
            self._take_in(now)
            if arrived := self._arrive(now):
                return arrived
            if now >= deadline:
                return b""
            events = (deadline, self.down.next_arrival(now), self.up.next_arrival(now))
            soonest = min(time for time in events if time is not None)
            readable = [self._master] if self.down.room(now) else []
            select.select(readable, [], [], max(0.0, soonest - now))
            now = time.perf_counter()

    def wait_for_bytes(self, wanted: bytes, start: int, timeout: float = 20.0) -> float:
        """When (``time.perf_counter``) some bytes had arrived, after the first ``start``.

        Raises:
            AssertionError: the program ended, and they never did.
            TimeoutError: they had not, in time.
        """
        deadline = time.perf_counter() + timeout
        while (found := self.output.find(wanted, start)) < 0:
            if self._over():
                raise AssertionError(f"{wanted!r} never came; the screen was:\n{self.text}")
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{wanted!r} did not come in time; the screen was:\n{self.text}")
            start = max(start, len(self.output) - len(wanted))
            self.read(0.1)
        return self.arrived_at(found + len(wanted))

    def run_for(self, seconds: float) -> None:
        """Let time pass."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def arrived_at(self, length: int) -> float:
        """When the output had reached a length, at the far end."""
        return _reached(self.arrivals, length)

    def written_at(self, length: int) -> float:
        """When the output had reached a length, at the near end."""
        return _reached(self.written, length)

    def _over(self) -> bool:
        return super()._over() and self.down.empty

    def _answer(self, report: str) -> None:
        """The model comes too late to answer; see ``_answer_questions``."""

    def _take_in(self, now: float) -> None:
        """Move what the program wrote into the link, and what came for it out."""
        while (room := self.down.room(now)) and select.select([self._master], [], [], 0)[0]:
            data = os.read(self._master, min(room, 1 << 16))
            self.down.put(data, now)
            self.written.append((now, len(data) + (self.written[-1][1] if self.written else 0)))
        for _, typed in self.up.take(now):
            if self.process.poll() is None:
                os.write(self._master, typed)
            else:
                self.stray += typed

    def _arrive(self, now: float) -> bytes:
        before = len(self.output)
        for arrived, piece in self.down.take(now):
            self.output += piece
            self.arrivals.append((arrived, len(self.output)))
            self._answer_questions(arrived)
        return bytes(self.output[before:])

    def _answer_questions(self, now: float) -> None:
        """Answer what was asked by the bytes that have arrived."""
        for question in QUESTION.finditer(self.output, self._looked_for_questions):
            row = min(int(question[1]), self.screen.lines)
            column = min(int(question[2]), self.screen.columns)
            self.up.put(f"\x1b[{row};{column}R".encode(), now)
            self._looked_for_questions = question.end()
        unfinished = len(self.output) - _LONGEST_QUESTION
        self._looked_for_questions = max(self._looked_for_questions, unfinished)


def _reached(lengths: list[tuple[float, int]], length: int) -> float:
    return lengths[bisect_left(lengths, length, key=lambda reached: reached[1])][0]
