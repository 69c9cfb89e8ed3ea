"""Events for the writers."""

from collections.abc import Callable

import numpy as np
import pytest

from evtui.events import Events


@pytest.fixture
def make_events() -> Callable[[int], Events]:
    """Makes so many events on a 640×480 sensor, in order of time, several at one time."""

    def make(count: int, seed: int = 1) -> Events:
        rng = np.random.default_rng(seed)
        return Events(
            np.sort(rng.integers(0, 3 * count, count)),
            rng.integers(0, 640, count).astype(np.uint16),
            rng.integers(0, 480, count).astype(np.uint16),
            rng.integers(0, 2, count).astype(np.uint8),
        )

    return make
