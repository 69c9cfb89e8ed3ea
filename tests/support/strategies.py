"""Hypothesis strategies for what the layers hand each other."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.events import Events
from evtui.region import Region
from evtui.rendering.grid import Grid
from evtui.rendering.views import Shade

_COORDINATE = st.integers(0, 40) | st.integers(0, 65535)


def events_of(rows: list[tuple[int, int, int, int]]) -> Events:
    """Events from rows of t, x, y, p."""
    t, x, y, p = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Events(
        np.array(t, np.int64),
        np.array(x, np.uint16),
        np.array(y, np.uint16),
        np.array(p, np.uint8),
    )


def events(most: int = 60) -> st.SearchStrategy[Events]:
    """A few events anywhere, crowded near the origin so that dots are met more than once."""
    row = st.tuples(st.integers(0, 10**12), _COORDINATE, _COORDINATE, st.integers(0, 1))
    return st.lists(row, max_size=most).map(events_of)


@st.composite
def recorded(
    draw: st.DrawFn,
    size: tuple[int, int],
    least: int = 0,
    most: int = 40,
    longest_step_us: int = 1_000_000,
) -> Events:
    """A few events of a sensor of this size, sorted, from time 0 on."""
    steps = st.integers(0, 3) | st.integers(0, 300) | st.integers(0, longest_step_us)
    pixel = st.tuples(steps, st.integers(0, size[0] - 1), st.integers(0, size[1] - 1))
    rows = draw(st.lists(st.tuples(pixel, st.integers(0, 1)), min_size=least, max_size=most))
    times = np.cumsum([0, *(step for (step, _, _), _ in rows[1:])])
    return events_of([(int(t), x, y, p) for t, ((_, x, y), p) in zip(times, rows, strict=False)])


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """A rectangle inside what coordinates can reach."""
    x, y = draw(_COORDINATE), draw(_COORDINATE)
    width = draw(st.integers(1, 50) | st.integers(1, 65536))
    height = draw(st.integers(1, 50) | st.integers(1, 65536))
    return Region(x, y, min(width, 65536 - x), min(height, 65536 - y))


def grids() -> st.SearchStrategy[Grid]:
    """A region on fewer or more dots than it has pixels."""
    return st.builds(Grid, regions(), st.integers(1, 40), st.integers(1, 40))


def shades(dots: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    """Shades for a whole number of cells of so many dots across and down."""
    across, down = dots
    shapes = st.tuples(st.integers(1, 5), st.integers(1, 7)).map(
        lambda cells: (cells[0] * down, cells[1] * across)
    )
    values = st.sampled_from([int(shade) for shade in Shade])
    return numpy_st.arrays(np.uint8, shapes, elements=values)
