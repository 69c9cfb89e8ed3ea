"""What commands say on stderr."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from evtui.cli.narration import errors_on_stderr, progress_bar, warn
from evtui.errors import SettingsError


class FakeTerminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is_and_goes_away(monkeypatch, capsys):
    terminal = FakeTerminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("counting [bold]\x1b.h5") as show:
        show(0.25)
        print("data")
    assert "counting [bold]�.h5" in terminal.getvalue()
    assert "25%" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")
    assert capsys.readouterr().out == "data\n"


def test_there_is_no_bar_in_a_pipe(capsys):
    with progress_bar("counting") as show:
        show(0.5)
    assert capsys.readouterr() == ("", "")


def test_lines_are_printable(capsys):
    warn("odd \x1b[31m")
    assert capsys.readouterr() == ("", "evtui: odd �[31m\n")


def test_an_error_is_a_line_and_exit_code_1(capsys):
    with pytest.raises(SystemExit) as ended, errors_on_stderr():
        raise SettingsError("glyphs is one of half, braille")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "evtui: glyphs is one of half, braille\n"
