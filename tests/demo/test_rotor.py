from itertools import pairwise

import numpy as np
import pytest

from evtui.demo.motion import Pose, Spin
from evtui.demo.pixels import Pixels, Sparks
from evtui.demo.rotor import Blades, Rotor, RotorEdges

SIDE = 201
POSE = Pose(100, 100, 0)


def events_of(rotor: Rotor, t0: float, t1: float, pose: Pose = POSE, slices: int = 1) -> Sparks:
    """The rotor's events on a sensor whose pixels answer every edge once, and at once."""
    rng = np.random.default_rng(1)
    pixels = Pixels(SIDE, SIDE, rng)
    pixels.sensitivity[:] = 1
    pixels.answer = lambda seen, nth, rng: seen  # type: ignore[method-assign]
    edges = RotorEdges(rotor, pixels)
    bounds = np.linspace(t0, t1, slices + 1)
    runs = [edges.between(a, b, pose, rng) for a, b in pairwise(bounds)]
    return Sparks.gather(runs)


def rotor_with(spin: Spin, direction: int = 1, flatten: float = 1.0, guard: float = 0.0) -> Rotor:
    blades = Blades(count=3, hub=0.3, chord=0.3, widest=0.6)
    return Rotor(0, 0, 80, blades, spin, direction, flatten, guard=guard)


def polar(sparks: Sparks, flatten: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.divmod(sparks.pixel, SIDE)
    x, y = x - 100, (y - 100) / flatten
    return np.hypot(x, y) / 80, np.arctan2(y, x) / (2 * np.pi)


def in_order(sparks: Sparks) -> np.ndarray:
    return np.lexsort((sparks.p, sparks.pixel, sparks.t))


def test_each_turn_every_pixel_sees_both_edges_of_every_blade() -> None:
    sparks = events_of(rotor_with(Spin(10)), 0, 100_000)
    radius, _angle = polar(sparks)
    assert radius.min() > 0.3 and radius.max() < 1
    for p in (0, 1):
        _pixel, times = np.unique(sparks.pixel[sparks.p == p], return_counts=True)
        assert (times == 3).all()
        assert len(times) == pytest.approx(np.pi * 80**2 * (1 - 0.3**2), rel=0.02)


@pytest.mark.parametrize("spin", [Spin(10, start=0.2), Spin(8, turns_per_s2=30, wobble=2)])
def test_slices_join_without_a_gap(spin: Spin) -> None:
    whole = events_of(rotor_with(spin), 10_000, 60_000)
    sliced = events_of(rotor_with(spin), 10_000, 60_000, slices=7)
    whole, sliced = whole[in_order(whole)], sliced[in_order(sliced)]
    assert np.allclose(whole.t, sliced.t, atol=1)
    assert sorted(whole.pixel) == sorted(sliced.pixel)
    assert (whole.t >= 10_000).all() and (whole.t < 60_000).all()


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("flatten", [1.0, 0.6])
def test_edges_are_where_the_formula_puts_the_blades(direction: int, flatten: float) -> None:
    rotor = rotor_with(Spin(12, turns_per_s2=5, start=0.1), direction, flatten)
    sparks = events_of(rotor, 200_000, 220_000)
    radius, angle = polar(sparks, flatten)
    blade = direction * angle - rotor.spin.turns(sparks.t)
    edge = np.where(sparks.p == 0, 1, -1) * rotor.blades.half_width(radius)
    off = (blade - edge + 1 / 6) % (1 / 3) - 1 / 6
    assert len(sparks.t) > 1_000
    assert np.abs(off).max() < 1e-4


def test_a_pixel_darkens_before_it_brightens() -> None:
    sparks = events_of(rotor_with(Spin(10)), 0, 300_000)
    here = sparks[sparks.pixel == 100 * SIDE + 100 + 50]
    here = here[np.argsort(here.t)]
    gaps = np.diff(here.t)
    after_off = here.p[:-1] == 0
    assert (np.diff(here.p.astype(int)) != 0).all()
    assert gaps[after_off].max() < gaps[~after_off].min()


def test_the_body_carries_it() -> None:
    sparks = events_of(rotor_with(Spin(10)), 0, 100_000, Pose(60, 120, 0.3))
    y, x = np.divmod(sparks.pixel, SIDE)
    assert x.min() == 0 and y.max() > 195
    assert np.hypot(x - 60, y - 120).max() <= 80


def test_outside_the_sensor_it_makes_nothing() -> None:
    assert len(events_of(rotor_with(Spin(10)), 0, 100_000, Pose(-200, 100, 0)).t) == 0


def test_wires_of_a_guard_hide_the_blades() -> None:
    sparks = events_of(rotor_with(Spin(10), guard=10), 0, 100_000)
    radius, _angle = polar(sparks)
    behind = radius * 80 % 10 < 2
    assert 0 < np.count_nonzero(behind) < 0.05 * len(behind)
