"""The real program in a pseudo-terminal, seen through a terminal model."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte


class Terminal:
    """Runs a command in a pseudo-terminal and keeps what a screen would show.

    Use it as a context manager: leaving kills what still runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = bytearray()
        """Every byte the program wrote."""
        self.arrivals: list[tuple[float, int]] = []
        """When (``time.perf_counter``) the output had reached which length."""
        self._master, slave = pty.openpty()
        self.screen.write_process_input = self._answer
        self._resize_pty(columns, rows)
        self.settings_before = termios.tcgetattr(slave)
        self._slave = slave
        self._hung_up = False
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={**_without_size(), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            | dict(environment or {}),
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._slave)
        if not self._hung_up:
            os.close(self._master)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does; the program gets no signal of it."""
        os.close(self._master)
        self._hung_up = True

    @property
    def settings(self) -> list[object]:
        """The line settings now, to compare with ``settings_before``."""
        return termios.tcgetattr(self._slave)

    @property
    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join(self.screen.display)

    def send(self, keys: str | bytes) -> float:
        """Type; returns when (``time.perf_counter``) the keys were written."""
        data = keys.encode() if isinstance(keys, str) else keys
        now = time.perf_counter()
        os.write(self._master, data)
        return now

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as a window manager does."""
        self._resize_pty(columns, rows)
        self.screen.resize(rows, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def read(self, timeout: float, *, model: bool = True) -> bytes:
        """Whatever arrives within ``timeout`` seconds; empty at the end.

        Args:
            timeout: seconds to wait at most.
            model: show it on the screen too; a benchmark does not, since the model is slower than
                any terminal.
        """
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return b""
        self.output += data
        self.arrivals.append((time.perf_counter(), len(self.output)))
        if model:
            self._stream.feed(data)
        return data

    def wait_for(self, seen: str | Callable[[str], bool], timeout: float = 20.0) -> None:
        """Read until the screen shows a text or passes a test.

        Raises:
            AssertionError: it never did; the message holds the screen.
        """
        test = seen if callable(seen) else lambda text: seen in text
        deadline = time.monotonic() + timeout
        while not test(self.text):
            left = deadline - time.monotonic()
            if left <= 0 or self._over():
                raise AssertionError(f"never saw {seen!r}; the screen was:\n{self.text}")
            self.read(min(left, 0.1))

    def wait_for_exit(self, timeout: float = 10.0) -> int:
        """Read until the program ends; its exit code.

        Raises:
            AssertionError: it did not end in time.
        """
        deadline = time.monotonic() + timeout
        while not self._over():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running; the screen was:\n{self.text}")
            self.read(0.05)
        return self.process.returncode

    def assert_ends_well(self) -> None:
        """Read until the program ends, which must be without an error.

        Raises:
            AssertionError: it does not; the message holds the last that it said.
        """
        code = self.wait_for_exit()
        assert code == 0, f"exit code {code}; it said last:\n{self.output[-4000:].decode()}"

    def _over(self) -> bool:
        """Whether the program has ended and all it wrote was read."""
        return self.process.poll() is not None and not self.read(0)

    def _answer(self, report: str) -> None:
        """What the terminal itself types: where the cursor is, and the like."""
        os.write(self._master, report.encode())

    def _resize_pty(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)


def _without_size() -> dict[str, str]:
    """The environment without the size of the terminal that the tests run in."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


def evtui(*arguments: str) -> list[str]:
    """The command line that runs this checkout's program."""
    return [sys.executable, "-m", "evtui", *arguments]


Start = Callable[..., Terminal]
"""What the fixture ``start`` gives: ``start(*arguments, columns=80, rows=24)``."""
