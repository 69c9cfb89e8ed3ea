"""Commands run in this process, with a home of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evtui.cli import main
from support.small import write_h5

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``evtui`` with arguments; stdout, stderr and exit code are in what it gives."""
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home" / variable))

    def invoke(*arguments: object) -> Result:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sound recordings, one of them deeper, and a broken one; given as a relative path."""
    recordings = tmp_path / "recordings"
    (recordings / "deeper").mkdir(parents=True)
    write_h5(recordings / "fan.h5", count=3_000, span_us=400_000)
    write_h5(recordings / "deeper" / "drone.h5", count=900, span_us=12_000_000, seed=2)
    (recordings / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    monkeypatch.chdir(tmp_path)
    return Path("recordings")
