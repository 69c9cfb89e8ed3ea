"""A region of interest: a rectangle of sensor pixels."""

from __future__ import annotations

from dataclasses import dataclass

from numpy import bool_, uint16
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of sensor pixels: what is looked at."""

    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def parse(text: str) -> Region:
        """A region as users write it: ``X,Y,W,H``.

        Raises:
            ValueError: the text is none.
        """
        numbers = [part.strip() for part in text.split(",")]
        if len(numbers) == 4 and all(part.isascii() and part.isdecimal() for part in numbers):
            region = Region(*(int(part) for part in numbers))
            if region.width and region.height:
                return region
        raise ValueError(
            f"{text!r} is not a region; write X,Y,W,H: column and row of its upper left pixel,"
            " width and height"
        )

    def __str__(self) -> str:
        """As ``parse`` reads it."""
        return f"{self.x},{self.y},{self.width},{self.height}"

    def resized(self, width: int, height: int, sensor: Region) -> Region:
        """Another size about the same centre, kept inside the sensor."""
        width = min(sensor.width, max(1, width))
        height = min(sensor.height, max(1, height))
        centred = Region(
            self.x + (self.width - width) // 2, self.y + (self.height - height) // 2, width, height
        )
        return centred.moved(0, 0, sensor)

    def moved(self, dx: int, dy: int, sensor: Region) -> Region:
        """Shifted by pixels, stopping at the sensor's edges."""
        x = min(max(self.x + dx, sensor.x), sensor.x + sensor.width - self.width)
        y = min(max(self.y + dy, sensor.y), sensor.y + sensor.height - self.height)
        return Region(x, y, self.width, self.height)

    def holds(self, x: NDArray[uint16], y: NDArray[uint16]) -> NDArray[bool_]:
        """Which of these pixels lie inside; bool of their shape."""
        across = (x >= self.x) & (x < self.x + self.width)
        return across & (y >= self.y) & (y < self.y + self.height)
