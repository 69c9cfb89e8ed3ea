"""What commands read, what they remember of it, and what an interruption leaves."""

from __future__ import annotations

import json

import pytest

from evtui import paths
from evtui.cli import opening as module
from evtui.cli.reading import readings
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset, discover
from evtui.library.summary import Summary
from evtui.recordings.hdf5.reader import Hdf5Recording
from support.loads import write_text
from support.small import write_h5


def datasets(*given) -> dict[str, Dataset]:
    return {found.name: found for found in discover(given) if isinstance(found, Dataset)}


def remembered(dataset: Dataset) -> Summary | None:
    """As the browser asks for it."""
    catalogue = Catalogue(paths.catalogue_file())
    try:
        return catalogue.get(dataset)
    finally:
        catalogue.close()


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Names of the recordings that are opened."""
    names: list[str] = []
    open_in_place = module.open_in_place

    def watch(path):
        names.append(path.name)
        return open_in_place(path)

    monkeypatch.setattr(module, "open_in_place", watch)
    return names


@pytest.mark.parametrize("command", [("info", "--exact"), ("check",)])
def test_a_count_is_remembered_for_the_browser(run, folder, command):
    fan = datasets(folder)["fan.h5"]
    assert remembered(fan) is None
    run(*command, folder)
    summary = remembered(fan)
    assert summary is not None
    assert summary.is_counted
    assert (summary.events, summary.duration_us) == (3_000, 400_000)
    assert summary.on_fraction == pytest.approx(0.5, abs=0.05)


def test_what_headers_tell_is_remembered_too(run, folder):
    run("info", folder)
    summary = remembered(datasets(folder)["fan.h5"])
    assert summary is not None
    assert (summary.events, summary.is_counted) == (3_000, False)


def test_what_was_counted_is_not_read_again_unless_asked(run, folder, opened):
    path = folder / "fan.h5"
    checked = run("check", path).stdout
    before = json.loads(run("info", "--json", path).stdout)
    assert before["on_fraction"] is not None
    assert json.loads(run("info", "--json", "--exact", path).stdout) == before
    assert run("check", path).stdout == checked
    assert opened == ["fan.h5"]
    assert run("check", "--again", path).stdout == checked
    assert opened == ["fan.h5", "fan.h5"]


def test_a_file_that_changed_is_read_again(run, folder, opened):
    path = folder / "fan.h5"
    run("check", path)
    write_h5(path, count=20, span_us=1_000)
    assert json.loads(run("info", "--json", path).stdout)["events"] == 20
    assert opened == ["fan.h5", "fan.h5"]


def test_what_cannot_be_read_is_not_remembered(run, folder):
    run("check", folder)
    assert remembered(datasets(folder)["broken.h5"]) is None


def test_what_cannot_be_opened_in_place_is_decoded_once(run, tmp_path, opened):
    path = write_text(tmp_path / "a.txt")
    for _ in range(2):
        told = json.loads(run("info", "--json", path).stdout)
        assert (told["events"], told["duration_us"]) == (3, 1_499_900)
    assert opened == ["a.txt"]


def test_a_load_that_fails_names_the_path_once(run, tmp_path):
    path = tmp_path / "a.aedat4"
    path.write_bytes(b"#!AER-DAT4.0\r\n")
    told = json.loads(run("info", "--json", path).stdout)
    assert told["path"] == str(path)
    assert told["error"]
    assert str(path) not in told["error"]


def test_without_a_place_to_remember_it_still_reports(run, folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    done = run("info", folder / "fan.h5")
    assert done.exit_code == 0
    assert "nothing is remembered" in done.stderr
    assert "fan.h5" in done.stdout


def test_recordings_are_read_one_by_one(run, folder, opened):
    assert run
    coming = readings([folder], exact=False)
    assert opened == []
    next(coming)
    assert len(opened) == 1
    coming.close()


def test_an_interruption_keeps_what_was_done(run, folder, monkeypatch):
    index = Hdf5Recording.index

    def interrupted_on_the_fan(self, progress, cancelled):
        if self.info.path.name == "fan.h5":
            raise KeyboardInterrupt
        index(self, progress, cancelled)

    monkeypatch.setattr(Hdf5Recording, "index", interrupted_on_the_fan)
    done = run("check", folder)
    assert done.exit_code == 130
    assert "drone.h5: ok" in done.stdout
    assert "interrupted" in done.stderr
    found = datasets(folder)
    assert remembered(found["drone.h5"]) is not None
    assert remembered(found["fan.h5"]) is None


def test_settings_that_cannot_be_read_are_in_no_recordings_way(run, folder, tmp_path):
    config = paths.config_file()
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('glyphs = "crayon"\n')
    done = run("info", folder / "fan.h5")
    assert (done.exit_code, done.stderr) == (0, "")
    done = run("info", write_text(tmp_path / "a.txt"))
    assert done.exit_code == 0
    assert "decoded events are not kept: " in done.stderr
    assert "crayon" in done.stderr
