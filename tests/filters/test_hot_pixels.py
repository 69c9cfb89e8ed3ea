import dataclasses

import numpy as np
import pytest

from evtui.demo.scenes import SCENES, truth_of
from evtui.demo.simulate import Simulation
from evtui.events import Events
from evtui.filters import hot_pixels
from evtui.filters.hot_pixels import STRETCHES, find_hot_pixels, sample

WIDTH, HEIGHT = 60, 40


def stretches(rates: np.ndarray, seed: int = 1, number: int = 8) -> list[Events]:
    """Stretches in which each pixel fires by chance, so often on average."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(number):
        pixel = np.repeat(np.arange(rates.size), rng.poisson(rates.ravel()))
        rng.shuffle(pixel)
        y, x = np.divmod(pixel, rates.shape[1])
        t = np.arange(len(pixel))
        p = np.ones(len(pixel), np.uint8)
        made.append(Events(t, x.astype(np.uint16), y.astype(np.uint16), p))
    return made


def found_in(rates: np.ndarray, **how: int) -> set[tuple[int, int]]:
    found = find_hot_pixels(stretches(rates, **how), WIDTH, HEIGHT)
    return {(int(x), int(y)) for x, y in found}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rate", [0.01, 0.5, 3.0, 30.0])
def test_noise_alone_has_no_hot_pixels(rate, seed):
    assert found_in(np.full((HEIGHT, WIDTH), rate), seed=seed) == set()


@pytest.mark.parametrize("seed", range(10))
def test_hot_pixels_are_found_alone_in_pairs_and_in_corners(seed):
    rates = np.full((HEIGHT, WIDTH), 0.2)
    hot = {(0, 0), (WIDTH - 1, HEIGHT - 1), (20, 20), (30, 11), (31, 11)}
    for x, y in hot:
        rates[y, x] = 25
    assert found_in(rates, seed=seed) == hot


@pytest.mark.parametrize("seed", range(10))
def test_edges_lamps_and_lines_that_stay_are_not_hot_pixels(seed):
    rates = np.full((HEIGHT, WIDTH), 0.2)
    rates[5, 3:50] = 40
    rates[10:30, 20] = 40
    rates[32:36, 40:44] = 90
    assert found_in(rates, seed=seed) == set()


def test_what_fires_in_one_stretch_only_is_not_hot():
    quiet = np.full((HEIGHT, WIDTH), 0.05)
    flash = quiet.copy()
    flash[9, 9] = 400
    parts = [*stretches(quiet, number=6), *stretches(flash, number=2)]
    assert len(find_hot_pixels(parts, WIDTH, HEIGHT)) == 0


def test_the_busiest_come_first():
    rates = np.full((HEIGHT, WIDTH), 0.1)
    rates[5, 7], rates[20, 30], rates[30, 50] = 20, 90, 40
    found = find_hot_pixels(stretches(rates), WIDTH, HEIGHT)
    assert found.tolist() == [[30, 20], [50, 30], [7, 5]]
    assert found.dtype == np.uint16


def test_no_events_and_events_outside_the_sensor():
    assert find_hot_pixels([], WIDTH, HEIGHT).shape == (0, 2)
    rates = np.full((HEIGHT, WIDTH + 5), 0.1)
    rates[3, WIDTH + 2] = 90
    assert len(find_hot_pixels(stretches(rates), WIDTH, HEIGHT)) == 0


@pytest.mark.parametrize("name", ["hot-pixels", "drone-idle"])
def test_all_hot_pixels_of_a_demo_and_no_other_are_found(name):
    scene = next(scene for scene in SCENES if scene.name == name)
    short = dataclasses.replace(scene, duration_us=800_000)
    simulation = Simulation(short)
    events = Events.concatenate(run for _end, run in simulation.slices())
    found = find_hot_pixels(sample(events.between, short.duration_us), short.width, short.height)
    truth = truth_of(short, simulation.hot_pixels)
    expected = set(zip(truth["hot_pixel_x"], truth["hot_pixel_y"], strict=True))
    assert len(expected) == scene.noise.hot_pixels
    assert {(int(x), int(y)) for x, y in found} == expected


@pytest.mark.parametrize("duration_us", [0, 5, 1_000, 500_000, 60_000_000])
def test_a_sample_is_spread_over_the_recording_and_inside_it(duration_us):
    asked: list[tuple[int, int]] = []

    def window(t0: int, t1: int) -> Events:
        asked.append((t0, t1))
        return Events.empty()

    assert len(list(sample(window, duration_us))) == STRETCHES
    assert asked[0][0] == 0 and asked[-1][1] == duration_us + 1
    assert all(0 <= t0 < t1 <= duration_us + 1 for t0, t1 in asked)
    assert all(t1 - t0 <= hot_pixels.STRETCH_US for t0, t1 in asked)


def test_a_sample_ends_when_it_is_cancelled():
    answers = iter([False, False, True])
    assert len(list(sample(lambda t0, t1: Events.empty(), 10**6, lambda: next(answers)))) == 2


def test_of_a_full_stretch_only_the_first_part_is_held(monkeypatch):
    monkeypatch.setattr(hot_pixels, "MOST_STRETCH_EVENTS", 7)
    full = stretches(np.full((HEIGHT, WIDTH), 3.0), number=1)[0]
    assert [len(part) for part in sample(lambda t0, t1: full, 10**6)] == [7] * STRETCHES
