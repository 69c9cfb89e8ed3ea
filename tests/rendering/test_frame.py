import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import OFF, ON, Events
from evtui.region import Region
from evtui.rendering.exposure import Exposure
from evtui.rendering.frame import Look, auto_level, draw_cells, draw_picture, draw_pixels
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


def pulses(counts: list[int]) -> Events:
    """So many ON events at each of a row of pixels, one after the other."""
    return events_of([(t, x, 0, ON) for x, count in enumerate(counts) for t in range(count)])


def row_of_shades(some: Events, look: Look, window: tuple[int, int] | None = None) -> list[int]:
    shown = decoded(draw_cells(some, look, look.region.width, 1, window), GLYPHS[look.glyphs].dots)
    return shown[0].tolist()


def test_a_look_is_automatic_unless_it_holds_an_exposure():
    region, dim, bright = Region(0, 0, 4, 2), Shade.ON_DIM, Shade.ON_BRIGHT
    some = pulses([1, 2, 3, 30])
    look = Look("polarity", "half", region)
    level = auto_level(some, look, 4, 1)
    assert 3 < level < 9
    assert row_of_shades(some, look) == [dim, dim, dim, bright]
    held = Look("polarity", "half", region, Exposure().held(level))
    assert row_of_shades(some, held) == [dim, dim, dim, bright]
    assert row_of_shades(pulses([30] * 4), held) == [bright] * 4
    assert row_of_shades(pulses([30] * 4), look) == [dim] * 4
    brighter = Look("polarity", "half", region, held.exposure.brighter(2.0))
    assert row_of_shades(some, brighter) == [dim, bright, bright, bright]


def test_the_level_of_auto_is_that_of_the_cells_drawn():
    some = events_of([(0, x, y, ON) for x in range(8) for y in range(8)])
    region = Region(0, 0, 8, 8)
    assert auto_level(some, Look("count", "half", region), 8, 4) == pytest.approx(1)
    assert auto_level(some, Look("count", "half", region), 4, 2) == pytest.approx(4)
    assert auto_level(some, Look("off", "half", region), 4, 2) == 1


def test_a_surface_ages_towards_the_windows_end():
    region = Region(0, 0, 4, 2)
    look = Look("surface", "half", region)
    some = events_of([(0, 0, 0, ON), (500, 1, 0, OFF), (990, 2, 0, ON)])
    newest, old = Shade.ON_NEWEST, Shade.ON_DIM
    assert row_of_shades(some, look, (0, 1_000)) == [old, Shade.OFF_DIM, newest, 0]
    assert row_of_shades(some, look) == [old, Shade.OFF_DIM, newest, 0]
    assert row_of_shades(some, look, (0, 10_000)) == [old, Shade.OFF_DIM, old, 0]
    picture = draw_picture(some, look, "classic", (0, 10_000))
    assert tuple(picture[0, 2]) == PALETTES["classic"][old]


def test_a_look_can_be_of_cells_of_another_shape():
    square = Look("polarity", "half", SENSOR, cell_aspect=1.0)
    cells = draw_cells(Events.empty(), square, 64, 24)
    assert (cells.columns, cells.rows) == (32, 24)


@given(events(), st.sampled_from([look for look in LOOKS if look[1] != "ascii"]))
def test_in_one_colour_the_front_alone_shows_every_dot_that_has_events(some, names):
    coloured = draw_cells(some, Look(*names, SENSOR), 16, 6)
    plain = draw_cells(some, Look(*names, SENSOR, one_colour=True), 16, 6)
    assert not plain.back.any()
    dots = GLYPHS[names[1]].dots
    assert np.array_equal(decoded(plain, dots) > 0, decoded(coloured, dots) > 0)


@given(events())
def test_ascii_tells_polarities_apart_in_one_colour_too(some):
    with_colours = draw_cells(some, Look("polarity", "ascii", SENSOR), 16, 6)
    without = draw_cells(some, Look("polarity", "ascii", SENSOR, one_colour=True), 16, 6)
    assert without.lines() == with_colours.lines()


@given(events(), regions(), st.integers(1, 60), st.integers(1, 40))
def test_a_picture_never_exceeds_the_view_nor_the_sensor(some, region, columns, rows):
    look = Look("polarity", "half", region)
    picture = draw_pixels(some, look, columns, rows, (9, 18))
    assert picture.columns in range(1, columns + 1)
    assert picture.rows in range(1, rows + 1)
    high, wide = picture.shades.shape
    assert wide <= min(region.width, 9 * picture.columns)
    assert high <= min(region.height, 18 * picture.rows)


def test_a_picture_has_each_pixel_where_the_terminal_has_room():
    one = events_of([(0, 48, 12, ON)])
    picture = draw_pixels(one, Look("polarity", "half", SENSOR), 64, 24, (10, 20))
    assert picture.shades.shape == (48, 64)
    assert np.argwhere(picture.shades).tolist() == [[12, 48]]
    assert (picture.columns, picture.rows) == (64, 24)
