"""The command line as a whole."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evtui import __version__
from evtui.cli import COMMANDS, main


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_version(runner: CliRunner) -> None:
    done = runner.invoke(main, ["--version"])
    assert (done.exit_code, done.output.strip()) == (0, f"evtui, version {__version__}")


def test_help_names_the_commands(runner: CliRunner) -> None:
    done = runner.invoke(main, ["--help"])
    assert done.exit_code == 0
    assert all(word in done.output for word in [*COMMANDS, "PATH"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_the_table_is_there_and_tells_its_use(runner: CliRunner, name) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    done = runner.invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: main {name}")
    assert "  Examples:\n    evtui" in done.output


def test_paths_says_where_things_are(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    done = runner.invoke(main, ["paths"])
    assert done.exit_code == 0
    assert str(tmp_path / "c" / "evtui" / "config.toml") in done.output


@pytest.mark.parametrize("arguments", [["--nonsense"], ["info", "--nonsense"]])
def test_an_unknown_option_is_wrong_use(runner: CliRunner, arguments: list[str]) -> None:
    done = runner.invoke(main, arguments)
    assert done.exit_code == 2
    assert "--nonsense" in done.output


@pytest.mark.parametrize("command", ["info", "check"])
def test_a_report_on_nothing_is_wrong_use(runner: CliRunner, command: str) -> None:
    assert runner.invoke(main, [command]).exit_code == 2


def test_a_missing_path_ends_it(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(main, [str(tmp_path / "none\x1b[31m")])
    assert done.exit_code == 2
    assert "no such file or folder" in done.output
    assert "\x1b" not in done.output
