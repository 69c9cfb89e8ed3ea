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
