"""The real program on terminals that answer its question, and on those that do not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.terminal import Terminal, evtui

QUESTION = b"\x1b_Gi=31,"
LAST_QUESTION = b"\x1b[c"
ANSWERS = {
    "kitty": "\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;c",
    "sixel": "\x1b[6;20;10t\x1b[?62;4;22c",
}
PICTURES = {"kitty": b"\x1b_Ga=T,", "sixel": b"\x1bP0;1;0q"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "TMUX": "",
        "STY": "",
        "TERM_PROGRAM": "",
        "EVTUI_GLYPHS": "pixels",
    }


def read_until(terminal: Terminal, wanted: bytes) -> None:
    deadline = time.monotonic() + 20
    while wanted not in terminal.output:
        assert time.monotonic() < deadline, f"never saw {wanted!r}"
        terminal.read(0.1, model=False)


@pytest.fixture
def terminal(
    recordings: Path, environment: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[Terminal]:
    """The player on a recording, in a terminal of the TERM that the test is given."""
    command = evtui(str(recordings / "fan.h5"))
    with Terminal(command, environment=environment | {"TERM": request.param}) as terminal:
        yield terminal


@pytest.mark.parametrize("terminal", ["xterm-256color"], indirect=True)
@pytest.mark.parametrize("protocol", ["kitty", "sixel"])
def test_a_terminal_that_says_so_is_sent_pictures(terminal: Terminal, protocol: str) -> None:
    read_until(terminal, LAST_QUESTION)
    assert QUESTION in terminal.output
    terminal.send(ANSWERS[protocol])
    read_until(terminal, PICTURES[protocol])
    terminal.send("\x11")
    terminal.assert_ends_well()
    assert terminal.settings == terminal.settings_before
    other = next(name for name in PICTURES if name != protocol)
    assert PICTURES[other] not in terminal.output
    if protocol == "kitty":
        assert bytes(terminal.output).rfind(b"\x1b_Ga=d") > bytes(terminal.output).rfind(b"a=T,")


@pytest.mark.parametrize("terminal", ["xterm-256color", "linux"], indirect=True)
def test_a_terminal_that_does_not_is_sent_none(terminal: Terminal) -> None:
    terminal.wait_for("window 10.0 ms")
    assert (QUESTION in terminal.output) == (LAST_QUESTION in terminal.output)
    terminal.send("\x11")
    terminal.assert_ends_well()
    assert not any(picture in terminal.output for picture in PICTURES.values())


@pytest.mark.parametrize("terminal", ["linux"], indirect=True)
def test_a_terminal_that_might_print_it_is_not_asked(terminal: Terminal) -> None:
    terminal.wait_for("window 10.0 ms")
    assert b"\x1b_" not in terminal.output
    assert LAST_QUESTION not in terminal.output
