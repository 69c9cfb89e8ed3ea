"""``evtui frame``."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyte
import pytest
from PIL import Image

from evtui.filters.filters import Filters
from evtui.recordings.formats import open_in_place
from evtui.region import Region
from evtui.rendering.frame import Look, draw_cells, draw_picture
from support.frames import png_pixels
from support.small import write_h5

SENSOR = Region(0, 0, 64, 48)
ESCAPE = "\x1b"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "fan.h5"


@pytest.fixture
def events(path: Path):
    """Tells the events of a window."""
    recording = open_in_place(path)
    yield recording.window
    recording.close()


def test_a_pipe_gets_plain_text_of_80_by_24(run, path, events):
    done = run("frame", path, "--at", "100ms", "--window", "50ms")
    assert (done.exit_code, done.stderr) == (0, "")
    look = Look("polarity", "half", SENSOR, one_colour=True)
    cells = draw_cells(events(100_000, 150_000), look, 80, 24)
    assert done.stdout.splitlines() == cells.lines()
    assert (cells.columns, cells.rows) == (64, 24)


def test_the_window_is_the_players_unless_told(run, path, events):
    done = run("frame", path, "--glyphs", "ascii")
    look = Look("polarity", "ascii", SENSOR, one_colour=True)
    assert done.stdout.splitlines() == draw_cells(events(0, 10_000), look, 80, 24).lines()


@pytest.mark.parametrize("glyphs", ["half", "quadrant", "braille"])
@pytest.mark.parametrize("depth", ["8", "16", "256", "truecolor"])
def test_a_terminal_shows_the_cells_in_their_colours(run, path, events, glyphs, depth):
    done = run("frame", path, "--glyphs", glyphs, "--size", "40x12", "--colours", depth)
    assert ESCAPE in done.stdout
    cells = draw_cells(events(0, 10_000), Look("polarity", glyphs, SENSOR), 40, 12)
    screen = pyte.Screen(60, 30)
    pyte.Stream(screen).feed(done.stdout.replace("\n", "\r\n"))
    for row in range(cells.rows):
        for column in range(cells.columns):
            shown, code = screen.buffer[row][column], chr(cells.codes[row, column])
            # A full block may come as a blank on its colour.
            if code != "█":
                assert shown.data == code
            assert (shown.fg, shown.bg) != ("default", "default") or code == " "


def test_no_colours_are_none_and_each_line_leaves_none_behind(run, path):
    assert ESCAPE not in run("frame", path, "--colours", "none").stdout
    for line in run("frame", path, "--colours", "16").stdout.splitlines():
        codes = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert not codes or codes[-1] in ("", "0") or codes[-1].endswith(("39", "49"))


def test_auto_asks_the_environment(run, path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "38;5;" in run("frame", path, "--colours", "auto").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE not in run("frame", path, "--colours", "auto").stdout
    # What is asked for by name is taken at its word.
    assert ESCAPE in run("frame", path, "--colours", "16").stdout


def test_settings_tell_what_options_do_not(run, path, tmp_path, monkeypatch):
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "evtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('glyphs = "ascii"\nview = "off"\n')
    assert run("frame", path).stdout == run("frame", path, "--glyphs=ascii", "--view=off").stdout
    config.write_text('glyphs = "pixels"\n')
    assert run("frame", path).stdout == run("frame", path, "--glyphs=half").stdout
    config.write_text('view = "nonsense"\n')
    done = run("frame", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "config.toml: view is one of" in done.stderr


@pytest.mark.parametrize("scale", [1, 3])
def test_a_picture_has_the_sensors_pixels(run, path, events, tmp_path, scale):
    out = tmp_path / "a.png"
    options = ["--view", "surface", "--palette", "frost", "--scale", scale]
    done = run("frame", path, "--at", "0.2", "--window", "33ms", *options, "-o", out)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    window = 200_000, 233_000
    pixels = draw_picture(events(*window), Look("surface", "half", SENSOR), "frost", window)
    assert np.array_equal(png_pixels(out), pixels.repeat(scale, axis=0).repeat(scale, axis=1))


def test_region_and_filters(run, path, events, tmp_path):
    out = tmp_path / "a.png"
    choice = ["--roi", "10,20,30,100", "--polarity", "off", "--isolated", "5ms"]
    run("frame", path, "--at", "200ms", "--window", "100ms", *choice, "-o", out)
    kept = Filters(polarity=0, isolated_us=5_000).apply(events(195_000, 300_000), 200_000)
    look = Look("polarity", "half", Region(10, 20, 30, 28))
    assert np.array_equal(png_pixels(out), draw_picture(kept, look, "classic", (200_000, 300_000)))


def test_a_masked_hot_pixel_is_dark(run, tmp_path):
    import h5py

    path = write_h5(tmp_path / "hot.h5", count=20_000, span_us=2_000_000)
    with h5py.File(path, "r+") as file:
        x, y = file["events/x"][:], file["events/y"][:]
        x[::10], y[::10] = 7, 9
        file["events/x"][...], file["events/y"][...] = x, y
    for name, options in (("with", []), ("without", ["--mask-hot"])):
        done = run("frame", path, "--window", "1s", *options, "-o", tmp_path / f"{name}.png")
        assert done.exit_code == 0
    hot, masked = (png_pixels(tmp_path / f"{name}.png")[9, 7] for name in ("with", "without"))
    assert not np.array_equal(hot, masked)
    assert masked.tolist() == [13, 15, 20]


def test_a_dash_is_the_picture_on_stdout(run, path, tmp_path):
    run("frame", path, "-o", tmp_path / "a.png")
    done = run("frame", path, "-o", "-")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes == (tmp_path / "a.png").read_bytes()
    with Image.open(io.BytesIO(done.stdout_bytes)) as picture:
        assert picture.size == (64, 48)


def test_pixel_protocols(run, path):
    sixel = run("frame", path, "--pixels", "sixel", "--size", "10x5").stdout
    assert sixel.startswith('\x1bP0;1;0q"1;1;100;80')
    assert sixel.endswith("\x1b\\\n")
    kitty = run("frame", path, "--pixels", "kitty", "--size", "10x5").stdout
    assert kitty.startswith("\x1b_Ga=T,")
    assert "c=10,r=4," in kitty
    assert kitty.endswith("\x1b\\\n\n\n\n")


def test_a_file_that_is_there_stays_unless_forced(run, path, tmp_path):
    out = tmp_path / "a.png"
    out.write_bytes(b"before")
    done = run("frame", path, "-o", out)
    assert done.exit_code == 1
    assert "is there already (--force replaces it)" in done.stderr
    assert out.read_bytes() == b"before"
    assert run("frame", path, "-o", out, "--force").exit_code == 0
    assert png_pixels(out).shape == (48, 64, 3)


def test_the_recording_itself_is_never_replaced(run, tmp_path):
    path = write_h5(tmp_path / "odd.png")
    before = path.read_bytes()
    done = run("frame", path, "-o", path, "--force")
    assert done.exit_code == 1
    assert "is the recording itself" in done.stderr
    assert path.read_bytes() == before


def test_an_empty_window_is_told(run, tmp_path):
    path = write_h5(tmp_path / "a.h5", t=np.array([0, 1, 2, 900_000]) + 5_000_000)
    done = run("frame", path, "--at", "500ms", "--size", "20x10")
    assert (done.exit_code, done.stdout.strip()) == (0, "")
    assert "no events in 10.0 ms from 00:00:00.500000" in done.stderr


def test_events_are_not_missing_where_time_goes_back(run, tmp_path, events):
    t = np.arange(5_000_000, 5_600_000)
    t[500_000:] -= 400_000
    path = write_h5(tmp_path / "back.h5", t=t)
    recording = open_in_place(path)
    recording.index(lambda _share: None, lambda: False)
    wanted = recording.window(100_000, 110_000)
    recording.close()
    assert len(wanted) == 20_000
    run("frame", path, "--at", "100ms", "--view", "count", "-o", tmp_path / "a.png")
    pixels = draw_picture(wanted, Look("count", "half", SENSOR), "classic")
    assert np.array_equal(png_pixels(tmp_path / "a.png"), pixels)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--at", "9s"], "after the end: the recording lasts 400 ms"),
        (["--at", "soon"], "is not a time"),
        (["--size", "80"], "is not a size"),
        (["--size", "0x9"], "is not a size"),
        (["--scale", "2"], "--scale is of a picture: it does nothing without -o"),
        (["--size", "9x9", "-o", "a.png"], "--size is of text: it does nothing with -o"),
        (["-o", "a.gif"], "a frame is written as .png"),
        (["--roi", "1,2,3"], "is not a region"),
    ],
)
def test_wrong_use_is_exit_code_2(run, path, options, said):
    done = run("frame", path, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_what_cannot_be_read_is_exit_code_2(run, folder):
    for name in ("broken.h5", "none.h5", "."):
        done = run("frame", folder / name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("evtui: recordings")


def test_a_region_outside_the_sensor_cannot_be_drawn(run, path):
    done = run("frame", path, "--roi", "64,0,5,5")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "outside the sensor, which has 64×48" in done.stderr


def test_a_folder_that_is_missing_is_exit_code_1(run, path, tmp_path):
    done = run("frame", path, "-o", tmp_path / "none" / "a.png")
    assert done.exit_code == 1
    assert "the folder does not exist" in done.stderr


class TestOnATerminal:
    """As ``stdout`` tells it; the program in a real one is for the end-to-end tests."""

    @pytest.fixture
    def terminal(self, monkeypatch):
        monkeypatch.setattr("evtui.cli.frame._on_terminal", lambda: True)
        for name, value in {"TERM": "xterm-256color", "COLUMNS": "50", "LINES": "11"}.items():
            monkeypatch.setenv(name, value)
        for name in ("NO_COLOR", "COLORTERM", "EVTUI_GLYPHS"):
            monkeypatch.delenv(name, raising=False)

    def test_it_is_filled_less_a_row_for_the_prompt(self, run, path, terminal):
        lines = run("frame", path).stdout.splitlines()
        assert len(lines) == 10
        assert "38;5;" in "".join(lines)

    def test_a_picture_is_not_written_to_it(self, run, path, terminal):
        done = run("frame", path, "-o", "-")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "name a file" in done.stderr


@pytest.mark.parametrize("name", ["walker_evt3_640x480.raw", "davis240_aedat4.aedat4"])
def test_a_real_recording(run, name):
    real = os.environ.get("EVTUI_REAL_RECORDINGS")
    if not real:
        pytest.skip("EVTUI_REAL_RECORDINGS names no folder of real recordings")
    done = run("frame", Path(real) / name, "--window", "20ms", "--size", "100x30")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 30
    assert sum(done.stdout.count(glyph) for glyph in "▀▄█") > 50


def test_it_imports_nothing_heavy_for_its_help():
    code = (
        "import sys; from evtui.cli import main; main(['frame', '--help'], standalone_mode=False)"
    )
    code += "; print(sorted({'av', 'PIL', 'textual', 'polars', 'h5py'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
