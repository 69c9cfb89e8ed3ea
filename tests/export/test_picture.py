from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evtui.errors import ExportError
from evtui.export.picture import png, write_png


def test_a_picture_comes_back_pixel_by_pixel(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (12, 34, 3)).astype(np.uint8)
    write_png(tmp_path / "out.png", pixels)
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.format == "PNG"
        assert picture.size == (34, 12)
        assert np.array_equal(np.asarray(picture), pixels)


def test_the_ending_does_not_matter(tmp_path: Path) -> None:
    write_png(tmp_path / "frame", np.zeros((2, 2, 3), np.uint8))
    with Image.open(tmp_path / "frame") as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((2, 2, 4), np.uint8),
        np.zeros((2, 2, 3), np.float32),
        np.zeros((0, 2, 3), np.uint8),
    ],
)
def test_anything_else_is_refused_and_nothing_written(tmp_path: Path, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"\(height, width, 3\)"):
        write_png(tmp_path / "out.png", pixels)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_export_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="folder does not exist"):
        write_png(tmp_path / "missing" / "out.png", np.zeros((2, 2, 3), np.uint8))


def test_the_bytes_are_those_of_the_file(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (12, 34, 3)).astype(np.uint8)
    write_png(tmp_path / "out.png", pixels)
    assert png(pixels) == (tmp_path / "out.png").read_bytes()
