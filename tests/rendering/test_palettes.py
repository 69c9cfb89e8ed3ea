import pytest

from evtui.rendering.palettes import PALETTES
from evtui.rendering.views import Shade
from evtui.settings import choices_of


def test_the_setting_offers_every_palette():
    assert set(choices_of("palette")) == set(PALETTES)


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
def test_brighter_shades_are_brighter(name):
    def luma(shade: Shade) -> float:
        red, green, blue = PALETTES[name][shade]
        return 0.299 * red + 0.587 * green + 0.114 * blue

    assert luma(Shade.NOTHING) < luma(Shade.OFF_DIM) < luma(Shade.OFF_BRIGHT)
    assert luma(Shade.NOTHING) < luma(Shade.ON_DIM) < luma(Shade.ON_BRIGHT)
    heat = [luma(shade) for shade in Shade if shade >= Shade.HEAT_1]
    assert [luma(Shade.NOTHING), *heat] == sorted([luma(Shade.NOTHING), *heat])
