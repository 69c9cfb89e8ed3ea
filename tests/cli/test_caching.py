"""What is kept on disk, shown and cleared."""

from __future__ import annotations

from pathlib import Path

from evtui import paths
from evtui.library.catalogue import Catalogue
from evtui.library.previews import make_preview
from evtui.library.remembered import as_it_is
from support.loads import write_text
from support.small import in_memory


def remember_preview(path: Path) -> None:
    dataset = as_it_is(path)
    assert dataset is not None
    catalogue = Catalogue(paths.catalogue_file())
    catalogue.put_preview(dataset, make_preview(in_memory(500)))
    catalogue.close()


def holdings(run) -> dict[str, str]:
    done = run("cache")
    assert done.exit_code == 0
    return dict(line.split()[:2] for line in done.stdout.splitlines())


def test_what_is_remembered_is_counted_and_cleared(run, folder: Path) -> None:
    assert holdings(run)["summaries"] == "0"
    run("check", folder / "fan.h5")
    remember_preview(folder / "fan.h5")
    told = holdings(run)
    assert (told["summaries"], told["counts"], told["previews"]) == ("1", "1", "1")
    done = run("cache", "--clear")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing is remembered any more" in done.stderr
    told = holdings(run)
    assert (told["summaries"], told["counts"], told["previews"]) == ("0", "0", "0")
    assert "~" not in run("info", "--exact", folder / "fan.h5").stdout


def test_rows_bytes_and_places_are_shown(run, folder: Path) -> None:
    remember_preview(folder / "fan.h5")
    lines = [line.split() for line in run("cache").stdout.splitlines()]
    names = ["summaries", "counts", "previews", "throughputs", "catalogue", "events", "demo"]
    assert [line[0] for line in lines] == names
    previews, catalogue, demo = lines[2], lines[4], lines[6]
    assert previews[1] == "1"
    assert float(previews[2]) > 1 and previews[3] == "kB"
    assert catalogue[-1] == str(paths.catalogue_file())
    assert demo[-1] == str(paths.demo_folder())


def test_a_damaged_cache_is_told_and_made_anew(run, folder: Path) -> None:
    run("check", folder / "fan.h5")
    paths.catalogue_file().write_bytes(b"no database" * 1_000)
    done = run("cache", "--clear")
    assert done.exit_code == 0
    assert "damaged and is made anew" in done.stderr
    assert run("cache").stderr == ""


def test_a_cache_that_cannot_be_kept_is_told(run, tmp_path: Path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    done = run("cache", "--clear")
    assert done.exit_code == 1
    assert str(paths.catalogue_file()) in done.stderr


def test_decoded_events_are_shown_and_cleared(run, tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt")
    assert holdings(run)["events"] == "0"
    run("info", path)
    assert holdings(run)["events"] == "1"
    run("cache", "--clear")
    assert holdings(run)["events"] == "0"
    assert path.exists()
