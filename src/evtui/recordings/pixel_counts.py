"""Events per pixel, and which pixels are hot: they fire by themselves, without pause.

A pixel is hot where, over the whole recording, it has

- ``FEWEST`` events or more, and ``SLOWEST`` events/s or more;
- more than the median of the pixels with events, plus ``DEVIATIONS`` times their median absolute
  deviation;
- ``BESIDE`` times as many as any of its eight neighbours.  Edges that move and lamps that flicker
  keep several pixels busy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates
from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.findings import Finding, finding
from evtui.units import US_PER_S, format_rate

FEWEST = 50
SLOWEST = 10.0
DEVIATIONS = 10
BESIDE = 5

MOST_HOT = 4_096
"""Hot pixels that are kept, the fastest."""

_ALL_UP_TO = 1 << 22
"""Events of which each is counted; of those after them, one block in ``_ONE_IN`` is."""
_ONE_IN = 4

_AT_ONCE = 1 << 14
"""Events whose places stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class HotPixels:
    """Which pixels are hot, the fastest first."""

    places: NDArray[np.uint16]
    """Columns and rows, shape (N, 2)."""
    rates: NDArray[np.float64]
    """Events/s over the whole recording, shape (N,)."""

    def tell(self) -> Finding | None:
        """The finding of these pixels; None where there are none."""
        if not len(self.places):
            return None
        (x, y), rate = self.places[0].tolist(), format_rate(float(self.rates[0]))
        if len(self.places) == 1:
            said = f"pixel ({x}, {y}) fires far more than those around it, about {rate}"
            return finding("hot_pixels", said)
        said = f"{len(self.places):,} pixels fire far more than those around them"
        return finding("hot_pixels", f"{said}, the fastest at ({x}, {y}) with about {rate}")


class PixelCounts:
    """Counts events by pixel, for a sensor of up to ``LARGEST_SIDE`` columns and rows."""

    def __init__(self, width: int, height: int) -> None:
        """Start at nothing; memory is taken when events come.

        Args:
            width: columns of the sensor; there may be more.
            height: rows of the sensor; there may be more.
        """
        self._expected = height, width
        self._counts = np.zeros((0, 0), np.uint32)
        # Kept, since new memory costs more than the counting.
        self._places = np.empty(_AT_ONCE, np.int64)
        self._given = self._counted = self._blocks = 0

    def add(self, x: Coordinates, y: Coordinates, width: int, height: int) -> None:
        """Count a block of events.

        Args:
            x: shape (N,), all below ``width``.
            y: shape (N,), all below ``height``.
            width: at most ``LARGEST_SIDE``.
            height: at most ``LARGEST_SIDE``.
        """
        self._given += len(x)
        self._blocks += 1
        if self._given > _ALL_UP_TO and self._blocks % _ONE_IN:
            return
        self._counted += len(x)
        self._make_room(height, width)
        counts, columns = self._counts.reshape(-1), self._counts.shape[1]
        for start in range(0, len(x), len(self._places)):
            rows = y[start : start + len(self._places)]
            places = self._places[: len(rows)]
            np.multiply(rows, columns, out=places, dtype=np.int64)
            places += x[start : start + len(rows)]
            np.add.at(counts, places, np.uint32(1))

    def _make_room(self, rows: int, columns: int) -> None:
        had = self._counts.shape
        if rows <= had[0] and columns <= had[1]:
            return
        sides = zip((rows, columns), had, self._expected, strict=True)
        # Twice as many as before, so that a file whose events go farther and farther costs little.
        wanted = [
            min(max(needed, old if needed <= old else 2 * old, expected), LARGEST_SIDE)
            for needed, old, expected in sides
        ]
        grown = np.zeros(wanted, np.uint32)
        grown[: had[0], : had[1]] = self._counts
        self._counts = grown

    def hot(self, duration_us: int) -> HotPixels:
        """Which pixels are hot.

        Args:
            duration_us: of the recording.
        """
        share = self._counted / self._given if self._given else 1.0
        seconds = max(duration_us, 1) / US_PER_S
        lowest = max(FEWEST, SLOWEST * seconds * share)
        rows, columns = np.nonzero(self._counts >= lowest)
        if len(rows):
            much = self._counts[rows, columns] > self._usual_most()
            rows, columns = rows[much], columns[much]
        if len(rows):
            lonely = self._counts[rows, columns] >= BESIDE * self._busiest_beside(rows, columns)
            rows, columns = rows[lonely], columns[lonely]
        counts = self._counts[rows, columns]
        order = np.argsort(counts, kind="stable")[::-1][:MOST_HOT]
        places = np.stack([columns[order], rows[order]], axis=1).astype(np.uint16)
        return HotPixels(places, counts[order] / (seconds * share))

    def _usual_most(self) -> float:
        """What a pixel hardly ever exceeds, from those that have events."""
        active = self._counts[self._counts > 0].astype(np.int64)
        median = float(np.median(active))
        return median + DEVIATIONS * max(1.0, float(np.median(np.abs(active - median))))

    def _busiest_beside(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> NDArray[np.uint32]:
        """The most events of any of the eight neighbours of each pixel."""
        height, width = self._counts.shape
        most = np.zeros(len(rows), np.uint32)
        for down, right in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
            y, x = rows + down, columns + right
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            most[inside] = np.maximum(most[inside], self._counts[y[inside], x[inside]])
        return most
