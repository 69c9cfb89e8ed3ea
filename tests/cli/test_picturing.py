"""``evtui export`` into clips, single frames and contact sheets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from evtui.recordings.formats import open_in_place
from evtui.region import Region
from evtui.rendering.frame import Look, draw_picture
from support.frames import gif_frames, mp4_frames, png_pixels


def drawn(path: Path, t0: int, t1: int, view: str, palette: str, region: Region) -> np.ndarray:
    recording = open_in_place(path)
    pixels = draw_picture(recording.window(t0, t1), Look(view, "half", region), palette, (t0, t1))
    recording.close()
    return pixels


def test_a_clip_as_the_options_say(run, folder):
    path, out = folder / "fan.h5", folder / "fan.gif"
    done = run(
        *("export", path, "-o", out, "--from", "0.1", "--to", "0.3", "--roi", "5,6,20,10"),
        *("--fps", "20", "--speed", "0.5", "--window", "10ms"),
        *("--view", "count", "--palette", "safe", "--scale", "2"),
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"{out}: 8 frames of 40×20, ")
    seen, durations = gif_frames(out)
    assert durations == [50] * 8
    for number, frame in enumerate(seen):
        t0 = 100_000 + 25_000 * number
        wanted = drawn(path, t0, t0 + 10_000, "count", "safe", Region(5, 6, 20, 10))
        assert np.array_equal(frame, wanted.repeat(2, axis=0).repeat(2, axis=1))


def test_view_and_palette_are_those_of_the_settings(run, folder):
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "evtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('view = "off"\npalette = "paper"\n')
    assert run("export", folder / "fan.h5", "-o", folder / "a.png").exit_code == 0
    wanted = drawn(folder / "fan.h5", 0, 10_000, "off", "paper", Region(0, 0, 64, 48))
    assert np.array_equal(png_pixels(folder / "a.png"), wanted)
    config.write_text('view = "nonsense"\n')
    done = run("export", folder / "fan.h5", "-o", folder / "b.png")
    assert done.exit_code == 1
    assert "config.toml: view is one of" in done.stderr


def test_video(run, folder):
    pytest.importorskip("av", reason="the extra 'video' is not installed")
    done = run("export", folder / "fan.h5", "-o", folder / "a.mp4", "--fps", "25")
    assert done.exit_code == 0
    assert [frame.shape for frame in mp4_frames(folder / "a.mp4")] == [(96, 128, 3)] * 11


def test_without_pyav_it_says_what_to_install(run, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    done = run("export", folder / "fan.h5", "-o", folder / "a.mp4")
    assert done.exit_code == 1
    assert "pip install 'evtui[video]'" in done.stderr
    assert not (folder / "a.mp4").exists()


def test_a_clip_that_is_over_at_once_is_told(run, folder):
    done = run("export", folder / "fan.h5", "-o", folder / "a.gif", "--to", "1ms")
    assert done.exit_code == 0
    assert "the clip lasts 0.033 s; a lower --speed makes it longer" in done.stderr
    assert ": 1 frame of 64×48, " in done.stderr


def test_several_become_a_clip_each(run, folder, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    done = run("export", folder, "--format", "gif", "-o", clips, "--to", "0.2")
    assert done.exit_code == 2
    assert "broken.h5: " in done.stderr
    assert sorted(path.name for path in clips.iterdir()) == ["drone.gif", "fan.gif"]


@pytest.mark.parametrize("given", [["recordings"], ["recordings/fan.h5", "recordings/deeper"]])
def test_a_picture_of_several_is_a_contact_sheet(run, folder, given):
    out = folder / "sheet.png"
    done = run("export", *given, "-o", out, "--palette", "paper")
    broken = given == ["recordings"]
    assert done.exit_code == (2 if broken else 0)
    told = "3 recordings, 1 of which cannot be read, " if broken else "2 recordings, "
    assert done.stderr.startswith(f"{out}: {told}")
    assert png_pixels(out).shape[1] == 12 + 2 * 332
    again = run("export", *given, "-o", out)
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_a_sheet_never_replaces_a_recording_it_shows(run, folder):
    path = (folder / "fan.h5").rename(folder / "fan.png")
    before = path.read_bytes()
    done = run("export", path, folder / "deeper", "-o", path, "--force")
    assert done.exit_code == 1
    assert "is the recording itself" in done.stderr
    assert path.read_bytes() == before


def test_a_sheet_of_nothing_is_an_error(run, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("export", tmp_path / "empty", "-o", tmp_path / "sheet.png")
    assert done.exit_code == 1
    assert "there are no recordings to show" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["fan.h5", "-o", "a.csv", "--fps", "20"], "--fps is of pictures: it does nothing"),
        (["fan.h5", "-o", "a.gif", "--relative"], "--relative is of events: it does nothing"),
        ([".", "-o", "a.png", "--from", "1s"], "--from does nothing for a contact sheet"),
        ([".", "-o", "a.png", "--mask-hot"], "--mask-hot does nothing for a contact sheet"),
        (["fan.h5", "-o", "a.gif", "--format", "csv"], "csv is not written as .gif"),
        (["fan.h5", "-o", "a.gif", "--fps", "0"], "'--fps'"),
    ],
)
def test_options_that_would_do_nothing_are_refused(run, folder, monkeypatch, given, said):
    monkeypatch.chdir(folder)
    done = run("export", *given)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not Path("a.csv").exists()
