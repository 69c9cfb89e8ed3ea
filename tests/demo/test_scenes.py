import numpy as np
import pytest

from evtui.demo.noise import HotPixels
from evtui.demo.scenes import SCENES, Scene, truth_of

HOT = HotPixels(np.array([5, 1_300], np.int32), np.array([300.0, 700.0]))


def test_names_and_seeds_are_all_different() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)
    assert len({scene.seed for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_path_is_its_formula(scene: Scene) -> None:
    truth = truth_of(scene, HOT)
    t = np.array(truth["path_t_us"])[:, None] / 1e6
    amplitude, hz, phase = (
        np.array(truth[f"path_{name}"]) for name in ("amplitude", "hz", "phase")
    )
    path = np.array(truth["path_middle"]) + amplitude * np.sin(2 * np.pi * (hz * t + phase))
    sampled = [truth["path_x"], truth["path_y"], truth["path_roll_degrees"]]
    assert np.allclose(path.T, sampled)
    assert truth["path_t_us"][-1] == (scene.duration_us if scene.flight.moves else 0)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_rotors_stay_on_the_sensor_and_never_stop(scene: Scene) -> None:
    truth = truth_of(scene, HOT)
    for rotor in scene.rotors:
        reach = np.hypot(rotor.x, rotor.y) + rotor.radius
        assert min(truth["path_x"]) > reach and max(truth["path_x"]) < scene.width - reach
        turns = rotor.spin.turns(np.linspace(-10_000, scene.duration_us, 10_001))
        assert (np.diff(turns) > 0).all()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_list_of_rotors_has_one_entry_a_rotor(scene: Scene) -> None:
    truth = truth_of(scene, HOT)
    lists = [value for key, value in truth.items() if key.startswith("rotor_")]
    assert bool(lists) is bool(scene.rotors)
    assert all(len(value) == len(scene.rotors) for value in lists if isinstance(value, list))


def test_drone_rotors_turn_against_their_neighbours_each_at_its_own_speed() -> None:
    for scene in SCENES:
        if scene.name.startswith("drone"):
            truth = truth_of(scene, HOT)
            assert truth["rotor_direction"] == [1, -1, 1, -1]
            assert len(set(truth["rotor_turns_per_s"])) == 4
            assert truth["rotor_mean_turns_per_s"] == pytest.approx(truth["rotor_turns_per_s"])


def test_hot_pixels_are_given_by_column_and_row() -> None:
    truth = truth_of(SCENES[0], HOT)
    assert (truth["hot_pixel_x"], truth["hot_pixel_y"]) == ([5, 20], [0, 1])
    assert truth["hot_pixel_hz"] == [300.0, 700.0]
