import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.rendering.colours import Depth, choose_depth, colour_numbers, pens, tell_depth
from evtui.rendering.palettes import PALETTES
from evtui.rendering.views import Shade
from evtui.settings import choices_of

EVERY = [(palette, depth) for palette in PALETTES for depth in Depth]


def xterm_rgb(number: int) -> tuple[int, int, int]:
    """The fixed part of xterm's 256 colours, as its 256colres.pl makes them."""
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    red, green, blue = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
    return tuple(55 + 40 * step if step else 0 for step in (red, green, blue))


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({}, "none"),
        ({"TERM": ""}, "none"),
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "vt100"}, "none"),
        ({"TERM": "xterm-mono"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "0"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
        ({"TERM": "linux"}, "8"),
        ({"TERM": "linux-16color"}, "16"),
        ({"TERM": "ansi"}, "8"),
        ({"TERM": "screen"}, "8"),
        ({"TERM": "screen.xterm-256color"}, "256"),
        ({"TERM": "screen-256color-bce"}, "256"),
        ({"TERM": "xterm-color"}, "8"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "rxvt-16color"}, "16"),
        ({"TERM": "rxvt-88color"}, "16"),
        ({"TERM": "XTERM-256COLOR"}, "256"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, "256"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "xterm-ghostty"}, "truecolor"),
        ({"TERM": "alacritty"}, "truecolor"),
        ({"TERM": "foot-extra"}, "truecolor"),
        ({"TERM": "something-new"}, "16"),
    ],
)
def test_the_environment_tells_the_depth(environment, depth):
    assert tell_depth(environment) is Depth(depth)


@pytest.mark.parametrize(
    ("setting", "environment", "depth"),
    [
        ("auto", {"TERM": "xterm-256color"}, "256"),
        ("auto", {"TERM": "linux"}, "8"),
        ("16", {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "16"),
        ("16", {"TERM": "linux"}, "8"),
        ("256", {"TERM": "linux"}, "256"),
        ("truecolor", {"TERM": "xterm-256color"}, "truecolor"),
        ("truecolor", {"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ("256", {"TERM": "dumb"}, "none"),
    ],
)
def test_the_setting_is_taken_at_its_word_where_the_terminal_has_colours(
    setting, environment, depth
):
    assert choose_depth(setting, environment) is Depth(depth)


@given(st.sampled_from(choices_of("colours")), st.dictionaries(st.text(), st.text()))
def test_every_choice_of_the_setting_is_a_depth(setting, environment):
    assert choose_depth(setting, environment | {"TERM": "xterm"}) in Depth


@pytest.mark.parametrize(("palette", "depth"), EVERY)
def test_every_shade_has_a_pen_and_nothing_is_the_terminals_own(palette, depth):
    chosen = pens(palette, depth)
    assert len(chosen.fronts) == len(chosen.backs) == len(Shade)
    assert (chosen.fronts[0], chosen.backs[0]) == ("39", "49")
    assert colour_numbers(palette, depth)[0] is None
    if depth is not Depth.NONE:
        assert "39" not in chosen.fronts[1:]
        assert "49" not in chosen.backs[1:]


@pytest.mark.parametrize(("palette", "depth"), EVERY)
def test_pens_say_what_the_colour_numbers_say(palette, depth):
    chosen = pens(palette, depth)
    for colour, front, back in zip(
        colour_numbers(palette, depth), chosen.fronts, chosen.backs, strict=True
    ):
        assert meaning(front) == ("front", colour)
        assert meaning(back) == ("back", colour)


def meaning(parameters: str) -> tuple[str, object]:
    """What a terminal understands by SGR parameters, read from the standard's tables."""
    first, *rest = map(int, parameters.split(";"))
    ground = "front" if first in (*range(30, 40), *range(90, 98)) else "back"
    match first, rest:
        case ((38 | 48), [5, number]):
            return ground, number
        case ((38 | 48), [2, red, green, blue]):
            return ground, (red, green, blue)
        case ((39 | 49), []):
            return ground, None
        case _, [] if first < 50:
            return ground, first % 10
        case _, []:
            return ground, first % 10 + 8
    raise AssertionError(parameters)


@pytest.mark.parametrize("palette", PALETTES)
def test_without_colours_there_is_one_pen(palette):
    assert set(pens(palette, Depth.NONE).fronts) == {"39"}
    assert set(pens(palette, Depth.NONE).backs) == {"49"}


def test_the_classic_pens_as_they_are_sent():
    by_depth = {depth: pens("classic", depth) for depth in Depth}
    assert by_depth[Depth.ANSI_16].fronts[Shade.ON_DIM] == "31"
    assert by_depth[Depth.ANSI_16].fronts[Shade.ON_BRIGHT] == "91"
    assert by_depth[Depth.ANSI_16].backs[Shade.OFF_DIM] == "44"
    assert by_depth[Depth.ANSI_16].backs[Shade.OFF_BRIGHT] == "104"
    assert by_depth[Depth.ANSI_8].fronts[Shade.ON_DIM] == "31"
    assert by_depth[Depth.TRUECOLOR].fronts[Shade.ON_BRIGHT] == "38;2;255;110;96"
    assert by_depth[Depth.TRUECOLOR].backs[Shade.ON_BRIGHT] == "48;2;255;110;96"
    assert by_depth[Depth.ANSI_256].fronts[Shade.ON_BRIGHT].startswith("38;5;")


@pytest.mark.parametrize("palette", PALETTES)
def test_of_256_colours_the_nearest_is_taken_and_shades_stay_apart(palette):
    numbers = colour_numbers(palette, Depth.ANSI_256)
    for number, rgb in list(zip(numbers, PALETTES[palette], strict=True))[1:]:
        assert isinstance(number, int)
        distances = {
            other: sum((a - b) ** 2 for a, b in zip(rgb, xterm_rgb(other), strict=True))
            for other in range(16, 256)
        }
        assert distances[number] == min(distances.values())
    assert len(set(numbers[: Shade.HEAT_1])) == Shade.HEAT_1
    assert len(set(numbers[Shade.HEAT_1 :])) == len(Shade) - Shade.HEAT_1
