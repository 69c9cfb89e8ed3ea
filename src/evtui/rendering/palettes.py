"""Palettes: the colour of each shade, in RGB and in the terminal's own 8 and 16 colours.

All tuples are in the order of ``Shade``: nothing, three levels of OFF, three of ON, six of heat.
"""

from __future__ import annotations

RGB = tuple[int, int, int]

_BACKGROUND: RGB = (13, 15, 20)

_VIRIDIS: tuple[RGB, ...] = (
    *((84, 40, 130), (66, 84, 150), (38, 130, 142)),
    *((53, 183, 121), (170, 220, 50), (253, 231, 37)),
)

_YL_GN_BU: tuple[RGB, ...] = (
    *((199, 233, 180), (127, 205, 187), (65, 182, 196)),
    *((29, 145, 192), (34, 94, 168), (12, 44, 132)),
)

PALETTES: dict[str, tuple[RGB, ...]] = {
    # Red ON and blue OFF, as most event-camera viewers draw them.
    "classic": (
        _BACKGROUND,
        *((38, 78, 158), (96, 160, 255), (80, 235, 255)),
        *((158, 44, 44), (255, 110, 96), (255, 222, 70)),
        *_VIRIDIS,
    ),
    # Orange and sky blue stay apart for every common kind of colour blindness (Okabe and Ito).
    "safe": (
        _BACKGROUND,
        *((0, 90, 140), (86, 180, 233), (190, 235, 255)),
        *((150, 92, 0), (240, 170, 30), (255, 236, 160)),
        *_VIRIDIS,
    ),
    # White ON and blue OFF, the dark palette of Prophesee's viewers.
    "frost": (
        _BACKGROUND,
        *((34, 74, 140), (72, 140, 232), (150, 205, 255)),
        *((112, 118, 130), (205, 212, 224), (255, 255, 255)),
        *_VIRIDIS,
    ),
    # Green ON and red OFF, as jAER draws them; not for the colour-blind.
    "green": (
        _BACKGROUND,
        *((150, 34, 44), (250, 90, 90), (255, 170, 150)),
        *((24, 120, 50), (80, 220, 100), (190, 255, 170)),
        *_VIRIDIS,
    ),
    # For light terminals, where white would vanish, and for print: from pale to dark.
    "paper": (
        (255, 255, 255),
        *((150, 190, 250), (40, 100, 225), (10, 35, 125)),
        *((250, 165, 160), (218, 44, 40), (130, 5, 20)),
        *_YL_GN_BU,
    ),
    "mono": (
        _BACKGROUND,
        *((level, level, level) for level in (70, 100, 130)),
        *((level, level, level) for level in (165, 210, 255)),
        *((level, level, level) for level in (60, 95, 130, 170, 210, 255)),
    ),
}
"""Colours by palette; the first is the background of pictures."""

_HEAT_16 = (4, 12, 6, 14, 11, 15)
_HEAT_8 = (4, 4, 6, 6, 3, 7)

ANSI_16: dict[str, tuple[int, ...]] = {
    "classic": (0, 4, 12, 14, 1, 9, 11, *_HEAT_16),
    "safe": (0, 4, 12, 14, 3, 11, 15, *_HEAT_16),
    "frost": (0, 4, 12, 14, 8, 7, 15, *_HEAT_16),
    "green": (0, 1, 9, 11, 2, 10, 15, *_HEAT_16),
    "paper": (15, 14, 12, 4, 13, 9, 1, 14, 6, 12, 5, 4, 0),
    "mono": (0, 8, 8, 8, 7, 15, 15, 8, 8, 7, 7, 15, 15),
}
"""Numbers of the terminal's own colours; the first is not used.

Three greys are too few to tell levels of OFF apart in "mono".
"""

ANSI_8: dict[str, tuple[int, ...]] = {
    "classic": (0, 4, 6, 6, 1, 3, 3, *_HEAT_8),
    "safe": (0, 4, 6, 6, 3, 3, 7, *_HEAT_8),
    "frost": (0, 4, 6, 6, 7, 7, 7, *_HEAT_8),
    "green": (0, 1, 1, 3, 2, 2, 7, *_HEAT_8),
    "paper": (7, 6, 4, 4, 5, 1, 1, 6, 6, 4, 4, 0, 0),
    "mono": (0, *(7,) * 12),
}
"""The same of 8 colours: cyan and yellow stand in for bright blue and red, since a bold back does
not exist.  "mono" shows where events are, and only the characters of "ascii" of which polarity.
"""
