"""What ``s`` saves."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evtui.events import Events
from evtui.region import Region
from evtui.rendering.frame import Look, draw_picture
from evtui.tui.pictures import Shown, save_frame

SURFACE = Look("surface", "half", Region(0, 0, 64, 48))


@pytest.fixture
def events() -> Events:
    """Early in a window of 10 ms."""
    t = np.arange(0, 1_000, 25)
    x = (t // 25 + 3).astype(np.uint16)
    return Events(t, x, x, np.ones(len(t), np.uint8))


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_age_is_told_from_the_end_of_the_window(tmp_path, events):
    shown = Shown(tmp_path / "fan.h5", events, (0, 10_000), SURFACE, "classic")
    path = save_frame(shown)
    assert path == tmp_path / "fan_00-00-00.000000.png"
    pixels = pixels_of(path)
    assert np.array_equal(pixels, draw_picture(events, SURFACE, "classic", (0, 10_000)))
    assert not np.array_equal(pixels, draw_picture(events, SURFACE, "classic"))


def test_pictures_saved_at_once_do_not_replace_each_other(tmp_path, events):
    shown = Shown(tmp_path / "fan.h5", events, (0, 10_000), SURFACE, "classic")
    with ThreadPoolExecutor(8) as threads:
        saved = set(threads.map(save_frame, [shown] * 8))
    assert saved == set(tmp_path.iterdir())
    assert len(saved) == 8


def test_the_name_can_be_shown(tmp_path, events):
    odd = tmp_path / os.fsdecode(b"odd\x1b]0;owned\xff.h5")
    path = save_frame(Shown(odd, events, (1_500_000, 1_510_000), SURFACE, "classic"))
    assert path == tmp_path / "odd_]0;owned__00-00-01.500000.png"
    assert path.exists()
