"""The program ended from outside: what is left of it."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from support.terminal import Start, Terminal

SECONDS = 3.0
"""How long a program may go on without its terminal."""


@pytest.fixture
def long_text(tmp_path: Path) -> Path:
    """A recording that takes a while to decode."""
    path = tmp_path / "long.txt"
    path.write_bytes(b"0.000001 1 2 1\n0.000002 3 4 0\n" * 4_000_000)
    return path


def reading(start: Start, path: Path) -> tuple[Terminal, list[psutil.Process]]:
    """The program in the middle of a load, and the processes it has started."""
    terminal = start(str(path))
    terminal.wait_for("reading")
    children = psutil.Process(terminal.process.pid).children(recursive=True)
    assert len(children) == 1
    return terminal, children


def test_a_terminal_that_is_closed_without_a_signal_ends_the_program_and_its_loads(
    start: Start, long_text: Path
) -> None:
    terminal, children = reading(start, long_text)
    terminal.hang_up()
    assert terminal.process.wait(SECONDS) == 128 + signal.SIGHUP
    assert psutil.wait_procs(children, SECONDS)[1] == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_a_program_ended_by_a_signal_takes_its_loads_with_it(
    start: Start, long_text: Path, number: signal.Signals
) -> None:
    terminal, children = reading(start, long_text)
    terminal.process.send_signal(number)
    assert terminal.wait_for_exit(SECONDS) in (0, 128 + number, -number)
    assert psutil.wait_procs(children, SECONDS)[1] == []


def test_a_loading_process_that_is_killed_is_said_so_and_tried_again(
    start: Start, long_text: Path
) -> None:
    terminal, (child,) = reading(start, long_text)
    child.kill()
    terminal.wait_for("the loader was ended by")
    assert "SIGKILL; ⏎ tries again" in terminal.text
    terminal.send("\r")
    terminal.wait_for("reading")
    terminal.wait_for("Play", timeout=60)
