import pytest

from evtui.rendering.palettes import ANSI_8, ANSI_16, PALETTES
from evtui.rendering.views import Shade
from evtui.settings import choices_of


def luma(palette: str, shade: Shade) -> float:
    red, green, blue = PALETTES[palette][shade]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def contrast(palette: str, shade: Shade) -> float:
    """How far a shade is from the background, which is light in a palette for light terminals."""
    return abs(luma(palette, shade) - luma(palette, Shade.NOTHING))


def test_the_setting_offers_every_palette():
    assert set(choices_of("palette")) == set(PALETTES) == set(ANSI_16) == set(ANSI_8)


@pytest.mark.parametrize("name", PALETTES)
def test_a_palette_has_a_colour_for_every_shade_and_tells_them_apart(name):
    colours = PALETTES[name]
    assert len(colours) == len(Shade)
    assert all(len(colour) == 3 for colour in colours)
    assert all(0 <= channel <= 255 for colour in colours for channel in colour)
    polarities, heat = colours[: Shade.HEAT_1], (colours[0], *colours[Shade.HEAT_1 :])
    assert len(set(polarities)) == len(polarities)
    assert len(set(heat)) == len(heat)


@pytest.mark.parametrize("name", PALETTES)
def test_brighter_shades_stand_out_more(name):
    families = [
        [Shade.NOTHING, Shade.OFF_DIM, Shade.OFF_BRIGHT, Shade.OFF_NEWEST],
        [Shade.NOTHING, Shade.ON_DIM, Shade.ON_BRIGHT, Shade.ON_NEWEST],
        [Shade.NOTHING, *(shade for shade in Shade if shade >= Shade.HEAT_1)],
    ]
    for family in families:
        contrasts = [contrast(name, shade) for shade in family]
        assert contrasts == sorted(set(contrasts))


@pytest.mark.parametrize("name", PALETTES)
def test_the_terminals_own_colours_never_show_on_as_off(name):
    for numbers, limit in ((ANSI_16[name], 16), (ANSI_8[name], 8)):
        assert len(numbers) == len(Shade)
        invisible = 15 if name == "paper" else 0
        assert all(number in range(limit) and number != invisible for number in numbers[1:])
        off, on = numbers[Shade.OFF_DIM : Shade.ON_DIM], numbers[Shade.ON_DIM : Shade.HEAT_1]
        if (name, limit) != ("mono", 8):
            assert not set(off) & set(on)


@pytest.mark.parametrize("name", sorted(set(PALETTES) - {"mono"}))
def test_sixteen_colours_tell_every_level_apart(name):
    numbers = ANSI_16[name]
    assert len(set(numbers[1 : Shade.HEAT_1])) == 6
    assert len(set(numbers[Shade.HEAT_1 :])) == 6


def test_polarity_is_ansis_red_and_blue_in_the_classic_palette():
    dims = Shade.OFF_DIM, Shade.OFF_BRIGHT, Shade.ON_DIM, Shade.ON_BRIGHT
    assert [ANSI_16["classic"][shade] for shade in dims] == [4, 12, 1, 9]
