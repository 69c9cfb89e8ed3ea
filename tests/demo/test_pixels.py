import numpy as np
import pytest

from evtui.demo.pixels import REFRACTORY_US, Pixels, Sparks


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.fixture
def pixels(rng: np.random.Generator) -> Pixels:
    return Pixels(400, 300, rng)


def test_whole_means_give_so_many_events(pixels: Pixels, rng: np.random.Generator) -> None:
    crossing, nth = pixels.see(np.array([0, 2, 1, 0, 3], np.float32), rng)
    assert crossing.tolist() == [1, 1, 2, 4, 4, 4]
    assert nth.tolist() == [0, 1, 0, 0, 1, 2]


def test_broken_means_are_met_on_average(pixels: Pixels, rng: np.random.Generator) -> None:
    crossing, nth = pixels.see(np.full(100_000, 0.3, np.float32), rng)
    assert len(crossing) == pytest.approx(30_000, rel=0.03)
    assert not nth.any()


def test_answers_come_later_and_the_second_after_a_rest(
    pixels: Pixels, rng: np.random.Generator
) -> None:
    seen = Sparks(np.zeros(2), np.array([7, 7], np.int32), np.array([0, 1], np.uint8))
    first, second = pixels.answer(seen, np.array([0, 3]), rng).t
    assert 0 < first < 1_000
    assert second - first > 2 * REFRACTORY_US


def test_a_pixel_rests(pixels: Pixels) -> None:
    t = np.array([0, 10, 149, 150, 299, 1_000], np.int64)
    pixel = np.array([5, 70_000, 5, 70_000, 5, 5], np.int32)
    assert pixels.awake(t, pixel).tolist() == [True, True, False, False, True, True]


def test_a_pixel_rests_from_one_slice_to_the_next(pixels: Pixels) -> None:
    pixel = np.array([5, 6], np.int32)
    assert pixels.awake(np.array([900, 990], np.int64), pixel).all()
    assert pixels.awake(np.array([1_060, 1_100], np.int64), pixel).tolist() == [True, False]


def test_pixels_differ_but_not_wildly(pixels: Pixels) -> None:
    assert pixels.sensitivity.shape == (400 * 300,)
    assert pixels.sensitivity.min() > 0.2
    assert pixels.sensitivity.max() < 3
    assert pixels.sensitivity.mean() == pytest.approx(1, abs=0.3)
    assert pixels.sensitivity.std() > 0.1
