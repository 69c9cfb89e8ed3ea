import numpy as np
import pytest
from hypothesis import given

from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.views import Shade
from evtui.settings import choices_of
from support.decoding import decoded
from support.strategies import shades

ONE_SHADE = ["quadrant", "braille"]


def draw(name: str, dots):
    return GLYPHS[name].draw(np.array(dots, np.uint8))


def test_the_setting_offers_every_set_of_glyphs():
    assert set(choices_of("glyphs")) == set(GLYPHS)


@given(shades((1, 2)))
def test_half_blocks_show_both_dots_in_their_own_shade(dots):
    assert np.array_equal(decoded(draw("half", dots), (1, 2)), dots)


def test_half_blocks_leave_the_terminals_background_where_they_can():
    cells = draw("half", [[0, 3, 0, 3, 3, 4], [0, 0, 2, 3, 1, 0]])
    assert cells.lines() == [" ▀▄█▀▀"]
    assert cells.front.tolist() == [[0, 3, 2, 3, 3, 4]]
    assert cells.back.tolist() == [[0, 0, 0, 0, 1, 0]]


@pytest.mark.parametrize("name", ONE_SHADE)
def test_every_pattern_of_a_cell_lights_its_dots(name):
    across, down = GLYPHS[name].dots
    count = across * down
    patterns = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    dots = patterns.reshape(-1, across) * Shade.ON_DIM
    cells = draw(name, dots)
    assert cells.rows == 1 << count
    assert np.array_equal(decoded(cells, (across, down)), dots)
    assert len(np.unique(cells.codes)) == 1 << count


@given(shades((2, 2)))
def test_quadrants_light_the_dots_that_have_a_shade(dots):
    assert np.array_equal(decoded(draw("quadrant", dots), (2, 2)) > 0, dots > 0)


@given(shades((2, 4)))
def test_braille_lights_the_dots_that_have_a_shade(dots):
    assert np.array_equal(decoded(draw("braille", dots), (2, 4)) > 0, dots > 0)


@given(shades((2, 4)))
def test_a_cell_of_one_shade_has_one_of_its_own_dots(dots):
    cells = draw("braille", dots)
    assert not cells.back.any()
    for row in range(cells.rows):
        for column in range(cells.columns):
            block = dots[4 * row : 4 * row + 4, 2 * column : 2 * column + 2]
            assert cells.front[row, column] in (block if block.any() else [0])


@pytest.mark.parametrize(
    ("dots", "shade"),
    [
        ([[3, 3], [2, 0]], Shade.ON_DIM),
        ([[1, 1], [4, 0]], Shade.OFF_DIM),
        ([[1, 2], [4, 0]], Shade.OFF_BRIGHT),
        ([[3, 4], [2, 2]], Shade.ON_BRIGHT),
        ([[3, 1], [0, 0]], Shade.ON_DIM),
        ([[0, 1], [0, 0]], Shade.OFF_DIM),
        ([[5, 7], [6, 0]], Shade.HEAT_3),
        ([[0, 0], [0, 0]], Shade.NOTHING),
    ],
)
def test_one_shade_is_the_majority_polarity_at_its_brightest(dots, shade):
    assert draw("quadrant", dots).front.tolist() == [[shade]]


@pytest.mark.parametrize("name", GLYPHS)
def test_nothing_is_drawn_as_spaces(name):
    across, down = GLYPHS[name].dots
    cells = draw(name, np.zeros((2 * down, 3 * across)))
    assert cells.lines() == ["   ", "   "]
    assert not cells.front.any()
    assert not cells.back.any()


@pytest.mark.parametrize("name", GLYPHS)
def test_cells_have_the_promised_dtypes(name):
    across, down = GLYPHS[name].dots
    cells = draw(name, np.full((down, across), Shade.ON_BRIGHT))
    assert (cells.codes.dtype, cells.front.dtype, cells.back.dtype) == ("u4", "u1", "u1")
