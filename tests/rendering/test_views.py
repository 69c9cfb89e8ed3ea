import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.events import OFF, ON, Events
from evtui.region import Region
from evtui.rendering.exposure import AUTO, Exposure
from evtui.rendering.grid import Grid
from evtui.rendering.raster import Raster, accumulate
from evtui.rendering.views import HEAT, VIEWS, Shade, auto_level
from evtui.settings import choices_of
from support.strategies import events_of, recorded

COUNTS = numpy_st.arrays(np.int64, (3, 4), elements=st.integers(0, 5) | st.integers(0, 3_000))
EXPOSURES = st.builds(Exposure, st.none() | st.floats(1, 100), st.floats(-3, 3))
OFFS = [Shade.OFF_DIM, Shade.OFF_BRIGHT, Shade.OFF_NEWEST]
ONS = [Shade.ON_DIM, Shade.ON_BRIGHT, Shade.ON_NEWEST]
GRID = Grid(Region(0, 0, 4, 3), 4, 3)


def raster_of(on: np.ndarray, off: np.ndarray) -> Raster:
    """The raster of so many events at each pixel."""
    rows, columns = on.shape
    y, x = np.mgrid[:rows, :columns].reshape(2, -1)
    times = np.concatenate([on.ravel(), off.ravel()])
    some = Events(
        np.arange(times.sum(), dtype=np.int64),
        np.repeat(np.tile(x, 2), times).astype(np.uint16),
        np.repeat(np.tile(y, 2), times).astype(np.uint16),
        np.repeat(np.repeat([ON, OFF], on.size), times).astype(np.uint8),
    )
    return accumulate(some, Grid(Region(0, 0, columns, rows), columns, rows))


def seen(view: str, on: list[int], off: list[int], exposure: Exposure = AUTO) -> list[Shade]:
    raster = raster_of(np.array([on]), np.array([off]))
    return [Shade(int(shade)) for shade in VIEWS[view](raster, exposure)[0]]


def test_the_setting_offers_every_view():
    assert set(choices_of("view")) == set(VIEWS)


def test_polarity_shows_the_majority_and_on_where_both_are_equal():
    assert seen("polarity", on=[0, 1, 0, 1], off=[0, 0, 1, 1]) == [
        Shade.NOTHING,
        Shade.ON_DIM,
        Shade.OFF_DIM,
        Shade.ON_BRIGHT,
    ]


def test_polarity_is_bright_above_the_usual_count():
    assert seen("polarity", on=[1, 6, 0, 0, 0], off=[0, 0, 1, 4, 0]) == [
        Shade.ON_DIM,
        Shade.ON_BRIGHT,
        Shade.OFF_DIM,
        Shade.OFF_BRIGHT,
        Shade.NOTHING,
    ]


@pytest.mark.parametrize("view", ["polarity", "on", "off", "count"])
def test_single_events_stay_dim_and_dots_without_events_empty(view):
    ones, zeros = [1, 1, 0], [0, 0, 0]
    dim = {"polarity": Shade.ON_DIM, "on": Shade.ON_DIM, "off": Shade.OFF_DIM}
    on, off = (zeros, ones) if view == "off" else (ones, zeros)
    shade = dim.get(view, Shade.HEAT_1)
    assert seen(view, on, off) == [shade, shade, Shade.NOTHING]


def test_on_leaves_off_events_out_even_of_what_is_bright():
    assert seen("on", on=[1, 2, 6, 0], off=[0, 0, 90, 50]) == [
        Shade.ON_DIM,
        Shade.ON_DIM,
        Shade.ON_BRIGHT,
        Shade.NOTHING,
    ]


def test_off_leaves_on_events_out_even_of_what_is_bright():
    assert seen("off", on=[0, 0, 90, 50], off=[1, 2, 6, 0]) == [
        Shade.OFF_DIM,
        Shade.OFF_DIM,
        Shade.OFF_BRIGHT,
        Shade.NOTHING,
    ]


def test_count_has_six_levels_by_doublings_from_half_of_the_usual_count():
    counts = [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 500]
    levels = seen("count", counts, [0] * len(counts), Exposure(level=4))
    assert levels == [HEAT[at] for at in (0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]


def test_count_takes_both_polarities_together():
    assert seen("count", on=[1, 0, 2], off=[1, 2, 0]) == [Shade.HEAT_2] * 3


@pytest.mark.parametrize(
    ("view", "dim"), [("polarity", Shade.ON_DIM), ("on", Shade.ON_DIM), ("off", Shade.OFF_DIM)]
)
def test_a_held_exposure_is_bright_above_its_level_whatever_else_there_is(view, dim):
    counts, nothing = [2, 3, 4, 900], [0, 0, 0, 0]
    on, off = (nothing, counts) if view == "off" else (counts, nothing)
    assert seen(view, on, off, Exposure(level=3)) == [dim, dim, dim + 1, dim + 1]
    assert seen(view, on, off, Exposure(level=3, stops=1)) == [dim + 1] * 4
    assert seen(view, on, off, Exposure(level=3, stops=-1)) == [dim, dim, dim, dim + 1]


@given(COUNTS, COUNTS, EXPOSURES)
def test_a_view_shades_exactly_the_dots_it_speaks_of(on, off, exposure):
    raster = raster_of(on, off)
    both = on + off
    spoken_of = {"polarity": both, "on": on, "off": off, "count": both, "surface": both}
    for name, view in VIEWS.items():
        shades = view(raster, exposure)
        assert shades.dtype == np.uint8
        assert shades.shape == on.shape
        assert np.array_equal(shades != Shade.NOTHING, spoken_of[name] > 0)


@given(COUNTS, EXPOSURES)
def test_more_events_are_never_shown_darker(counts, exposure):
    shades = VIEWS["count"](raster_of(counts, np.zeros_like(counts)), exposure).ravel()
    assert np.all(np.diff(shades[np.argsort(counts.ravel())].astype(int)) >= 0)


@given(COUNTS, COUNTS, EXPOSURES)
def test_a_brighter_exposure_never_shows_a_dot_darker(on, off, exposure):
    raster = raster_of(on, off)
    for view in VIEWS.values():
        darker, brighter = view(raster, exposure), view(raster, exposure.brighter())
        assert np.all(brighter >= darker)
        assert np.array_equal(brighter >= Shade.ON_DIM, darker >= Shade.ON_DIM)


@given(COUNTS, COUNTS, EXPOSURES)
def test_each_view_keeps_to_its_own_shades(on, off, exposure):
    raster = raster_of(on, off)
    kinds = {
        "polarity": {*OFFS[:2], *ONS[:2]},
        "on": set(ONS[:2]),
        "off": set(OFFS[:2]),
        "count": set(HEAT),
        "surface": {*OFFS, *ONS},
    }
    for name, view in VIEWS.items():
        assert set(view(raster, exposure).ravel().tolist()) <= {0, *kinds[name]}


@given(COUNTS, COUNTS, st.sampled_from(["polarity", "on", "off", "count"]))
def test_holding_the_level_that_auto_takes_changes_nothing(on, off, view):
    raster = raster_of(on, off)
    held = AUTO.held(auto_level(view, raster))
    assert np.array_equal(VIEWS[view](raster, held), VIEWS[view](raster, AUTO))


def surface_of(
    rows: list[tuple[int, int, int, int]], window: tuple[int, int], exposure: Exposure = AUTO
) -> list[Shade]:
    """The first row of the time surface of events given as rows of t, x, y, p."""
    shades = VIEWS["surface"](accumulate(events_of(rows), GRID, window), exposure)
    return [Shade(int(shade)) for shade in shades[0]]


def test_the_surface_shows_three_ages_by_exponential_decay():
    # Of a window of 1000 µs the decay is 250: new for 250 ln 1.5 = 101 µs, recent for 275.
    for p, levels in ((ON, ONS), (OFF, OFFS)):
        old, recent, new = levels
        assert surface_of(
            [(724, 0, 0, p), (726, 1, 0, p), (898, 2, 0, p), (900, 3, 0, p)], (0, 1_000)
        ) == [old, recent, recent, new]


def test_the_surface_shows_the_newest_event_of_a_dot_and_its_polarity():
    rows = [(10, 0, 0, ON), (990, 0, 0, OFF), (995, 1, 0, ON), (20, 1, 0, OFF), (5, 2, 0, ON)]
    assert surface_of(rows, (0, 1_000)) == [
        Shade.OFF_NEWEST,
        Shade.ON_NEWEST,
        Shade.ON_DIM,
        Shade.NOTHING,
    ]


def test_a_brighter_surface_fades_more_slowly():
    rows = [(724, 0, 0, ON), (898, 1, 0, ON)]
    assert surface_of(rows, (0, 1_000))[:2] == [Shade.ON_DIM, Shade.ON_BRIGHT]
    brighter = surface_of(rows, (0, 1_000), AUTO.brighter(1.0))
    assert brighter[:2] == [Shade.ON_BRIGHT, Shade.ON_NEWEST]


@given(recorded((4, 3), least=1), st.sampled_from([1, 1_000, 10**6]))
def test_later_newest_events_are_never_shown_darker(some, past):
    raster = accumulate(some, GRID, (0, int(some.t[-1]) + past))
    shades = VIEWS["surface"](raster, AUTO).astype(int)
    for p, first in ((ON, Shade.ON_DIM), (OFF, Shade.OFF_DIM)):
        shown = (shades >= first) & (shades < first + 3)
        times, levels = raster.newest[p][shown], shades[shown]
        assert np.all(np.diff(levels[np.argsort(times, kind="stable")]) >= 0)


def test_times_at_the_far_end_of_int64_do_not_overflow():
    latest = 2**62
    assert surface_of([(latest, 0, 0, ON)], (0, latest + 1))[0] == Shade.ON_NEWEST
