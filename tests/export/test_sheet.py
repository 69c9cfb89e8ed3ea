"""Contact sheets: a tile for each recording, whatever it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evtui.errors import ExportError, LoadFailed
from evtui.export.job import ExportCancelled
from evtui.export.sheet import MOST_TILES, TILE, write_sheet
from evtui.library.discovery import Dataset, Obstacle, discover
from evtui.library.previews import make_preview
from evtui.recordings.formats import open_in_place
from evtui.region import Region
from evtui.rendering.frame import Look, draw_pixels
from evtui.rendering.palettes import PALETTES
from support.frames import png_pixels
from support.small import write_h5

GAP, PITCH = 12, (TILE[0] + 12, TILE[1] + 12 + 48)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sound recordings and a broken one."""
    recordings = tmp_path / "recordings"
    (recordings / "deeper").mkdir(parents=True)
    for number, name in enumerate(("a.h5", "b.h5", "deeper/c.h5")):
        write_h5(recordings / name, count=3_000, span_us=400_000, seed=number)
    (recordings / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    return recordings


def tile(sheet: np.ndarray, number: int, columns: int) -> np.ndarray:
    """The picture of a tile, without the text below it."""
    row, column = divmod(number, columns)
    left, top = GAP + column * PITCH[0], GAP + row * PITCH[1]
    return sheet[top : top + TILE[1], left : left + TILE[0]]


def text_below(sheet: np.ndarray, number: int, columns: int) -> np.ndarray:
    row, column = divmod(number, columns)
    left, top = GAP + column * PITCH[0], GAP + row * PITCH[1] + TILE[1]
    return sheet[top : top + 48, left : left + TILE[0]]


def picture_of(path: Path, view: str = "polarity", palette: str = "classic") -> np.ndarray:
    recording = open_in_place(path)
    shown = make_preview(recording)
    look = Look(view, "half", Region(0, 0, 64, 48))
    window = shown.at_us, shown.at_us + shown.window_us
    picture = draw_pixels(shown.events, look, *TILE, (1, 1), window)
    recording.close()
    return np.array(PALETTES[palette], np.uint8)[picture.enlarged((1, 1))]


def test_each_recording_is_a_tile_in_order(tmp_path: Path, folder: Path):
    done = write_sheet(tmp_path / "s.png", list(discover([folder])), open_in_place)
    assert (done.shown, done.unreadable) == (3, 1)
    sheet = png_pixels(tmp_path / "s.png")
    assert sheet.shape == (GAP + 2 * PITCH[1], GAP + 2 * PITCH[0], 3)
    # In order of name: a, b, broken, deeper/c.  A sensor of 64×48 fills a tile of 320×240.
    for number, name in ((0, "a.h5"), (1, "b.h5"), (3, "deeper/c.h5")):
        assert np.array_equal(tile(sheet, number, 2), picture_of(folder / name))
        assert len(np.unique(text_below(sheet, number, 2).reshape(-1, 3), axis=0)) > 10
    background = np.array(PALETTES["classic"][0])
    written = (tile(sheet, 2, 2) != background).any(axis=2).mean()
    assert 0.005 < written < 0.2


def test_view_and_palette(tmp_path: Path, folder: Path):
    found = list(discover([folder / "a.h5"]))
    write_sheet(tmp_path / "s.png", found, open_in_place, "surface", "paper")
    wanted = picture_of(folder / "a.h5", "surface", "paper")
    assert np.array_equal(tile(png_pixels(tmp_path / "s.png"), 0, 1), wanted)


def test_a_sensor_of_another_shape_lies_in_the_middle(tmp_path: Path):
    import h5py

    path = write_h5(tmp_path / "wide.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["width"], file.attrs["height"] = 192, 48
    write_sheet(tmp_path / "s.png", list(discover([path])), open_in_place)
    shown = tile(png_pixels(tmp_path / "s.png"), 0, 1)
    lit = np.flatnonzero((shown != np.array(PALETTES["classic"][0])).any(axis=(1, 2)))
    assert 80 <= lit[0] <= 90
    assert 150 <= lit[-1] < 160


def test_every_reason_is_told_in_its_tile(tmp_path: Path):
    def opens(path: Path):
        raise LoadFailed(f"{path}: the loader died, and left a long word: {'x' * 500}")

    found = [
        Obstacle(tmp_path / "none.h5", "no such file"),
        Dataset(tmp_path / "long\x1b.h5", "", 0, 0),
    ]
    done = write_sheet(tmp_path / "s.png", found, opens)
    assert (done.shown, done.unreadable) == (0, 2)
    sheet = png_pixels(tmp_path / "s.png")
    around = sheet[0, 0]
    # Nothing is written beyond a tile's edges.
    assert np.all(sheet[:, GAP + TILE[0] : PITCH[0] + GAP] == around)
    assert np.all(sheet[:, GAP + PITCH[0] + TILE[0] :] == around)


def test_a_name_that_is_too_long_is_cut(tmp_path: Path):
    path = write_h5(tmp_path / f"{'long' * 50}.h5")
    write_sheet(tmp_path / "s.png", list(discover([path])), open_in_place)
    sheet = png_pixels(tmp_path / "s.png")
    assert np.all(sheet[:, GAP + TILE[0] :] == sheet[0, 0])


def test_recordings_are_closed_one_after_the_other(tmp_path: Path, folder: Path):
    opened, closed = [], []

    def opens(path: Path):
        recording = open_in_place(path)
        assert len(opened) == len(closed)
        opened.append(path)
        close = recording.close
        recording.close = lambda: (closed.append(path), close())
        return recording

    write_sheet(tmp_path / "s.png", list(discover([folder])), opens)
    assert len(opened) == 3
    assert opened == closed


@pytest.mark.parametrize("number", [0, MOST_TILES + 1])
def test_none_or_too_many_are_refused(tmp_path: Path, number: int):
    found = [Obstacle(tmp_path / "none.h5", "no such file")] * number
    with pytest.raises(ExportError, match=r"s\.png: (there are no|a sheet has room for 1,000)"):
        write_sheet(tmp_path / "s.png", found, open_in_place)


def test_cancelled_leaves_nothing(tmp_path: Path, folder: Path):
    told: list[float] = []
    with pytest.raises(ExportCancelled):
        write_sheet(
            tmp_path / "s.png",
            list(discover([folder])),
            open_in_place,
            progress=told.append,
            cancelled=lambda: len(told) == 2,
        )
    assert told == [0.25, 0.5]
    assert not (tmp_path / "s.png").exists()
