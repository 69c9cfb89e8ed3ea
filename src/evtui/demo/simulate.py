"""A scene as a stream of events, slice of time by slice of time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evtui.demo.noise import HotPixels, choose_hot_pixels, noise_between
from evtui.demo.outline import OutlineEdges
from evtui.demo.pixels import LONGEST_DELAY_US, Pixels, Sparks
from evtui.demo.rotor import RotorEdges
from evtui.demo.scenes import Scene
from evtui.events import Events

_STILL_SLICE_US = 20_000
_MOVING_SLICE_US = 5_000


class Simulation:
    """One scene before one sensor; the same scene gives the same events each time."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._rng = np.random.default_rng(scene.seed)
        self.hot_pixels: HotPixels = choose_hot_pixels(scene.noise, scene.pixels, self._rng)
        self._pixels = Pixels(scene.width, scene.height, self._rng)
        self._rotors = [RotorEdges(rotor, self._pixels) for rotor in scene.rotors]
        self._outline = (
            OutlineEdges(scene.parts, scene.parts_contrast, self._pixels) if scene.parts else None
        )

    def slices(self) -> Iterator[tuple[int, Events]]:
        """Slices of a few ms: their end, and their events in order of time.

        Times are µs of the scene's clock.  What happens just before time 0 is simulated too, for
        the events that come late.
        """
        step = _MOVING_SLICE_US if self._scene.flight.moves else _STILL_SLICE_US
        late = self._between(-LONGEST_DELAY_US, 0)
        late = late[late.t >= 0]
        for t0 in range(0, self._scene.duration_us, step):
            t1 = min(t0 + step, self._scene.duration_us)
            sparks = Sparks.gather([late, self._between(t0, t1)])
            due = sparks.t < t1
            late = sparks[~due]
            yield t1, self._events(sparks[due], t0)

    def _between(self, t0: int, t1: int) -> Sparks:
        """What happens in a slice; some of its events come after it."""
        scene, rng = self._scene, self._rng
        middle = scene.flight.at((t0 + t1) / 2)
        causes = [rotor.between(t0, t1, middle, rng) for rotor in self._rotors]
        if self._outline:
            begin, end = scene.flight.at(t0), scene.flight.at(t1)
            causes.append(self._outline.between(t0, t1, begin, end, rng))
        noise = noise_between(t0, t1, scene.noise, self.hot_pixels, scene.pixels, rng)
        return Sparks.gather([*causes, noise])

    def _events(self, sparks: Sparks, t0: int) -> Events:
        """What the sensor reports: whole µs, in order, none from a pixel that rests."""
        since = (sparks.t - t0).astype(np.uint16)
        order = np.argsort(since, kind="stable")
        t, pixel, p = since[order].astype(np.int64) + t0, sparks.pixel[order], sparks.p[order]
        awake = self._pixels.awake(t, pixel)
        y, x = np.divmod(pixel[awake], self._scene.width)
        return Events(t[awake], x.astype(np.uint16), y.astype(np.uint16), p[awake])
