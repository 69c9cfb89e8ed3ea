from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from evtui import __version__
from evtui.cli import main


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_version(runner: CliRunner) -> None:
    done = runner.invoke(main, ["--version"])
    assert (done.exit_code, done.output.strip()) == (0, f"evtui, version {__version__}")


def test_help_names_the_commands(runner: CliRunner) -> None:
    done = runner.invoke(main, ["--help"])
    assert done.exit_code == 0
    assert all(word in done.output for word in ("browse", "demo", "paths", "PATH"))


def test_paths_says_where_things_are(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    done = runner.invoke(main, ["paths"])
    assert done.exit_code == 0
    assert str(tmp_path / "c" / "evtui" / "config.toml") in done.output


def test_an_unknown_option_is_wrong_use(runner: CliRunner) -> None:
    done = runner.invoke(main, ["--nonsense"])
    assert done.exit_code == 2
    assert "--nonsense" in done.output


def test_a_missing_path_ends_it(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(main, [str(tmp_path / "none\x1b[31m")])
    assert done.exit_code == 2
    assert "no such file or folder" in done.output
    assert "\x1b" not in done.output
