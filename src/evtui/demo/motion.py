"""How things in a scene move: formulas of time, so that the truth is exact at any moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.units import US_PER_S

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spin:
    """How fast a rotor turns: a base speed, a steady change of it, and a sinus on top.

    With t in seconds of the recording's clock::

        turns/s = turns_per_s + turns_per_s2·t + wobble·sin(2π·wobble_hz·t)
    """

    turns_per_s: float
    turns_per_s2: float = 0.0
    wobble: float = 0.0
    """Amplitude of the sinus, turns/s."""
    wobble_hz: float = 1.0
    start: float = 0.0
    """Where the first blade stands at t = 0, in turns."""

    def turns(self, t_us: Any) -> Floats:
        """Turns made since t = 0, plus ``start``: the integral of the speed, in closed form."""
        t = np.asarray(t_us, np.float64) / US_PER_S
        circle = 2 * math.pi * self.wobble_hz
        swing = self.wobble / circle * (1 - np.cos(circle * t))
        return self.start + self.turns_per_s * t + self.turns_per_s2 * t**2 / 2 + swing

    def mean(self, t0_us: float, t1_us: float) -> float:
        """Mean speed between two times, in turns/s."""
        turned = self.turns(t1_us) - self.turns(t0_us)
        return float(turned) * US_PER_S / (t1_us - t0_us)


@dataclass(frozen=True, slots=True)
class Swing:
    """A sinus: ``amplitude·sin(2π(hz·t + phase))``, t in seconds, phase in turns."""

    amplitude: float = 0.0
    hz: float = 1.0
    phase: float = 0.0

    def at(self, t_us: Any) -> Floats:
        t = np.asarray(t_us, np.float64) / US_PER_S
        return self.amplitude * np.sin(2 * math.pi * (self.hz * t + self.phase))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a body is at one moment."""

    x: float
    y: float
    roll: float
    """Radians, clockwise on the screen because y points down."""

    def place(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Body coordinates, numbers or arrays, to pixels of the sensor."""
        cos, sin = math.cos(self.roll), math.sin(self.roll)
        return self.x + cos * x - sin * y, self.y + sin * x + cos * y

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Pixels of the sensor to body coordinates."""
        cos, sin = math.cos(self.roll), math.sin(self.roll)
        return cos * (x - self.x) + sin * (y - self.y), cos * (y - self.y) - sin * (x - self.x)


@dataclass(frozen=True, slots=True)
class Flight:
    """The path of a body: it swings around a middle; without swings it stands still."""

    x: float
    y: float
    swing_x: Swing = Swing()
    swing_y: Swing = Swing()
    swing_roll: Swing = Swing()
    """In degrees."""

    @property
    def moves(self) -> bool:
        swings = (self.swing_x, self.swing_y, self.swing_roll)
        return any(swing.amplitude for swing in swings)

    def at(self, t_us: float) -> Pose:
        return Pose(
            self.x + float(self.swing_x.at(t_us)),
            self.y + float(self.swing_y.at(t_us)),
            math.radians(float(self.swing_roll.at(t_us))),
        )
