"""Hot pixels are found, and what moves or flickers is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.demo.noise import Noise, choose_hot_pixels, noise_between
from evtui.recordings import pixel_counts
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.pixel_counts import FEWEST, MOST_HOT, PixelCounts

WIDTH, HEIGHT = 64, 48
SECOND = 1_000_000


def counted(x, y, blocks=3, size=(WIDTH, HEIGHT)):
    pixels = PixelCounts(*size)
    x, y = np.asarray(x, np.uint16), np.asarray(y, np.uint16)
    for rows in np.array_split(np.arange(len(x)), blocks):
        if len(rows):
            pixels.add(x[rows], y[rows], int(x[rows].max()) + 1, int(y[rows].max()) + 1)
    return pixels


def scene(image, hot=()):
    """Events of an image of counts, with more at some pixels; shape of image (rows, columns)."""
    image = np.array(image)
    for x, y, more in hot:
        image[y, x] += more
    y, x = np.divmod(np.repeat(np.arange(image.size), image.ravel()), image.shape[1])
    order = np.random.default_rng(0).permutation(len(x))
    return x[order], y[order]


def hot_in(image, hot=(), duration_us=SECOND):
    return counted(*scene(image, hot)).hot(duration_us).places.tolist()


def noise(mean=3, seed=1):
    return np.random.default_rng(seed).poisson(mean, (HEIGHT, WIDTH))


def test_a_stuck_pixel_is_found():
    assert hot_in(noise(), [(20, 30, 400)]) == [[20, 30]]


@pytest.mark.parametrize("place", [(0, 0), (63, 0), (0, 47), (63, 47), (63, 20), (5, 0)])
def test_a_stuck_pixel_at_the_border_is_found(place):
    assert hot_in(noise(), [(*place, 400)]) == [list(place)]


def test_the_fastest_comes_first():
    assert hot_in(noise(), [(3, 3, 100), (9, 9, 900), (40, 5, 300)]) == [[9, 9], [40, 5], [3, 3]]


def test_an_even_scene_has_none():
    assert hot_in(noise()) == []
    assert hot_in(noise(mean=400)) == []


def test_an_edge_that_stays_in_place_is_none():
    image = noise()
    image[10, 5:60] += 2_000  # the rim of a fan: one row of pixels that never rests
    image[:, 30] += 1_500
    assert hot_in(image) == []


@pytest.mark.parametrize("side", [2, 3, 8])
def test_a_flickering_lamp_is_none(side):
    image = noise(mean=1)
    image[20 : 20 + side, 30 : 30 + side] += 5_000
    assert hot_in(image) == []


def test_a_hot_pixel_beside_a_busy_scene_is_found_and_one_within_it_only_if_far_beyond():
    image = noise()
    image[:, 32:] += np.random.default_rng(2).poisson(300, (HEIGHT, 32))
    found = hot_in(image, [(10, 10, 5_000), (50, 20, 5_000), (50, 30, 500)])
    assert sorted(found) == [[10, 10], [50, 20]]


def test_few_events_or_a_slow_rate_are_no_hot_pixel():
    quiet = np.ones((HEIGHT, WIDTH), int)
    assert hot_in(quiet, [(5, 5, FEWEST - 2)], duration_us=1_000) == []
    assert hot_in(quiet, [(5, 5, FEWEST - 1)], duration_us=1_000) == [[5, 5]]
    assert hot_in(quiet, [(5, 5, 500)], duration_us=100 * SECOND) == []


def test_the_hot_pixels_of_the_demo_are_found_and_no_others():
    random = np.random.default_rng(5)
    model = Noise(rate_hz=5.0, hot_pixels=12)
    hot = choose_hot_pixels(model, 320 * 240, random)
    sparks = noise_between(0, 2 * SECOND, model, hot, 320 * 240, random)
    y, x = np.divmod(sparks.pixel, 320)
    found = counted(x, y, size=(320, 240)).hot(2 * SECOND)
    assert sorted(found.places @ [1, 320]) == sorted(hot.pixel.tolist())
    slowest_last = hot.hz[[hot.pixel.tolist().index(x + 320 * y) for x, y in found.places.tolist()]]
    assert found.rates == pytest.approx(slowest_last, rel=0.25)


def test_of_many_events_a_part_stands_for_all(monkeypatch):
    monkeypatch.setattr(pixel_counts, "_ALL_UP_TO", 2_000)
    x, y = scene(noise(), [(20, 30, 4_000)])
    found = counted(x, y, blocks=40).hot(SECOND)
    assert found.places.tolist() == [[20, 30]]
    assert found.rates == pytest.approx([4_000], rel=0.1)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8))
def test_events_beyond_the_expected_sensor_are_counted(corners):
    far = sorted({(4 * x, 4 * y) for x, y in corners})
    x, y = (np.repeat([place[axis] for place in far], 80) for axis in (0, 1))
    few = np.arange(0, 60, 2)
    pixels = counted(np.append(x, few), np.append(y, few + 1), blocks=len(corners), size=(4, 4))
    assert sorted(map(tuple, pixels.hot(SECOND).places.tolist())) == far


def test_memory_is_taken_when_events_come_and_no_more_than_the_largest_sensor_needs():
    pixels = PixelCounts(1 << 40, 1 << 40)
    assert pixels._counts.nbytes == 0
    one = np.array([5], np.uint16)
    pixels.add(one, one, 6, 6)
    assert pixels._counts.nbytes == LARGEST_SIDE**2 * 4


def test_no_more_are_kept_than_somebody_could_want():
    image = np.zeros((256, 256), int)
    image[::2, ::2] = 60
    image[1, 1::2] = 1
    found = counted(*scene(image), size=(256, 256)).hot(SECOND)
    assert len(found.places) <= MOST_HOT


def test_the_finding_names_the_fastest():
    assert counted([], []).hot(SECOND).tell() is None
    one = counted(*scene(noise(), [(20, 30, 400)])).hot(SECOND).tell()
    assert one is not None
    assert one.code == "hot_pixels"
    assert one.message.startswith("pixel (20, 30) fires far more than those around it, about 40")
    two = counted(*scene(noise(), [(20, 30, 400), (2, 3, 99)])).hot(SECOND).tell()
    assert two is not None
    assert two.message.startswith("2 pixels fire far more than those around them, the fastest at")
