"""A decoder of Sixel as the VT340 draws it, written from its manual and not from our encoder."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

RGB = tuple[int, int, int]

_STRING = re.compile(r"\x1bP([\d;]*)q(.*?)\x1b\\", re.DOTALL)
_COMMAND = re.compile(
    r'"(?P<raster>[\d;]+)'
    r"|#(?P<colour>\d+)(?P<definition>;[\d;]+)?"
    r"|!(?P<count>\d+)(?P<repeated>[?-~])"
    r"|(?P<sixel>[?-~])"
    r"|(?P<back>\$)"
    r"|(?P<down>-)"
)


@dataclass
class SixelCanvas:
    """Pixels that sixels are drawn on; None is what nobody has drawn on."""

    pixels: dict[tuple[int, int], RGB] = field(default_factory=dict)
    """Percentages of red, green, blue by x, y."""
    size: tuple[int, int] | None = None
    """Width and height by the raster attributes of the last picture."""

    def draw(self, text: str, left: int = 0, top: int = 0) -> None:
        """Draw device control strings.

        Raises:
            AssertionError: the text holds anything else, or what this decoder does not know.
        """
        assert _STRING.sub("", text) == ""
        for parameters, data in _STRING.findall(text):
            # Only with P2 = 1 do zeros leave pixels as they are.
            assert parameters.split(";")[1] == "1"
            self._draw(data, left, top)

    def array(self, width: int, height: int) -> np.ndarray:
        """int16 of shape (height, width, 3); −1 where nothing was drawn."""
        array = np.full((height, width, 3), -1, np.int16)
        for (x, y), colour in self.pixels.items():
            array[y, x] = colour
        return array

    def _draw(self, data: str, left: int, top: int) -> None:
        registers: dict[int, RGB] = {}
        chosen, x, y, at = 0, 0, 0, 0
        while at < len(data):
            match = _COMMAND.match(data, at)
            assert match is not None, f"not Sixel: {data[at : at + 20]!r}"
            at = match.end()
            if match["raster"]:
                aspect_down, aspect_across, *size = map(int, match["raster"].split(";"))
                assert aspect_down == aspect_across
                self.size = (size[0], size[1])
            elif match["colour"]:
                chosen = int(match["colour"])
                if match["definition"]:
                    kind, *values = map(int, match["definition"][1:].split(";"))
                    assert kind == 2 and all(0 <= value <= 100 for value in values)
                    registers[chosen] = (values[0], values[1], values[2])
            elif match["back"]:
                x = 0
            elif match["down"]:
                x, y = 0, y + 6
            else:
                count = int(match["count"] or 1)
                bits = ord(match["repeated"] or match["sixel"]) - ord("?")
                for row in range(6):
                    if bits >> row & 1:
                        for column in range(x, x + count):
                            self.pixels[left + column, top + y + row] = registers[chosen]
                x += count
