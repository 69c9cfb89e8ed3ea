import numpy as np
import pytest
from hypothesis import given

from evtui.rendering.glyphs import GLYPHS, choose_glyphs
from evtui.rendering.views import Shade
from evtui.settings import choices_of
from support.decoding import decoded
from support.strategies import shades

DIM, BRIGHT, OFF, OFF_BRIGHT = Shade.ON_DIM, Shade.ON_BRIGHT, Shade.OFF_DIM, Shade.OFF_BRIGHT
BLOCKS = ["quadrant", "sextant", "octant"]
MANY_DOTS = [*BLOCKS, "braille"]


def draw(name: str, dots):
    return GLYPHS[name].draw(np.array(dots, np.uint8))


def blocks_of(name: str, dots: np.ndarray) -> np.ndarray:
    """The dots by cell: (rows, columns, dots of one)."""
    across, down = GLYPHS[name].dots
    rows, columns = dots.shape[0] // down, dots.shape[1] // across
    return dots.reshape(rows, down, columns, across).swapaxes(1, 2).reshape(rows, columns, -1)


def test_the_setting_offers_every_set_of_glyphs_and_pixels():
    assert set(choices_of("glyphs")) == {*GLYPHS, "pixels"}


@given(shades((1, 2)))
def test_half_blocks_show_both_dots_in_their_own_shade(dots):
    assert np.array_equal(decoded(draw("half", dots), (1, 2)), dots)


@given(shades((1, 1)))
def test_ascii_shows_each_dot_in_its_own_shade(dots):
    cells = draw("ascii", dots)
    assert np.array_equal(decoded(cells, (1, 1)), dots)
    assert "".join(cells.lines()).isascii()


def test_half_blocks_leave_the_terminals_background_where_they_can():
    dots = [[0, DIM, 0, DIM, DIM, BRIGHT], [0, 0, OFF_BRIGHT, DIM, OFF, 0]]
    cells = draw("half", dots)
    assert cells.lines() == [" ▀▄█▀▀"]
    assert cells.front.tolist() == [[0, DIM, OFF_BRIGHT, DIM, DIM, BRIGHT]]
    assert cells.back.tolist() == [[0, 0, 0, 0, OFF, 0]]


@pytest.mark.parametrize("name", MANY_DOTS)
def test_every_pattern_of_a_cell_lights_its_dots(name):
    across, down = GLYPHS[name].dots
    count = across * down
    patterns = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    dots = patterns.reshape(-1, across) * Shade.ON_DIM
    cells = draw(name, dots)
    assert cells.rows == 1 << count
    assert np.array_equal(decoded(cells, (across, down)), dots)
    assert len(np.unique(cells.codes)) == 1 << count


@pytest.mark.parametrize("name", BLOCKS)
def test_every_pattern_of_two_polarities_that_fill_a_cell_is_shown_as_it_is(name):
    across, down = GLYPHS[name].dots
    count = across * down
    patterns = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    dots = np.where(patterns.reshape(-1, across), DIM, OFF_BRIGHT)
    assert np.array_equal(decoded(draw(name, dots), (across, down)), dots)


@pytest.mark.parametrize("name", MANY_DOTS)
@given(dots=shades((2, 12)))
def test_a_dot_is_lit_where_it_has_a_shade(name, dots):
    assert np.array_equal(decoded(draw(name, dots), GLYPHS[name].dots) > 0, dots > 0)


@pytest.mark.parametrize("name", MANY_DOTS)
@given(dots=shades((2, 12)))
def test_a_cell_has_the_shades_of_its_own_dots(name, dots):
    cells, blocks = draw(name, dots), blocks_of(name, dots)
    for row in range(cells.rows):
        for column in range(cells.columns):
            block = blocks[row, column]
            assert cells.front[row, column] in (block if block.any() else [0])
            assert cells.back[row, column] in (0, *block)


@given(dots=shades((2, 4)))
def test_braille_has_no_back(dots):
    assert not draw("braille", dots).back.any()


@pytest.mark.parametrize("name", BLOCKS)
@given(dots=shades((2, 12)))
def test_a_back_is_of_the_other_polarity_and_only_in_full_cells(name, dots):
    cells, blocks = draw(name, dots), blocks_of(name, dots)
    for row, column in np.argwhere(cells.back).tolist():
        block = blocks[row, column]
        assert block.all()
        assert cells.back[row, column] == block[block < Shade.ON_DIM].max()
        assert cells.front[row, column] == block[block >= Shade.ON_DIM].max()


@pytest.mark.parametrize(
    ("dots", "shade"),
    [
        ([[DIM, DIM], [OFF_BRIGHT, 0]], Shade.ON_DIM),
        ([[OFF, OFF], [BRIGHT, 0]], Shade.OFF_DIM),
        ([[OFF, OFF_BRIGHT], [BRIGHT, 0]], Shade.OFF_BRIGHT),
        ([[DIM, BRIGHT], [DIM, DIM]], Shade.ON_BRIGHT),
        ([[OFF, OFF_BRIGHT], [OFF, OFF]], Shade.OFF_BRIGHT),
        ([[DIM, OFF], [0, 0]], Shade.ON_DIM),
        ([[0, OFF], [0, 0]], Shade.OFF_DIM),
        ([[Shade.OFF_NEWEST, OFF], [0, DIM]], Shade.OFF_NEWEST),
        ([[Shade.HEAT_1, Shade.HEAT_3], [Shade.HEAT_2, 0]], Shade.HEAT_3),
        ([[0, 0], [0, 0]], Shade.NOTHING),
    ],
)
def test_one_shade_is_the_majority_polarity_at_its_brightest(dots, shade):
    cells = draw("quadrant", dots)
    assert (cells.front.tolist(), cells.back.tolist()) == ([[shade]], [[0]])


@pytest.mark.parametrize("name", GLYPHS)
def test_nothing_is_drawn_as_spaces(name):
    across, down = GLYPHS[name].dots
    cells = draw(name, np.zeros((2 * down, 3 * across)))
    assert cells.lines() == ["   ", "   "]
    assert not cells.front.any()
    assert not cells.back.any()


@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize("shade", [Shade.NOTHING, Shade.ON_BRIGHT, Shade.HEAT_6])
def test_cells_have_the_promised_dtypes(name, shade):
    across, down = GLYPHS[name].dots
    cells = draw(name, np.full((down, across), shade))
    assert (cells.codes.dtype, cells.front.dtype, cells.back.dtype) == ("u4", "u1", "u1")


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({}, "half"),
        ({"LANG": "C"}, "half"),
        ({"LANG": "en_GB.UTF-8"}, "half"),
        ({"LANG": "de_DE.utf8@euro"}, "half"),
        ({"LANG": "de_DE.ISO-8859-1"}, "ascii"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "ja_JP.EUC-JP"}, "ascii"),
        ({"LANG": "ja_JP.EUC-JP", "LC_CTYPE": "C.UTF-8"}, "half"),
    ],
)
def test_a_terminal_of_another_character_set_gets_ascii(
    environment: dict[str, str], chosen: str
) -> None:
    assert choose_glyphs("half", environment) == chosen
