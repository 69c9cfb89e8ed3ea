import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.region import Region
from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.grid import CELL_ASPECT, Grid, fit, lookups
from support.strategies import regions

SIDES = st.integers(1, 12) | st.integers(1, 2_000)
DOTS = st.sampled_from([glyphs.dots for glyphs in GLYPHS.values()])
SENSOR = Region(0, 0, 640, 480)


def cells_of(grid: Grid, dots: tuple[int, int]) -> tuple[float, float]:
    return grid.columns / dots[0], grid.rows / dots[1]


@given(regions(), SIDES, SIDES, DOTS)
def test_a_grid_is_whole_cells_inside_the_view(region, columns, rows, dots):
    grid = fit(region, columns, rows, dots)
    wide, high = cells_of(grid, dots)
    assert grid.region == region
    assert wide in range(1, columns + 1)
    assert high in range(1, rows + 1)


@given(regions(), SIDES, SIDES, DOTS)
def test_a_grid_fills_one_side_and_is_undistorted_along_the_other(region, columns, rows, dots):
    wide, high = cells_of(fit(region, columns, rows, dots), dots)
    high_for_wide = wide * region.height / region.width / CELL_ASPECT
    wide_for_high = high * region.width / region.height * CELL_ASPECT
    fills_across = wide == columns and abs(high - max(1, high_for_wide)) <= 0.5
    fills_down = high == rows and abs(wide - max(1, wide_for_high)) <= 0.5
    assert fills_across or fills_down


@pytest.mark.parametrize(
    ("region", "view", "dots", "expected"),
    [
        (SENSOR, (80, 24), (1, 2), (64, 48)),
        (SENSOR, (80, 24), (2, 4), (128, 96)),
        (SENSOR, (20, 24), (1, 2), (20, 16)),
        (Region(0, 0, 34, 34), (80, 24), (2, 2), (96, 48)),
        (SENSOR, (1, 1), (1, 2), (1, 2)),
        (Region(0, 0, 10_000, 1), (80, 24), (1, 2), (80, 2)),
        (Region(0, 0, 1, 10_000), (80, 24), (1, 2), (1, 48)),
    ],
)
def test_the_usual_sizes(region, view, dots, expected):
    grid = fit(region, *view, dots)
    assert (grid.columns, grid.rows) == expected


@pytest.mark.parametrize(
    ("cell_aspect", "expected"),
    [(2.0, (64, 48)), (1.0, (32, 48)), (2.4, (77, 48)), (4.0, (80, 30))],
)
def test_a_terminal_of_other_cells_shows_the_region_undistorted_too(cell_aspect, expected):
    grid = fit(SENSOR, 80, 24, (1, 2), cell_aspect)
    assert (grid.columns, grid.rows) == expected


@given(regions(), SIDES, SIDES)
def test_within_pixels_every_dot_has_a_pixel(region, columns, rows):
    grid = Grid(region, columns, rows).within_pixels
    assert grid.columns == min(columns, region.width)
    assert grid.rows == min(rows, region.height)
    table_x, _ = lookups(grid)
    met = set(table_x[region.x : region.x + region.width].tolist())
    assert met == set(range(0, 2 * grid.columns, 2))
