"""Completion: the scripts, and what they are answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.cli.completion import SHELLS

ANSWER = "from evtui.cli import main; main(prog_name='evtui')"


def answers(words: str, number: int) -> list[tuple[str, str]]:
    """What bash's script is answered for the word of a number: kind and value of each."""
    environment = os.environ | {
        "_EVTUI_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(number),
    }
    done = subprocess.run(
        [sys.executable, "-c", ANSWER], env=environment, capture_output=True, text=True, check=True
    )
    pairs = [line.partition(",") for line in done.stdout.splitlines()]
    return [(kind, value) for kind, _, value in pairs]


def test_commands_are_completed() -> None:
    assert ("plain", "info") in answers("evtui ", 1)
    assert answers("evtui inf", 1) == [("plain", "info")]


def test_what_begins_like_no_command_is_a_path() -> None:
    assert answers("evtui /data/f", 1) == [("file", "/data/f")]
    assert answers("evtui info fl", 2) == [("file", "fl")]
    assert answers("evtui flights/ an", 2) == [("file", "an")]


def test_options_of_the_browser_are_completed_without_its_name() -> None:
    assert answers("evtui --glyp", 1) == [("plain", "--glyphs")]
    assert ("plain", "--version") in answers("evtui --", 1)


def test_values_of_an_option_are_completed() -> None:
    assert answers("evtui --glyphs quad", 2) == [("plain", "quadrant")]
    assert answers("evtui info --js", 2) == [("plain", "--json")]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_takes_its_script(run, shell: str, tmp_path: Path) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_EVTUI_COMPLETE" in done.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(done.stdout)
    subprocess.run([shell, "-n", str(script)], check=True)
