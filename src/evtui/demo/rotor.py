"""The events of a turning rotor: the edges of its dark blades sweep over the pixels.

The leading edge darkens a pixel (OFF), the trailing edge frees it again (ON).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.demo.motion import Floats, Pose, Spin
from evtui.demo.pixels import Pixels, Sparks
from evtui.events import OFF, ON

_TIME_STEPS = 65
_THROUGH_WIRE = 0.08


@dataclass(frozen=True, slots=True)
class Blades:
    """The shape of a rotor's blades; lengths in units of the rotor's radius."""

    count: int
    hub: float
    """Where the blades begin."""
    chord: float
    """Width of a blade where it is widest."""
    widest: float
    """How far out that is."""
    sweep: float = 0.0
    """How far the tip trails behind the root, in turns."""

    def half_width(self, r: Floats) -> Floats:
        """Half the angle a blade takes at radius ``r``, in turns; 0 at the rounded tip."""
        outside = ((r - self.widest) / (1 - self.widest)).clip(0, 1)
        inside = ((self.widest - r) / self.widest).clip(0, 1)
        chord = self.chord * np.sqrt(1 - outside**2) * (1 - 0.6 * inside**2)
        return np.asarray(chord / r / (4 * np.pi))


@dataclass(frozen=True, slots=True)
class Rotor:
    """A rotor of a body, in body coordinates (pixels from the body's middle)."""

    x: float
    y: float
    radius: float
    blades: Blades
    spin: Spin
    direction: int = 1
    """1 turns clockwise on the screen, −1 the other way."""
    flatten: float = 1.0
    """Height over width of its disc: below 1 it is seen at a slant."""
    contrast: float = 1.0
    """Events that an edge gives in a mean pixel."""
    guard: float = 0.0
    """Pixels between the rings of a wire guard, which hides what is behind it; 0 for no guard."""


class RotorEdges:
    """The edges of one rotor as they cross the pixels, slice of time by slice of time.

    A crossing happens when the rotor has turned to a certain angle.  So all crossings of one turn
    are put in a table sorted by that angle, counted in blade passes: pass n + f is blade n at
    fraction f of the way to the next.  A slice of time is then a run of rows of the table, over and
    over, and the rotor's formula of time, inverted, says when.
    """

    def __init__(self, rotor: Rotor, pixels: Pixels) -> None:
        self._rotor = rotor
        self._pixels = pixels
        self._pose: Pose | None = None
        self._table = _Table.empty()

    def between(self, t0_us: float, t1_us: float, pose: Pose, rng: np.random.Generator) -> Sparks:
        """The events of crossings with t0 ≤ t < t1, the body held at ``pose``."""
        if pose != self._pose:
            self._table, self._pose = self._tabulate(pose), pose
        table = self._table
        times = np.linspace(t0_us, t1_us, _TIME_STEPS)
        passes = self._rotor.spin.turns(times) * self._rotor.blades.count
        crossings = np.arange(table.row_of(passes[0]), table.row_of(passes[-1]))
        whole, row = np.divmod(crossings, max(1, len(table.fraction)))
        seen, nth = self._pixels.see(table.mean[row], rng)
        whole, row = whole[seen], row[seen]
        t = np.interp(table.fraction[row] + whole, passes, times)
        return self._pixels.answer(Sparks(t, table.pixel[row], table.p[row]), nth, rng)

    def _tabulate(self, pose: Pose) -> _Table:
        rotor = self._rotor
        x, y = self._box(pose)
        across, down = pose.locate(x, y)
        across, down = across - rotor.x, (down - rotor.y) / rotor.flatten
        r = np.hypot(across, down) / rotor.radius
        blade = (r > rotor.blades.hub) & (r < 1)
        x, y, r = x[blade], y[blade], r[blade]
        angle = rotor.direction * np.arctan2(down[blade], across[blade]) / (2 * np.pi)
        middle = angle + rotor.blades.sweep * (r - rotor.blades.hub) / (1 - rotor.blades.hub)
        half = rotor.blades.half_width(r)
        pixel = (y * self._pixels.width + x).astype(np.int32)
        wire = np.where(self._behind_wire(r), _THROUGH_WIRE, 1.0)
        mean = (rotor.contrast * wire * self._pixels.sensitivity[pixel]).astype(np.float32)
        return _Table.of_edges(
            rotor.blades.count * np.concatenate([middle - half, middle + half]),
            np.concatenate([pixel, pixel]),
            np.repeat(np.array([OFF, ON], np.uint8), len(pixel)),
            np.concatenate([mean, mean]),
        )

    def _box(self, pose: Pose) -> tuple[Floats, Floats]:
        """Pixel coordinates of the part of the sensor that the rotor may cover."""
        x, y = pose.place(self._rotor.x, self._rotor.y)
        reach = self._rotor.radius + 1
        columns = np.arange(max(0, int(x - reach)), min(self._pixels.width, int(x + reach) + 1))
        rows = np.arange(max(0, int(y - reach)), min(self._pixels.height, int(y + reach) + 1))
        grid_x, grid_y = np.meshgrid(columns.astype(np.float64), rows.astype(np.float64))
        return grid_x.ravel(), grid_y.ravel()

    def _behind_wire(self, r: Floats) -> NDArray[np.bool_]:
        if not self._rotor.guard:
            return np.zeros(len(r), np.bool_)
        return np.asarray(r * self._rotor.radius % self._rotor.guard < 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Crossings of one blade pass, sorted by the fraction of the pass at which they happen.

    ``mean`` is the mean number of events a crossing gives.
    """

    fraction: Floats
    pixel: NDArray[np.int32]
    p: NDArray[np.uint8]
    mean: NDArray[np.float32]

    @staticmethod
    def of_edges(
        passes: Floats,
        pixel: NDArray[np.int32],
        p: NDArray[np.uint8],
        mean: NDArray[np.float32],
    ) -> _Table:
        fraction = passes % 1.0
        order = np.argsort(fraction)
        return _Table(fraction[order], pixel[order], p[order], mean[order])

    @staticmethod
    def empty() -> _Table:
        none = np.empty(0)
        return _Table(none, none.astype(np.int32), none.astype(np.uint8), none.astype(np.float32))

    def row_of(self, passes: float) -> int:
        """The first crossing at or after so many passes, the rows of pass n counted from n·len."""
        whole = int(np.floor(passes))
        return whole * len(self.fraction) + int(np.searchsorted(self.fraction, passes - whole))
