"""What is kept on disk, shown and cleared."""

from __future__ import annotations

from pathlib import Path

from evtui import paths


def holdings(run) -> dict[str, str]:
    done = run("cache")
    assert done.exit_code == 0
    return dict(line.split()[:2] for line in done.stdout.splitlines())


def test_what_is_remembered_is_counted_and_cleared(run, folder: Path) -> None:
    assert holdings(run)["summaries"] == "0"
    run("check", folder / "fan.h5")
    told = holdings(run)
    assert (told["summaries"], told["counts"]) == ("1", "1")
    done = run("cache", "--clear")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing is remembered any more" in done.stderr
    told = holdings(run)
    assert (told["summaries"], told["counts"]) == ("0", "0")
    assert "~" not in run("info", "--exact", folder / "fan.h5").stdout


def test_a_cache_that_cannot_be_kept_is_told(run, tmp_path: Path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    done = run("cache", "--clear")
    assert done.exit_code == 1
    assert str(paths.catalogue_file()) in done.stderr
