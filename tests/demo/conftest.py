"""Short versions of the demo's scenes, simulated once."""

import dataclasses
from collections.abc import Callable
from functools import cache

import pytest

from evtui.demo.scenes import SCENES, Scene
from evtui.demo.simulate import Simulation
from evtui.events import Events


@pytest.fixture(scope="session")
def shortened() -> Callable[[Scene], Scene]:
    """A scene cut to a dozen blade passes."""

    def cut(scene: Scene) -> Scene:
        duration_us = 400_000 if scene.name == "fan-changing-speed" else 200_000
        return dataclasses.replace(scene, duration_us=duration_us)

    return cut


@pytest.fixture(params=SCENES, ids=lambda scene: scene.name)
def short_scene(request: pytest.FixtureRequest, shortened: Callable[[Scene], Scene]) -> Scene:
    return shortened(request.param)


@pytest.fixture(scope="session")
def simulate() -> Callable[[Scene], Events]:
    """All events of a scene, kept for the next test that asks."""

    @cache
    def run(scene: Scene) -> Events:
        return Events.concatenate(events for _end, events in Simulation(scene).slices())

    return run
