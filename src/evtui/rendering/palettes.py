"""Palettes: the colour of each shade, for cells and for pictures."""

from __future__ import annotations

RGB = tuple[int, int, int]

_HEAT: tuple[RGB, ...] = ((68, 1, 84), (59, 105, 160), (53, 183, 121), (253, 231, 37))

PALETTES: dict[str, tuple[RGB, ...]] = {
    # Red ON and blue OFF, as most event-camera viewers draw them.
    "classic": ((13, 15, 20), (38, 78, 158), (96, 160, 255), (158, 44, 44), (255, 110, 96), *_HEAT),
    # Orange and sky blue stay apart for every common kind of colour blindness (Okabe and Ito).
    "safe": ((13, 15, 20), (0, 90, 140), (86, 180, 233), (150, 92, 0), (240, 170, 30), *_HEAT),
    "mono": (
        (13, 15, 20),
        (84, 84, 84),
        (120, 120, 120),
        (170, 170, 170),
        (255, 255, 255),
        *((level, level, level) for level in (70, 120, 180, 255)),
    ),
}
"""Colours by palette, one a ``Shade`` in its order; the first is the background of pictures."""
