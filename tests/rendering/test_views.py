import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.raster import Raster
from evtui.rendering.views import VIEWS, Shade
from evtui.settings import choices_of

COUNTS = numpy_st.arrays(np.int64, (3, 4), elements=st.integers(0, 5) | st.integers(0, 10**6))


def seen(view: str, on: list[int], off: list[int]) -> list[Shade]:
    raster = Raster(on=np.array([on], np.int64), off=np.array([off], np.int64))
    return [Shade(int(shade)) for shade in VIEWS[view](raster)[0]]


def test_the_setting_offers_every_view():
    assert set(choices_of("view")) == set(VIEWS)


def test_polarity_shows_the_majority_and_on_where_both_are_equal():
    assert seen("polarity", on=[0, 1, 0, 1], off=[0, 0, 1, 1]) == [
        Shade.NOTHING,
        Shade.ON_DIM,
        Shade.OFF_DIM,
        Shade.ON_BRIGHT,
    ]


def test_polarity_is_bright_above_the_mean_of_dots_with_events():
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


def test_count_has_four_levels_by_doubling_of_the_usual_count():
    seldom, often = [1, 2, 3, 4, 5, 8, 9], [1] * 18
    on = [*seldom, *often, 0]
    assert sum(on) / (len(seldom) + len(often)) == 2
    levels = seen("count", on=on, off=[0] * len(on))
    assert [level.name for level in levels[:7]] == [
        *("HEAT_1", "HEAT_1", "HEAT_2", "HEAT_2"),
        *("HEAT_3", "HEAT_3", "HEAT_4"),
    ]
    assert levels[-1] == Shade.NOTHING


def test_count_takes_both_polarities_together():
    assert seen("count", on=[1, 0, 2], off=[1, 2, 0]) == [Shade.HEAT_1] * 3


@given(COUNTS, COUNTS)
def test_a_view_shades_exactly_the_dots_it_speaks_of(on, off):
    raster = Raster(on=on, off=off)
    spoken_of = {"polarity": on + off, "on": on, "off": off, "count": on + off}
    for name, view in VIEWS.items():
        shades = view(raster)
        assert shades.dtype == np.uint8
        assert shades.shape == on.shape
        assert np.array_equal(shades != Shade.NOTHING, spoken_of[name] > 0)


@given(COUNTS)
def test_more_events_are_never_shown_darker(counts):
    shades = VIEWS["count"](Raster(on=counts, off=np.zeros_like(counts))).ravel()
    assert np.all(np.diff(shades[np.argsort(counts.ravel())].astype(int)) >= 0)


@given(COUNTS, COUNTS)
def test_each_view_keeps_to_its_own_shades(on, off):
    raster = Raster(on=on, off=off)
    kinds = {
        "polarity": range(Shade.OFF_DIM, Shade.ON_BRIGHT + 1),
        "on": range(Shade.ON_DIM, Shade.ON_BRIGHT + 1),
        "off": range(Shade.OFF_DIM, Shade.OFF_BRIGHT + 1),
        "count": range(Shade.HEAT_1, Shade.HEAT_4 + 1),
    }
    for name, view in VIEWS.items():
        assert set(view(raster).ravel().tolist()) <= {0, *kinds[name]}
