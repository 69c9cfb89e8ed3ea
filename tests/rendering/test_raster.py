import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import OFF, ON, Events
from evtui.region import Region
from evtui.rendering.grid import Grid
from evtui.rendering.raster import NEVER, accumulate
from support.strategies import events, events_of, grids


def naive(some: Events, grid: Grid) -> dict[int, np.ndarray]:
    """One event after the other, as the promise reads."""
    region = grid.region
    counts = {p: np.zeros((grid.rows, grid.columns), np.int64) for p in (ON, OFF)}
    for x, y, p in zip(some.x.tolist(), some.y.tolist(), some.p.tolist(), strict=True):
        right, down = x - region.x, y - region.y
        if 0 <= right < region.width and 0 <= down < region.height:
            dot = down * grid.rows // region.height, right * grid.columns // region.width
            counts[p][dot] += 1
    return counts


@given(events(), grids())
def test_counts_are_those_of_a_plain_loop(some, grid):
    raster, expected = accumulate(some, grid), naive(some, grid)
    assert np.array_equal(raster.on, expected[ON])
    assert np.array_equal(raster.off, expected[OFF])
    assert np.array_equal(raster.total, expected[ON] + expected[OFF])
    assert raster.on.dtype == raster.off.dtype == raster.total.dtype == np.int32


@given(st.lists(events(20), max_size=4), grids())
def test_parts_gather_to_what_the_whole_does(parts, grid):
    window = 0, 10**12 + 1
    whole = accumulate(Events.concatenate(parts), grid, window)
    gathered = accumulate((part for part in parts), grid, window)
    assert gathered.window == whole.window
    for fact in ("on", "off", "total", "newest"):
        assert np.array_equal(getattr(gathered, fact), getattr(whole, fact))


def naive_newest(some: Events, grid: Grid) -> np.ndarray:
    region = grid.region
    newest = np.full((2, grid.rows, grid.columns), NEVER, np.int64)
    columns = (some.t.tolist(), some.x.tolist(), some.y.tolist(), some.p.tolist())
    for t, x, y, p in zip(*columns, strict=True):
        right, down = x - region.x, y - region.y
        if 0 <= right < region.width and 0 <= down < region.height:
            dot = p, down * grid.rows // region.height, right * grid.columns // region.width
            newest[dot] = max(newest[dot], t)
    return newest


@given(events(), grids())
def test_the_newest_times_are_those_of_a_plain_loop_in_whatever_order(some, grid):
    raster = accumulate(some, grid)
    assert np.array_equal(raster.newest, naive_newest(some, grid))
    assert np.array_equal(raster.newest != NEVER, np.stack([raster.off, raster.on]) > 0)


def test_the_window_is_the_events_span_unless_it_is_given():
    grid = Grid(Region(0, 0, 4, 4), 4, 4)
    some = events_of([(30, 0, 0, ON), (10, 1, 1, OFF), (20, 2, 2, ON)])
    assert accumulate(some, grid).window == (10, 31)
    assert accumulate(some, grid, (0, 100)).window == (0, 100)
    assert accumulate(Events.empty(), grid).window == (0, 0)


@pytest.mark.parametrize("x", [0, 65535])
@pytest.mark.parametrize("y", [0, 65535])
def test_the_corners_of_the_largest_sensor_are_counted(x, y):
    whole = Region(0, 0, 65536, 65536)
    raster = accumulate(events_of([(0, x, y, ON)]), Grid(whole, 3, 2))
    assert raster.on[y // 65535, 2 * (x // 65535)] == 1
    assert raster.total.sum() == 1


def test_a_region_counts_its_own_edges_and_nothing_beyond():
    rows = [(0, x, y, ON) for x in range(12) for y in range(12)]
    raster = accumulate(events_of(rows), Grid(Region(4, 5, 3, 2), 3, 2))
    assert raster.on.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_stated_sensor_beyond_all_coordinates_still_counts():
    grid = Grid(Region(0, 0, 200_000, 100_000), 20, 10)
    raster = accumulate(events_of([(0, 0, 0, ON), (0, 65535, 65535, OFF)]), grid)
    assert raster.on[0, 0] == 1
    assert raster.off[6, 6] == 1


def test_no_events_make_an_empty_raster():
    raster = accumulate(Events.empty(), Grid(Region(0, 0, 640, 480), 64, 48))
    assert raster.on.shape == raster.off.shape == (48, 64)
    assert not raster.total.any()
    assert np.all(raster.newest == NEVER)


def test_the_events_are_left_as_they_were():
    some = events_of([(0, 1, 2, ON), (1, 700, 2, OFF)])
    before = [column.copy() for column in (some.t, some.x, some.y, some.p)]
    raster = accumulate(some, Grid(Region(0, 0, 10, 10), 10, 10))
    assert raster.total.sum() == 1
    assert raster.newest.max() == 0
    assert some.equals(Events(*before))
