import math

import numpy as np
import pytest

from evtui.demo.motion import Flight, Pose, Spin, Swing

SPINS = [
    Spin(20.0),
    Spin(6.0, turns_per_s2=1.5, wobble=1.5, wobble_hz=0.75, start=0.3),
    Spin(80.0, wobble=5.0, wobble_hz=2.0),
]


@pytest.mark.parametrize("spin", SPINS)
def test_turns_are_the_integral_of_the_stated_speed(spin: Spin) -> None:
    t = np.linspace(0, 3, 300_001)
    speed = spin.turns_per_s + spin.turns_per_s2 * t
    speed += spin.wobble * np.sin(2 * np.pi * spin.wobble_hz * t)
    turned = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(t))])
    assert np.allclose(spin.turns(t * 1e6), spin.start + turned, atol=1e-6)


def test_mean_speed() -> None:
    assert Spin(20.0, start=0.7).mean(0, 123_456) == pytest.approx(20.0)
    assert Spin(6.0, turns_per_s2=2.0).mean(1_000_000, 3_000_000) == pytest.approx(10.0)


def test_a_pose_places_and_locates() -> None:
    pose = Pose(100, 50, math.radians(90))
    x, y = pose.place(np.array([10.0, 0.0]), np.array([0.0, 5.0]))
    assert np.allclose(x, [100, 95]) and np.allclose(y, [60, 50])
    back_x, back_y = pose.locate(x, y)
    assert np.allclose(back_x, [10, 0]) and np.allclose(back_y, [0, 5])


def test_a_flight_swings_around_its_middle() -> None:
    flight = Flight(320, 240, Swing(100, 0.5), Swing(50, 1.0, 0.25), Swing(10, 0.5))
    assert flight.moves
    start, later = flight.at(0), flight.at(500_000)
    assert (start.x, start.y, start.roll) == pytest.approx((320, 290, 0))
    assert (later.x, later.y, later.roll) == pytest.approx((420, 190, math.radians(10)))


def test_without_swings_it_stands_still() -> None:
    flight = Flight(320, 240)
    assert not flight.moves
    assert flight.at(0) == flight.at(777) == Pose(320, 240, 0)
