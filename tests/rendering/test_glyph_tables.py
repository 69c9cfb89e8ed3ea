import unicodedata

import numpy as np
import pytest

from evtui.rendering.glyph_tables import ASCII, BRAILLE, OCTANTS, QUADRANTS, SEXTANTS
from evtui.rendering.views import Shade
from support.decoding import lit_dots
from support.octant_names import NEWER_NAMES

TABLES = {
    "quadrants": (QUADRANTS, 2),
    "sextants": (SEXTANTS, 3),
    "octants": (OCTANTS, 4),
    "braille": (BRAILLE, 4),
}


def pattern_of(drawing: str) -> int:
    """The bits of a drawing, its rows from the top, a # for each lit dot."""
    dots = "".join(drawing.split())
    return sum(1 << at for at, dot in enumerate(dots) if dot == "#")


@pytest.mark.parametrize("name", TABLES)
def test_every_pattern_is_drawn_by_the_character_whose_name_says_so(name):
    table, down = TABLES[name]
    assert len(table) == 4**down
    for pattern, code in enumerate(table.tolist()):
        expected = [pattern >> bit & 1 for bit in range(2 * down)]
        assert lit_dots(code, 2, down).ravel().tolist() == expected, hex(code)


@pytest.mark.parametrize("name", TABLES)
def test_no_two_patterns_share_a_character(name):
    table, _ = TABLES[name]
    assert table.dtype == np.uint32
    assert len(set(table.tolist())) == len(table)


def test_all_of_unicodes_sextants_and_octants_are_used():
    assert set(range(0x1FB00, 0x1FB3C)) <= set(SEXTANTS.tolist())
    assert set(range(0x1CD00, 0x1CDE6)) <= set(OCTANTS.tolist())


@pytest.mark.parametrize(
    ("drawing", "character"),
    [
        (".. .. .. ..", " "),
        ("## ## ## ##", "█"),
        ("#. .. .. ..", "\U0001cea8"),
        (".. .. .. .#", "\U0001cea0"),
        ("## .. .. ..", "\U0001fb82"),
        (".. .. .. ##", "▂"),
        (".. ## ## ##", "▆"),
        ("## ## ## ..", "\U0001fb85"),
        (".. #. #. ..", "\U0001fbe6"),
        (".. .# .# ..", "\U0001fbe7"),
        ("#. #. .. ..", "▘"),
        ("#. #. #. #.", "▌"),
        ("#. #. .# .#", "▚"),
        (".. #. .. ..", "\U0001cd00"),
        (".# #. .. ..", "\U0001cd01"),
        (".# .# #. ..", "\U0001cd12"),
        (".. .. #. ..", "\U0001cd09"),
        ("#. .. .. #.", "\U0001cd36"),
        ("#. .# #. .#", "\U0001cd89"),
        (".# #. .# #.", "\U0001cd57"),
        (".# ## ## ##", "\U0001cde5"),
        ("#. ## ## ##", "\U0001cde4"),
    ],
)
def test_octants_drawn_by_hand(drawing, character):
    assert chr(OCTANTS[pattern_of(drawing)]) == character


@pytest.mark.parametrize(
    ("drawing", "character"),
    [
        ("#. .. ..", "🬀"),
        ("## .. ..", "🬂"),
        (".. ## ..", "🬋"),
        (".. .. ##", "🬭"),
        ("#. #. #.", "▌"),
        (".# .# .#", "▐"),
        ("## .. ##", "🬰"),
        ("#. .# #.", "🬗"),
        (".# ## ##", "🬻"),
    ],
)
def test_sextants_drawn_by_hand(drawing, character):
    assert chr(SEXTANTS[pattern_of(drawing)]) == character


def test_the_newer_names_are_unicodes():
    known = {code: unicodedata.name(chr(code), None) for code in NEWER_NAMES}
    assert len([code for code in NEWER_NAMES if 0x1CD00 <= code <= 0x1CDE5]) == 230
    if unicodedata.unidata_version >= "16":
        assert known == NEWER_NAMES


def test_characters_of_ascii_tell_shades_apart_without_colours():
    characters = [chr(code) for code in ASCII.tolist()]
    assert len(characters) == len(Shade)
    assert all(" " <= character <= "~" for character in characters)
    polarities = characters[: Shade.HEAT_1]
    heat = [characters[0], *characters[Shade.HEAT_1 :]]
    assert len(set(polarities)) == len(polarities)
    assert len(set(heat)) == len(heat)
    assert characters[Shade.NOTHING] == " "
