"""The scenes of the demo recordings, and the truth each file carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evtui.demo.motion import Flight, Spin, Swing
from evtui.demo.noise import HotPixels, Noise
from evtui.demo.outline import Bar, Disc
from evtui.demo.rotor import Blades, Rotor
from evtui.units import US_PER_S

Truth = dict[str, str | int | float | list[str] | list[int] | list[float]]

_PATH_STEP_US = 10_000


@dataclass(frozen=True, slots=True)
class Scene:
    """One demo recording: what is seen, how it moves, how noisy the sensor is."""

    name: str
    """The file's name without its ending."""
    description: str
    width: int
    height: int
    duration_us: int
    seed: int
    flight: Flight
    """Path of the body that carries rotors and parts."""
    noise: Noise
    rotors: tuple[Rotor, ...] = ()
    parts: tuple[Bar | Disc, ...] = ()
    """Dark parts of the body, which make events when it moves."""
    parts_contrast: float = 1.0

    @property
    def pixels(self) -> int:
        return self.width * self.height


_FAN_BLADES = Blades(count=3, hub=0.2, chord=0.62, widest=0.66, sweep=0.06)
_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_PROPELLER = Blades(count=2, hub=0.1, chord=0.17, widest=0.4, sweep=0.01)


def _arm_ends(arm: float, flatten: float) -> list[tuple[float, float]]:
    """The ends of four crossed arms, clockwise from the upper left."""
    return [(across * arm, down * arm * flatten) for across, down in _CORNERS]


def _drone_rotors(
    arm: float, radius: float, flatten: float, contrast: float, speeds: tuple[float, ...]
) -> tuple[Rotor, ...]:
    """Four rotors, each at its own speed, neighbours turning against each other."""
    rotors = []
    for number, (x, y) in enumerate(_arm_ends(arm, flatten)):
        spin = Spin(speeds[number], start=0.13 * number)
        direction = 1 if number % 2 == 0 else -1
        rotors.append(Rotor(x, y, radius, _PROPELLER, spin, direction, flatten, contrast))
    return tuple(rotors)


def _drone_body(arm: float, flatten: float) -> tuple[Bar | Disc, ...]:
    """Four arms with a motor on each, and a hull."""
    ends = _arm_ends(arm, flatten)
    arms = [Bar(x * 0.25, y * 0.25, x * 0.93, y * 0.93, width=5) for x, y in ends]
    motors = [Disc(x, y, 4.5, flatten) for x, y in ends]
    return (*arms, *motors, Disc(0, 0, arm * 0.36, 0.7))


SCENES: tuple[Scene, ...] = (
    Scene(
        name="fan",
        description="A fan with 3 blades at a constant 20 turns/s (1200 rpm), behind a wire guard.",
        width=1280,
        height=720,
        duration_us=4 * US_PER_S,
        seed=1,
        flight=Flight(640, 360),
        noise=Noise(rate_hz=0.05, hot_pixels=6),
        rotors=(Rotor(0, 0, 260, _FAN_BLADES, Spin(20.0), contrast=0.19, guard=22),),
    ),
    Scene(
        name="fan-changing-speed",
        description="A fan with 5 blades: from 6 to 15 turns/s in 6 s, and ±1.5 on top.",
        width=1280,
        height=720,
        duration_us=6 * US_PER_S,
        seed=2,
        flight=Flight(560, 350),
        noise=Noise(rate_hz=0.05, hot_pixels=6),
        rotors=(
            Rotor(
                0,
                0,
                220,
                Blades(count=5, hub=0.28, chord=0.42, widest=0.7, sweep=0.05),
                Spin(6.0, turns_per_s2=1.5, wobble=1.5, wobble_hz=0.75),
                direction=-1,
                flatten=0.93,
                contrast=0.12,
            ),
        ),
    ),
    Scene(
        name="drone-idle",
        description="A drone that stands still, its four rotors idling at 80 to 83.5 turns/s.",
        width=640,
        height=480,
        duration_us=4 * US_PER_S,
        seed=3,
        flight=Flight(320, 240),
        noise=Noise(rate_hz=0.1, hot_pixels=8),
        rotors=_drone_rotors(112, 78, 0.72, 0.13, (80.0, 82.5, 81.0, 83.5)),
    ),
    Scene(
        name="drone-flying",
        description="A drone that loops and tilts, its four rotors at 96 to 118 turns/s.",
        width=640,
        height=480,
        duration_us=5 * US_PER_S,
        seed=4,
        flight=Flight(
            320,
            240,
            swing_x=Swing(150, 0.4),
            swing_y=Swing(80, 0.8, 0.1),
            swing_roll=Swing(14, 0.4, 0.25),
        ),
        noise=Noise(rate_hz=0.1, hot_pixels=8),
        rotors=_drone_rotors(62, 44, 0.6, 0.23, (104.0, 112.0, 96.0, 118.0)),
        parts=_drone_body(62, 0.6),
        parts_contrast=0.9,
    ),
    Scene(
        name="hot-pixels",
        description="Almost nothing: a small ball swings through noise and 40 hot pixels.",
        width=640,
        height=480,
        duration_us=5 * US_PER_S,
        seed=5,
        flight=Flight(320, 240, swing_x=Swing(220, 0.5), swing_y=Swing(130, 0.75)),
        noise=Noise(rate_hz=0.3, hot_pixels=40),
        parts=(Disc(0, 0, 14),),
        parts_contrast=1.4,
    ),
)


def truth_of(scene: Scene, hot: HotPixels) -> Truth:
    """What is known of a scene, as attributes of its file.

    Lists have one entry for each rotor, hot pixel or step of the path.  Times are those of the
    column ``t``, in µs, or in s within formulas; places are pixels, y downwards.
    """
    return {
        "description": scene.description,
        "scene": scene.name,
        "seed": scene.seed,
        "noise_hz_per_pixel": scene.noise.rate_hz,
        "hot_pixel_x": [int(pixel) % scene.width for pixel in hot.pixel],
        "hot_pixel_y": [int(pixel) // scene.width for pixel in hot.pixel],
        "hot_pixel_hz": hot.hz.tolist(),
        **_path(scene),
        **(_rotors(scene) if scene.rotors else {}),
    }


def _path(scene: Scene) -> Truth:
    flight = scene.flight
    steps = range(0, scene.duration_us + 1, _PATH_STEP_US) if flight.moves else range(1)
    poses = [flight.at(t) for t in steps]
    truth: Truth = {
        "path_formula": "middle + amplitude·sin(2π(hz·t + phase)): x px, y px, roll degrees",
        "path_t_us": list(steps),
        "path_x": [pose.x for pose in poses],
        "path_y": [pose.y for pose in poses],
        "path_roll_degrees": [float(np.degrees(pose.roll)) for pose in poses],
        "path_middle": [flight.x, flight.y, 0.0],
    }
    swings = (flight.swing_x, flight.swing_y, flight.swing_roll)
    truth["path_amplitude"] = [swing.amplitude for swing in swings]
    truth["path_hz"] = [swing.hz for swing in swings]
    truth["path_phase"] = [swing.phase for swing in swings]
    return truth


def _rotors(scene: Scene) -> Truth:
    rotors = scene.rotors
    spins = [rotor.spin for rotor in rotors]
    return {
        "rotor_speed_formula": "turns_per_s + turns_per_s2·t + wobble·sin(2π·wobble_hz·t), turns/s",
        "rotor_turns_per_s": [spin.turns_per_s for spin in spins],
        "rotor_turns_per_s2": [spin.turns_per_s2 for spin in spins],
        "rotor_wobble": [spin.wobble for spin in spins],
        "rotor_wobble_hz": [spin.wobble_hz for spin in spins],
        "rotor_start_turns": [spin.start for spin in spins],
        "rotor_mean_turns_per_s": [spin.mean(0, scene.duration_us) for spin in spins],
        "rotor_blades": [rotor.blades.count for rotor in rotors],
        "rotor_direction": [rotor.direction for rotor in rotors],
        "rotor_x_from_middle": [rotor.x for rotor in rotors],
        "rotor_y_from_middle": [rotor.y for rotor in rotors],
        "rotor_radius": [rotor.radius for rotor in rotors],
        "rotor_hub_radius": [rotor.blades.hub * rotor.radius for rotor in rotors],
        "rotor_flatten": [rotor.flatten for rotor in rotors],
    }
