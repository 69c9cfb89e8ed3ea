import numpy as np
import pytest

from evtui.demo.noise import HotPixels, Noise, choose_hot_pixels, noise_between

COUNT = 100_000


def test_background_activity_is_everywhere_and_of_the_stated_rate() -> None:
    noise = Noise(rate_hz=2.0, on_share=0.7)
    none = HotPixels(np.empty(0, np.int32), np.empty(0))
    sparks = noise_between(1_000, 501_000, noise, none, COUNT, np.random.default_rng(1))
    assert len(sparks.t) == pytest.approx(100_000, rel=0.02)
    assert sparks.t.min() >= 1_000 and sparks.t.max() < 501_000
    assert sparks.pixel.min() >= 0 and sparks.pixel.max() < COUNT
    assert len(np.unique(sparks.pixel)) > 0.6 * COUNT
    assert sparks.p.mean() == pytest.approx(0.7, abs=0.02)


def test_hot_pixels_fire_each_at_its_rate() -> None:
    noise = Noise(rate_hz=0.0, hot_pixels=5, hot_hz=(500, 2_000))
    rng = np.random.default_rng(1)
    hot = choose_hot_pixels(noise, COUNT, rng)
    sparks = noise_between(0, 2_000_000, noise, hot, COUNT, rng)
    pixel, events = np.unique(sparks.pixel, return_counts=True)
    order = np.argsort(hot.pixel)
    assert pixel.tolist() == hot.pixel[order].tolist()
    assert np.allclose(events / 2, hot.hz[order], rtol=0.15)
    assert hot.hz.min() >= 500 and hot.hz.max() <= 2_000
