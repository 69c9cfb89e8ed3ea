"""Frames of a recording into clips and pictures: which events each shows, and how."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import ExportError
from evtui.events import ON
from evtui.export.clips import Drawing, export_clip, scaled
from evtui.export.job import ExportCancelled
from evtui.export.picture_kinds import PICTURE_KINDS
from evtui.export.selection import ALL, Selection
from evtui.filters.filters import Filters
from evtui.region import Region
from evtui.rendering.frame import Look, draw_picture
from support.frames import gif_frames, mp4_frames, png_pixels
from support.small import in_memory

SENSOR = Region(0, 0, 64, 48)
GIF, MP4, PNG = PICTURE_KINDS


def drawn(recording, t0, t1, view="polarity", palette="classic", region=SENSOR) -> np.ndarray:
    look = Look(view, "half", region)
    return draw_picture(recording.window(t0, t1), look, palette, (t0, t1))


def same(seen: list[np.ndarray], wanted: list[np.ndarray]) -> bool:
    return len(seen) == len(wanted) and all(map(np.array_equal, seen, wanted))


def test_a_clip_shows_each_event_once_in_frames_of_equal_time(tmp_path: Path):
    recording = in_memory(2_000, 400_000)
    done = export_clip(recording, tmp_path / "a.gif", GIF, ALL, Drawing(fps=25))
    seen, durations = gif_frames(tmp_path / "a.gif")
    # 400,001 µs: the last event begins the eleventh frame.
    wanted = [drawn(recording, t0, t0 + 40_000) for t0 in range(0, 400_001, 40_000)]
    assert same(seen, wanted)
    assert durations == [40] * 11
    assert (done.frames, done.width, done.height) == (11, 64, 48)
    assert done.bytes == (tmp_path / "a.gif").stat().st_size


@given(st.floats(0.5, 200), st.floats(1e-4, 100), st.integers(0, 10_000_000), st.integers(1, 10**6))
def test_frames_follow_each_other_without_gap_or_overlap(fps, speed, start, length):
    from evtui.export.clips import _Windows

    recording = in_memory(2, 20_000_000)
    drawing = Drawing(fps=fps, speed=speed)
    windows = _Windows.of(recording, Selection(start, start + length), drawing, moves=True)
    # A thousand are as good as a million.
    some = [window for window, _ in zip(windows, range(1_000), strict=False)]
    assert some[0][0] == start
    assert all(before[1] == after[0] for before, after in pairwise(some))
    assert len(some) == min(1_000, windows.count)
    if windows.count <= 1_000:
        # Starts are rounded to whole µs, so the end may be missed by less than one.
        assert some[-1][0] <= start + length <= some[-1][1] + 1


def test_speed_and_window(tmp_path: Path):
    recording = in_memory(2_000, 40_000)
    drawing = Drawing(fps=20, speed=0.1, window_us=12_000)
    export_clip(recording, tmp_path / "a.gif", GIF, ALL, drawing)
    seen, _ = gif_frames(tmp_path / "a.gif")
    assert same(seen, [drawn(recording, t0, t0 + 12_000) for t0 in range(0, 40_001, 5_000)])


def test_nothing_outside_the_selected_time_is_shown(tmp_path: Path):
    recording = in_memory(2_000, 100_000)
    drawing = Drawing(fps=20, window_us=80_000, view="count")
    selection = Selection(10_000, 70_000)
    export_clip(recording, tmp_path / "a.gif", GIF, selection, drawing)
    seen, _ = gif_frames(tmp_path / "a.gif")
    wanted = [drawn(recording, t0, 70_000, "count") for t0 in (10_000, 60_000)]
    assert same(seen, wanted)


def test_region_filters_view_palette_and_scale(tmp_path: Path):
    recording = in_memory(5_000, 100_000)
    region = Region(10, 5, 20, 30)
    filters = Filters(polarity=ON, isolated_us=20_000)
    drawing = Drawing("surface", "paper", scale=3, fps=20)
    selection = Selection(40_000, 80_000, region, filters)
    done = export_clip(recording, tmp_path / "a.gif", GIF, selection, drawing)
    (seen,), _ = gif_frames(tmp_path / "a.gif")
    kept = filters.apply(recording.window(20_000, 80_000), 40_000)
    assert 0 < len(kept) < len(recording.window(40_000, 80_000)) // 2
    wanted = draw_picture(kept, Look("surface", "half", region), "paper", (40_000, 90_000))
    assert np.array_equal(seen, wanted.repeat(3, axis=0).repeat(3, axis=1))
    assert (done.width, done.height) == (60, 90)


@pytest.mark.parametrize(
    ("selection", "drawing", "window"),
    [
        (Selection(20_000), Drawing(), (20_000, 30_000)),
        (Selection(20_000, 75_000), Drawing(), (20_000, 75_000)),
        (Selection(20_000), Drawing(window_us=500), (20_000, 20_500)),
        (Selection(95_000), Drawing(window_us=50_000), (95_000, 145_000)),
    ],
)
def test_a_picture_is_one_frame(tmp_path: Path, selection, drawing, window):
    recording = in_memory(2_000, 100_000)
    done = export_clip(recording, tmp_path / "a.png", PNG, selection, drawing)
    assert np.array_equal(png_pixels(tmp_path / "a.png"), drawn(recording, *window))
    assert done.frames == 1


def test_video_has_four_pixels_for_each_of_the_sensor(tmp_path: Path):
    pytest.importorskip("av", reason="the extra 'video' is not installed")
    recording = in_memory(3_000, 200_000)
    export_clip(recording, tmp_path / "a.mp4", MP4, ALL, Drawing(fps=20))
    seen = mp4_frames(tmp_path / "a.mp4")
    wanted = [drawn(recording, t0, t0 + 50_000) for t0 in range(0, 200_001, 50_000)]
    assert [frame.shape for frame in seen] == [(96, 128, 3)] * 5
    for got, pixels in zip(seen, wanted, strict=True):
        # Each pixel of the sensor is nearest to its own colour, or to one that is next to it.
        error = np.abs(got[::2, ::2].astype(int) - pixels)
        assert np.median(error) < 8
        assert error.mean() < 20


def test_a_file_that_is_there_stays_unless_told_otherwise(tmp_path: Path):
    recording, target = in_memory(), tmp_path / "a.gif"
    target.write_bytes(b"before")
    with pytest.raises(ExportError, match="is there already"):
        export_clip(recording, target, GIF)
    assert target.read_bytes() == b"before"
    export_clip(recording, target, GIF, replace=True)
    assert target.read_bytes().startswith(b"GIF89a")


@pytest.mark.parametrize("selection", [Selection(200_000), Selection(50_000, 50_000)])
def test_no_time_is_an_error(tmp_path: Path, selection: Selection):
    with pytest.raises(ExportError, match=r"nothing lies in the time asked for .*lasts 100 ms"):
        export_clip(in_memory(), tmp_path / "a.gif", GIF, selection)
    assert list(tmp_path.iterdir()) == []


def test_a_region_is_cut_at_the_edge_of_the_sensor(tmp_path: Path):
    recording = in_memory()
    drawing = Drawing(fps=10)
    export_clip(
        recording, tmp_path / "a.gif", GIF, Selection(region=Region(60, 40, 9, 99)), drawing
    )
    seen, _ = gif_frames(tmp_path / "a.gif")
    region = Region(60, 40, 4, 8)
    assert same(seen, [drawn(recording, t0, t0 + 100_000, region=region) for t0 in (0, 100_000)])
    for outside in (Region(64, 0, 1, 1), Region(0, 48, 9, 9)):
        with pytest.raises(ExportError, match="outside the sensor, which has 64×48"):
            export_clip(recording, tmp_path / "b.gif", GIF, Selection(region=outside))


def test_scaled_pixels_are_squares():
    assert scaled(np.array([[1, 2]], np.uint8), 2).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]


def test_progress_is_told_frame_by_frame(tmp_path: Path):
    told: list[float] = []
    recording = in_memory(500, 99_999)
    export_clip(recording, tmp_path / "a.gif", GIF, ALL, Drawing(fps=50), progress=told.append)
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize("kind", [GIF, MP4], ids=["gif", "mp4"])
def test_cancelled_or_interrupted_leaves_nothing(tmp_path: Path, kind):
    def interrupt(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    target = tmp_path / f"a{kind.ending}"
    with pytest.raises(KeyboardInterrupt):
        export_clip(in_memory(), target, kind, ALL, Drawing(fps=50, speed=0.2), progress=interrupt)
    answers = iter([False, False, True])
    with pytest.raises(ExportCancelled):
        export_clip(in_memory(), target, kind, cancelled=lambda: next(answers))
    assert list(tmp_path.iterdir()) == []


WRITE_UP_TO_A_LIMIT = """
import json, resource, sys
from pathlib import Path

from evtui.errors import ExportError
from evtui.export.clips import Drawing, export_clip
from evtui.export.picture_kinds import picture_kind
from evtui.export.selection import ALL
from support.small import in_memory

recording = in_memory(100_000, 1_000_000)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for name, limit in json.loads(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        export_clip(recording, Path(name), picture_kind(Path(name)), ALL, Drawing(fps=50))
    except ExportError as error:
        print(error)
"""


def test_a_full_disk_is_an_export_error_and_leaves_nothing(tmp_path: Path):
    # In a child, because the limit holds for the whole process.
    limits = [
        (str(tmp_path / f"a{kind.ending}"), limit)
        for kind in PICTURE_KINDS
        for limit in (0, 20, 500, *([30_000] if kind.moves else []))
    ]
    command = [sys.executable, "-c", WRITE_UP_TO_A_LIMIT, json.dumps(limits)]
    path = [str(Path(__file__).parents[1]), *sys.path]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": ":".join(filter(None, path))},
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert len(said) == len(limits)
    assert all(": cannot be written: the file grew over the largest size" in line for line in said)
    assert list(tmp_path.iterdir()) == []
