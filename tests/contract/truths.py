"""Events whose every value is known, with what makes windows hard: ties, bursts and gaps."""

from __future__ import annotations

import numpy as np

from evtui.events import Events

WIDTH, HEIGHT = 640, 480
"""The sensor of these events; its corners are hit, so that the size can be told from them."""


def made_events(count: int = 40_000, seed: int = 1, step_us: int = 1) -> Events:
    """Sorted events from time 0 on, many of them at the same time, some after a long gap.

    Args:
        count: events, at least 4.
        seed: of the random numbers.
        step_us: every time is a multiple of it.
    """
    random = np.random.default_rng(seed)
    steps = random.integers(0, 12, count) * (random.random(count) < 0.3)
    steps[random.integers(1, count, 5)] += 3_000  # gaps
    tie = int(random.integers(0, count // 2))
    steps[tie : tie + count // 3] = 0  # one run of equal times, over several chunks
    steps[0] = 0
    x = random.integers(0, WIDTH, count)
    y = random.integers(0, HEIGHT, count)
    x[0], y[0], x[-1], y[-1] = 0, 0, WIDTH - 1, HEIGHT - 1
    return Events(
        (np.cumsum(steps) * step_us).astype(np.int64),
        x.astype(np.uint16),
        y.astype(np.uint16),
        random.integers(0, 2, count).astype(np.uint8),
    )


def between(truth: Events, t0: int, t1: int) -> Events:
    """The events of a window, by looking at every one."""
    inside = (truth.t >= t0) & (truth.t < t1)
    return in_time_order(Events(truth.t[inside], truth.x[inside], truth.y[inside], truth.p[inside]))


def in_time_order(truth: Events, *, from_earliest: bool = False) -> Events:
    """All events sorted stably by time, which may then be counted from the earliest of them."""
    rows = sorted(range(len(truth)), key=truth.t.tolist().__getitem__)
    t = truth.t[rows]
    zero = t[0] if from_earliest and len(t) else 0
    return Events(t - zero, truth.x[rows], truth.y[rows], truth.p[rows])
