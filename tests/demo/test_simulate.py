import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from evtui.demo.pixels import REFRACTORY_US
from evtui.demo.scenes import SCENES, Scene, truth_of
from evtui.demo.simulate import Simulation
from evtui.events import Events

Simulate = Callable[[Scene], Events]
Shorten = Callable[[Scene], Scene]


def test_events_are_in_order_and_on_the_sensor(short_scene: Scene, simulate: Simulate) -> None:
    events = simulate(short_scene)
    assert (np.diff(events.t) >= 0).all()
    assert events.t[0] >= 0 and events.t[-1] < short_scene.duration_us
    assert events.x.max() < short_scene.width and events.y.max() < short_scene.height
    assert set(np.unique(events.p)) == {0, 1}


def test_rates_are_those_of_real_sensors(short_scene: Scene, simulate: Simulate) -> None:
    events = simulate(short_scene)
    tenths = np.bincount(events.t * 10 // short_scene.duration_us, minlength=10)
    assert 1e5 < len(events) * 1e6 / short_scene.duration_us < 1e7
    assert tenths.max() < 2 * tenths.min()


def test_no_pixel_fires_twice_within_its_rest(short_scene: Scene, simulate: Simulate) -> None:
    events = simulate(short_scene)
    pixel = events.y.astype(np.int64) * short_scene.width + events.x
    order = np.lexsort((events.t, pixel))
    same = np.diff(pixel[order]) == 0
    assert same.any()
    assert np.diff(events.t[order])[same].min() >= REFRACTORY_US


def test_the_same_scene_gives_the_same_events(short_scene: Scene, simulate: Simulate) -> None:
    short = dataclasses.replace(short_scene, duration_us=25_000)
    again = dataclasses.replace(short)
    other = dataclasses.replace(short, seed=99)
    first = Events.concatenate(events for _end, events in Simulation(short).slices())
    second = Events.concatenate(events for _end, events in Simulation(again).slices())
    assert first.equals(second)
    assert not first.equals(simulate(other))


def test_slices_follow_one_another(short_scene: Scene) -> None:
    short = dataclasses.replace(short_scene, duration_us=42_000)
    begin = 0
    for end, events in Simulation(short).slices():
        assert begin <= events.t[0] and events.t[-1] < end
        begin = end
    assert begin == 42_000


WITH_ROTORS = [scene for scene in SCENES if scene.rotors]
ROTORS = [(scene, number) for scene in WITH_ROTORS for number in range(len(scene.rotors))]


@pytest.mark.parametrize(
    ("scene", "number"), ROTORS, ids=[f"{scene.name}-{number}" for scene, number in ROTORS]
)
def test_the_blades_pass_at_the_true_rate(
    scene: Scene, number: int, simulate: Simulate, shortened: Shorten
) -> None:
    """Only what the file says is used: its attributes and its events."""
    short = shortened(scene)
    events, truth = simulate(short), truth_of(short, Simulation(short).hot_pixels)
    inside = near_a_blade(events, truth, number) & (events.p == 1)
    passes = turned(events.t[inside], truth, number) * truth["rotor_blades"][number]
    counts, _edges = np.histogram(passes, np.arange(0, passes.max(), 1 / 32))
    spectrum = np.abs(np.fft.rfft((counts - counts.mean()) * np.hanning(len(counts)), 1 << 16))
    per_pass = np.fft.rfftfreq(1 << 16, 1 / 32)
    searched = (per_pass > 0.3) & (per_pass < 6)
    assert per_pass[searched][np.argmax(spectrum[searched])] == pytest.approx(1, rel=0.01)


def near_a_blade(events: Events, truth: dict, number: int) -> np.ndarray:
    """Events at a spot of the rotor's disc."""
    across, down = from_hub(events, truth, number)
    return np.hypot(across - 0.6, down) < 0.2


def from_hub(events: Events, truth: dict, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Places on a rotor's disc, in radii from its middle; the body carries it along its path."""
    path_x, path_y, roll = (
        np.interp(events.t, truth["path_t_us"], truth[f"path_{name}"])
        for name in ("x", "y", "roll_degrees")
    )
    roll = np.radians(roll)
    x, y = events.x - path_x, events.y - path_y
    across = np.cos(roll) * x + np.sin(roll) * y - truth["rotor_x_from_middle"][number]
    down = np.cos(roll) * y - np.sin(roll) * x - truth["rotor_y_from_middle"][number]
    radius = truth["rotor_radius"][number]
    return across / radius, down / radius / truth["rotor_flatten"][number]


def turned(t_us: np.ndarray, truth: dict, number: int) -> np.ndarray:
    """Turns since t = 0, by summing up the speed that the file's formula gives."""
    t = np.arange(0, t_us.max() + 100, 100) / 1e6
    speed = truth["rotor_turns_per_s"][number] + truth["rotor_turns_per_s2"][number] * t
    wobble = 2 * np.pi * truth["rotor_wobble_hz"][number] * t
    speed = speed + truth["rotor_wobble"][number] * np.sin(wobble)
    turns = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(t))])
    return np.interp(t_us / 1e6, t, turns)


@pytest.mark.parametrize("scene", WITH_ROTORS, ids=lambda scene: scene.name)
def test_rotors_are_where_the_path_says(
    scene: Scene, simulate: Simulate, shortened: Shorten
) -> None:
    scene = shortened(scene)
    events, truth = simulate(scene), truth_of(scene, Simulation(scene).hot_pixels)
    inside = np.zeros(len(events), bool)
    for number in range(len(scene.rotors)):
        distance = np.hypot(*from_hub(events, truth, number))
        hub = truth["rotor_hub_radius"][number] / truth["rotor_radius"][number]
        assert np.count_nonzero(distance < 0.8 * hub) < 0.01 * len(events)
        inside |= distance < 1.05
    outside_by_noise = scene.noise.rate_hz * scene.pixels * 1.5
    outside_by_body = 100_000 * scene.flight.moves
    outside = np.count_nonzero(~inside) * 1e6 / scene.duration_us
    assert outside < outside_by_noise + outside_by_body
    assert np.count_nonzero(inside) > 0.85 * len(events)


def test_hot_pixels_are_where_the_truth_says(short_scene: Scene, simulate: Simulate) -> None:
    events, truth = simulate(short_scene), truth_of(short_scene, Simulation(short_scene).hot_pixels)
    counts = np.zeros((short_scene.height, short_scene.width), int)
    np.add.at(counts, (events.y, events.x), 1)
    there = counts[truth["hot_pixel_y"], truth["hot_pixel_x"]]
    expected = np.array(truth["hot_pixel_hz"]) * short_scene.duration_us / 1e6
    rest = 1 / (1 + np.array(truth["hot_pixel_hz"]) * REFRACTORY_US / 1e6)
    assert len(there) == short_scene.noise.hot_pixels
    assert there.sum() == pytest.approx((expected * rest).sum(), rel=0.15)
