import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import OFF, ON, Events
from evtui.region import Region
from evtui.rendering.frame import Look, draw_cells, draw_picture
from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.palettes import PALETTES
from evtui.rendering.views import VIEWS, Shade
from support.decoding import decoded
from support.strategies import events, events_of, regions

SENSOR = Region(0, 0, 64, 48)
LOOKS = [(view, glyphs) for view in VIEWS for glyphs in GLYPHS]


@given(events(), regions(), st.sampled_from(LOOKS), st.integers(1, 60), st.integers(1, 40))
def test_a_frame_never_exceeds_the_view(some, region, names, columns, rows):
    cells = draw_cells(some, Look(*names, region), columns, rows)
    assert cells.codes.shape == cells.front.shape == cells.back.shape
    assert cells.columns in range(1, columns + 1)
    assert cells.rows in range(1, rows + 1)


def test_an_event_is_drawn_where_it_happened():
    one = events_of([(0, 48, 12, ON)])
    cells = draw_cells(one, Look("polarity", "half", SENSOR), 64, 24)
    shown = decoded(cells, (1, 2))
    assert shown.shape == (48, 64)
    assert np.argwhere(shown).tolist() == [[12, 48]]
    assert shown[12, 48] == Shade.ON_DIM


@pytest.mark.parametrize("glyphs", GLYPHS)
@pytest.mark.parametrize("side", [1, 3, 34])
def test_a_region_of_few_pixels_fills_the_view_without_gaps(glyphs, side):
    region = Region(100, 200, side, side)
    pixels = np.mgrid[:side, :side].reshape(2, -1)
    everywhere = events_of([(0, 100 + x, 200 + y, ON) for y, x in pixels.T.tolist()])
    cells = draw_cells(everywhere, Look("polarity", glyphs, region), 100, 40)
    assert (cells.columns, cells.rows) == (80, 40)
    assert np.all(decoded(cells, GLYPHS[glyphs].dots) == Shade.ON_DIM)


def test_a_pixel_seen_close_is_a_block_of_dots():
    look = Look("polarity", "half", Region(0, 0, 2, 2))
    cells = draw_cells(events_of([(0, 1, 0, OFF)]), look, 8, 4)
    expected = np.zeros((8, 8), np.uint8)
    expected[:4, 4:] = Shade.OFF_DIM
    assert np.array_equal(decoded(cells, (1, 2)), expected)


def test_no_events_draw_a_blank_frame():
    cells = draw_cells(Events.empty(), Look("polarity", "braille", SENSOR), 64, 24)
    assert set("".join(cells.lines())) == {" "}


@given(events(), regions().filter(lambda region: region.width * region.height < 10_000))
def test_a_picture_has_a_pixel_for_each_of_the_regions(some, region):
    picture = draw_picture(some, Look("polarity", "half", region), "classic")
    assert picture.shape == (region.height, region.width, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("palette", PALETTES)
def test_a_picture_shows_each_event_in_its_palettes_colour(palette):
    some = events_of([(0, 3, 1, ON), (1, 0, 2, OFF), (2, 63, 47, ON), (3, 64, 48, ON)])
    picture = draw_picture(some, Look("polarity", "half", SENSOR), palette)
    colours = PALETTES[palette]
    assert tuple(picture[1, 3]) == tuple(picture[47, 63]) == colours[Shade.ON_DIM]
    assert tuple(picture[2, 0]) == colours[Shade.OFF_DIM]
    background = np.all(picture == colours[Shade.NOTHING], axis=2)
    assert background.sum() == 64 * 48 - 3
