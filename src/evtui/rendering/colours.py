"""Colour depth: what a terminal can show, and the pen for each shade at that depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from evtui.rendering.palettes import ANSI_8, ANSI_16, PALETTES, RGB

Colour = int | RGB | None
"""An ANSI colour number, red green blue, or None: the terminal's own front or back."""


class Depth(StrEnum):
    """How many colours a terminal shows."""

    NONE = "none"
    ANSI_8 = "8"
    ANSI_16 = "16"
    ANSI_256 = "256"
    TRUECOLOR = "truecolor"


@dataclass(frozen=True, slots=True)
class Pens:
    """The parameters of the SGR sequence (ECMA-48, 8.3.117) that chooses each ``Shade``.

    ``fronts`` colours glyphs, ``backs`` what is behind them; NOTHING is the terminal's own.
    """

    fronts: tuple[str, ...]
    backs: tuple[str, ...]


_TRUECOLOR_TERMS = {"alacritty", "contour", "foot", "ghostty", "kitty", "wezterm"}
"""Terminals with an own TERM and all colours; ssh passes TERM on, but seldom COLORTERM."""

_ENDINGS = {
    "direct": Depth.TRUECOLOR,
    "truecolor": Depth.TRUECOLOR,
    "256color": Depth.ANSI_256,
    "256colour": Depth.ANSI_256,
    "88color": Depth.ANSI_16,
    "16color": Depth.ANSI_16,
    "8color": Depth.ANSI_8,
    "color": Depth.ANSI_8,
    "mono": Depth.NONE,
    "m": Depth.NONE,
}
"""What terminfo's names add to a terminal's for its number of colours: xterm-256color."""

_EIGHT_COLOUR_TERMS = {"ansi", "cons25", "cygwin", "linux", "pcansi", "screen"}
"""Those with ``colors#8`` in the terminfo database that are no xterm."""

_COLOURLESS_TERMS = {"", "dumb", "unknown", "vt52", "vt100", "vt102", "vt220", "vt320", "vt420"}


def tell_depth(environment: Mapping[str, str]) -> Depth:
    """What the terminal can show, as far as its environment tells.

    The rules, the first that fits: ``NO_COLOR`` not empty is none (no-color.org); no ``TERM`` or a
    dumb one is none; ``COLORTERM`` truecolor or 24bit is truecolor (the convention VTE began);
    then the name in ``TERM``, read as the terminfo database names terminals (term(7)); any other
    terminal has xterm's 16 colours.
    """
    if environment.get("NO_COLOR"):
        return Depth.NONE
    term = environment.get("TERM", "").lower()
    if term in _COLOURLESS_TERMS:
        return Depth.NONE
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Depth.TRUECOLOR
    name, *endings = term.split("-")
    if not _TRUECOLOR_TERMS.isdisjoint((name, *endings)):
        return Depth.TRUECOLOR
    for ending in endings:
        if ending in _ENDINGS:
            return _ENDINGS[ending]
    return Depth.ANSI_8 if name in _EIGHT_COLOUR_TERMS else Depth.ANSI_16


def choose_depth(setting: str, environment: Mapping[str, str]) -> Depth:
    """The depth to draw in, from the setting ``colours`` and the terminal.

    "auto" is all that the terminal can show.  A named depth is taken at its word, since ssh often
    hides what the terminal can do, but for two cases: a terminal without colours, or told to have
    none, gets none, and "16", the default, is 8 on one of 8 colours.
    """
    able = tell_depth(environment)
    if setting == "auto" or able is Depth.NONE:
        return able
    named = Depth(setting)
    return able if (named, able) == (Depth.ANSI_16, Depth.ANSI_8) else named


@lru_cache(maxsize=32)
def colour_numbers(palette: str, depth: Depth) -> tuple[Colour, ...]:
    """The colour of each ``Shade``; that of NOTHING is None.

    In 8 and 16 colours they are the terminal's own, chosen by hand: the nearest by RGB would turn
    dim red and dim blue to greys.  In 256 they are from the fixed part, 16 to 255.
    """
    shades: tuple[Colour, ...]
    match depth:
        case Depth.NONE:
            shades = (None,) * len(PALETTES[palette])
        case Depth.ANSI_8:
            shades = ANSI_8[palette]
        case Depth.ANSI_16:
            shades = ANSI_16[palette]
        case Depth.ANSI_256:
            shades = tuple(_nearest_of_256(rgb) for rgb in PALETTES[palette])
        case Depth.TRUECOLOR:
            shades = PALETTES[palette]
    return (None, *shades[1:])


@lru_cache(maxsize=32)
def pens(palette: str, depth: Depth) -> Pens:
    """The pens of a palette at a depth."""
    colours = colour_numbers(palette, depth)
    return Pens(
        fronts=tuple(_parameters(colour, 30) for colour in colours),
        backs=tuple(_parameters(colour, 40) for colour in colours),
    )


def _parameters(colour: Colour, ground: int) -> str:
    """SGR parameters: ``ground`` is 30 for the front, 40 for the back (ECMA-48; aixterm's 90–107;
    xterm's 38;5 and 38;2)."""
    if colour is None:
        return str(ground + 9)
    if not isinstance(colour, int):
        return f"{ground + 8};2;{colour[0]};{colour[1]};{colour[2]}"
    if colour < 8:
        return str(ground + colour)
    if colour < 16:
        return str(ground + 60 + colour - 8)
    return f"{ground + 8};5;{colour}"


_CUBE = (0, 95, 135, 175, 215, 255)
"""Levels of the 6×6×6 cube at 16 to 231 (xterm's 256colres.pl); greys are 8, 18, … from 232."""


def _nearest_of_256(rgb: RGB) -> int:
    """The nearest of the cube's colours and of the greys, by distance in RGB."""
    steps = [min(range(6), key=lambda step: abs(_CUBE[step] - channel)) for channel in rgb]
    cube = 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
    grey = min(max(round((sum(rgb) / 3 - 8) / 10), 0), 23)
    by_cube = _distance(rgb, (_CUBE[steps[0]], _CUBE[steps[1]], _CUBE[steps[2]]))
    by_grey = _distance(rgb, (8 + 10 * grey,) * 3)
    return 232 + grey if by_grey < by_cube else cube


def _distance(one: RGB, other: RGB) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
