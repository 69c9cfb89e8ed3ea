"""GIF: every shade exact, every frame there, time kept."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from evtui.errors import ExportError
from evtui.export.gif import MOST_FPS, open_gif
from evtui.export.picture_kinds import ClipHeading
from evtui.rendering.palettes import PALETTES
from support.frames import gif_frames

COLOURS = PALETTES["classic"]
SHADES = len(COLOURS)


def write(path: Path, frames: list[np.ndarray], fps: float = 30.0) -> None:
    height, width = frames[0].shape
    with open_gif(path, ClipHeading(width, height, fps, COLOURS)) as clip:
        for frame in frames:
            clip.append(frame)


@st.composite
def clips(draw: st.DrawFn) -> list[np.ndarray]:
    """Frames of one size; some are equal to the one before."""
    shape = draw(st.tuples(st.integers(1, 20), st.integers(1, 20)))
    frame = hnp.arrays(np.uint8, shape, elements=st.integers(0, SHADES - 1), fill=st.just(0))
    return [
        one for one in draw(st.lists(frame, min_size=1, max_size=5)) for _ in range(draw(COPIES))
    ]


COPIES = st.integers(1, 2)


@given(clips(), st.sampled_from([7.0, 25.0, 29.97, 30.0, 33.0, 50.0]))
def test_frames_come_back_exactly(frames, fps):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.gif"
        write(path, frames, fps)
        seen, durations = gif_frames(path)
    assert len(seen) == len(frames)
    for got, shades in zip(seen, frames, strict=True):
        assert np.array_equal(got, np.array(COLOURS, np.uint8)[shades])
    assert sum(durations) == 10 * round(100 * len(frames) / fps)


@pytest.mark.parametrize(
    ("fps", "expected"),
    [(33, {30, 40}), (30, {30, 40}), (25, {40}), (50, {20}), (7, {140, 150})],
)
def test_durations_are_hundredths_spread_evenly(tmp_path: Path, fps: float, expected: set[int]):
    write(tmp_path / "clip.gif", [np.full((4, 4), n % SHADES, np.uint8) for n in range(60)], fps)
    _, durations = gif_frames(tmp_path / "clip.gif")
    assert set(durations) == expected
    ends = np.cumsum(durations)
    assert np.all(np.abs(ends - 1_000 * np.arange(1, 61) / fps) <= 5)


def test_it_begins_again_at_the_end(tmp_path: Path):
    write(tmp_path / "clip.gif", [np.zeros((3, 5), np.uint8)] * 2)
    with Image.open(tmp_path / "clip.gif") as clip:
        assert clip.info["loop"] == 0
        assert clip.size == (5, 3)


def test_a_frame_is_no_larger_than_what_changed(tmp_path: Path):
    noise = np.random.default_rng(1).integers(0, SHADES, (200, 300)).astype(np.uint8)
    changed = noise.copy()
    changed[100, 150] = (noise[100, 150] + 1) % SHADES
    write(tmp_path / "one.gif", [noise])
    write(tmp_path / "two.gif", [noise, changed])
    sizes = [(tmp_path / name).stat().st_size for name in ("one.gif", "two.gif")]
    assert sizes[1] - sizes[0] < 50


def test_a_frame_is_written_when_it_comes(tmp_path: Path):
    frames = np.random.default_rng(1).integers(0, SHADES, (5, 200, 300)).astype(np.uint8)
    sizes = []
    with open_gif(tmp_path / "clip.gif", ClipHeading(300, 200, 30.0, COLOURS)) as clip:
        for frame in frames:
            clip.append(frame)
            (beside,) = tmp_path.iterdir()
            sizes.append(beside.stat().st_size)
    # All but what the file's own buffer holds.
    assert min(np.diff(sizes)) > 20_000


def test_more_frames_a_second_than_browsers_show_are_refused(tmp_path: Path):
    heading = ClipHeading(4, 4, MOST_FPS + 1, COLOURS)
    with pytest.raises(ExportError, match=r"clip\.gif: a GIF shows at most 50 frames a second"):
        open_gif(tmp_path / "clip.gif", heading).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_picture_too_large_for_the_format_is_refused(tmp_path: Path):
    with pytest.raises(ExportError, match="at most 65535 pixels"):
        open_gif(tmp_path / "clip.gif", ClipHeading(70_000, 4, 30, COLOURS)).__enter__()
