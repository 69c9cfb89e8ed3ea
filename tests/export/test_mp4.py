"""MP4: frames, size, rate, and colours as near as video keeps them."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from evtui.errors import ExportError
from evtui.export.mp4 import open_mp4
from evtui.export.picture_kinds import ClipHeading
from evtui.rendering.palettes import PALETTES
from support.frames import mp4_frames

av = pytest.importorskip("av", reason="the extra 'video' is not installed")

COLOURS = PALETTES["classic"]


def squares(number: int, width: int = 64, height: int = 48, side: int = 8) -> np.ndarray:
    """Squares of one shade each, in every shade, another arrangement each time."""
    rng = np.random.default_rng(number)
    few = rng.integers(0, len(COLOURS), (-(-height // side), -(-width // side))).astype(np.uint8)
    return few.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]


def write(path: Path, frames: list[np.ndarray], fps: float = 30.0) -> None:
    height, width = frames[0].shape
    with open_mp4(path, ClipHeading(width, height, fps, COLOURS)) as clip:
        for frame in frames:
            clip.append(frame)


def test_frames_come_back_in_about_their_colours(tmp_path: Path):
    frames = [squares(number) for number in range(20)]
    write(tmp_path / "clip.mp4", frames)
    seen = mp4_frames(tmp_path / "clip.mp4")
    assert len(seen) == 20
    for got, shades in zip(seen, frames, strict=True):
        wanted = np.array(COLOURS, np.int16)[shades]
        assert np.abs(got - wanted).mean() < 12


def test_every_shade_keeps_its_colour_where_it_is_large(tmp_path: Path):
    shades = np.arange(len(COLOURS), dtype=np.uint8).repeat(32)[None].repeat(32, axis=0)
    write(tmp_path / "clip.mp4", [shades])
    (seen,) = mp4_frames(tmp_path / "clip.mp4")
    assert np.abs(seen[16, 16::32].astype(int) - np.array(COLOURS)).max() < 6


def test_players_are_told_the_rate_and_which_colours_are_meant(tmp_path: Path):
    write(tmp_path / "clip.mp4", [squares(number) for number in range(6)], 29.97)
    with av.open(tmp_path / "clip.mp4") as clip:
        (video,) = clip.streams
        context = video.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert video.average_rate == Fraction(2997, 100)
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.color_range == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 8), (8, 3), (53, 61), (64, 48)])
def test_an_odd_size_gets_one_line_of_background_more(tmp_path: Path, size: tuple[int, int]):
    width, height = size
    write(tmp_path / "clip.mp4", [np.full((height, width), 5, np.uint8)] * 3)
    seen = mp4_frames(tmp_path / "clip.mp4")
    assert [frame.shape for frame in seen] == [(height + height % 2, width + width % 2, 3)] * 3


def test_the_added_line_is_background(tmp_path: Path):
    write(tmp_path / "clip.mp4", [np.full((61, 53), 5, np.uint8)])
    (seen,) = mp4_frames(tmp_path / "clip.mp4")
    assert seen[:, -1].max() < 90 < seen[:61, :52, 0].min()


def test_without_pyav_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ExportError, match=r"clip\.mp4: .*pip install 'evtui\[video\]'"):
        open_mp4(tmp_path / "clip.mp4", ClipHeading(4, 4, 30, COLOURS)).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_the_encoder_refuses_is_an_export_error(tmp_path: Path):
    heading = ClipHeading(40_000, 2, 30, COLOURS)
    with (
        pytest.raises(ExportError, match=r"clip\.mp4: cannot be encoded"),
        open_mp4(tmp_path / "clip.mp4", heading) as clip,
    ):
        clip.append(np.zeros((2, 40_000), np.uint8))
    assert list(tmp_path.iterdir()) == []
