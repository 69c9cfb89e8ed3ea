"""``evtui check``."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from evtui.cli.check import report
from evtui.cli.reading import Reading
from evtui.library.summary import Summary
from evtui.recordings.findings import finding
from support.small import write_h5


@pytest.fixture
def path(tmp_path, monkeypatch) -> Path:
    """A sound recording, as a relative path."""
    monkeypatch.chdir(tmp_path)
    return write_h5(Path("a.h5"), count=2_000)


def edit(path: Path) -> h5py.File:
    return h5py.File(path, "r+")


def test_a_sound_recording_is_ok(run, path):
    with edit(path) as file:
        file["events/t"].attrs["unit"] = "us"
    done = run("check", path)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "a.h5: ok\n", "")


def test_notes_alone_are_ok(run, path):
    with edit(path) as file:
        del file.attrs["width"], file.attrs["height"]
    done = run("check", path)
    assert done.exit_code == 0
    assert done.stdout.startswith("a.h5: ok\n")
    assert "a.h5: note size_guessed: " in done.stdout


def test_only_the_full_pass_can_tell_and_does(run, path):
    with edit(path) as file:
        file["events/x"][1_234] = 64
        file["events/t"][1_000] = 5_000_000
    assert run("info", path).exit_code == 0
    done = run("check", path)
    assert done.exit_code == 1
    assert "a.h5: warning out_of_sensor: 1 events lie outside 64×48\n" in done.stdout
    assert "a.h5: warning time_goes_back: time goes back once" in done.stdout
    assert ": ok" not in done.stdout


def test_what_the_camera_lost_and_its_hot_pixels_are_told(run, tmp_path):
    path = write_h5(tmp_path / "a.h5", count=200_000, span_us=1_000_000)
    with edit(path) as file:
        file["events/t"].attrs["unit"] = "us"
        t = file["events/t"][...]
        t[100_000:] += 300_000
        file["events/t"][...] = t
        for name, value in (("x", 7), ("y", 11)):
            column = file[f"events/{name}"][...]
            column[::50] = value
            file[f"events/{name}"][...] = column
    done = run("check", path)
    assert done.exit_code == 1
    assert f"{path}: warning gap: no event came for 300 ms from 00:00:00.5000" in done.stdout
    assert f"{path}: note hot_pixels: pixel (7, 11) fires far more" in done.stdout


def test_an_error_is_exit_code_1_too(run, path):
    with edit(path) as file:
        del file["events/p"]
        file["events/p"] = [0, 1] * 10
    done = run("check", path)
    assert done.exit_code == 1
    assert "a.h5: error unequal_columns: " in done.stdout


def test_unreadable_outweighs_found(run, folder):
    with edit(folder / "fan.h5") as file:
        file["events/p"][...] = 0
    done = run("check", folder)
    assert done.exit_code == 2
    assert "recordings/broken.h5: cannot be read: " in done.stdout
    assert "recordings/fan.h5: warning one_polarity: all 3,000 events are OFF" in done.stdout
    assert "recordings/deeper/drone.h5: ok" in done.stdout


def test_a_path_that_is_not_there(run, tmp_path):
    done = run("check", tmp_path / "none.h5")
    assert done.exit_code == 2
    assert "cannot be read: no such file" in done.stdout


def test_text_from_files_is_made_printable():
    summary = Summary(findings=(finding("unit_guessed", "said \x1b[31m"),))
    lines = list(report(Reading(Path("a\nb"), 1, summary)))
    assert lines == ["a�b: ok", "a�b: note unit_guessed: said �[31m"]
    problem = Reading(Path("a"), None, Summary(problem="bad \x07"))
    assert list(report(problem)) == ["a: cannot be read: bad �"]
