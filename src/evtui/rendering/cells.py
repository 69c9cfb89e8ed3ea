"""Cells: what a terminal shows of a frame, one character and two shades each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BLANK = ord(" ")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A block of terminal cells, all arrays of shape (rows, columns).

    ``codes`` is uint32, the Unicode code points.  ``front`` and ``back`` are uint8, the ``Shade``
    of the glyph and of what is behind it; ``Shade.NOTHING`` behind is the terminal's background.
    """

    codes: NDArray[np.uint32]
    front: NDArray[np.uint8]
    back: NDArray[np.uint8]

    @property
    def columns(self) -> int:
        return int(self.codes.shape[1])

    @property
    def rows(self) -> int:
        return int(self.codes.shape[0])

    def runs(self, row: int) -> Iterator[tuple[str, int, int]]:
        """The row as runs of equal shades: text, front shade, back shade."""
        front, back = self.front[row], self.back[row]
        shades = front.astype(np.uint16) << 8 | back
        starts = [0, *(np.flatnonzero(np.diff(shades)) + 1).tolist(), self.columns]
        text = self.codes[row].astype("<u4").tobytes().decode("utf-32-le")
        for start, stop in pairwise(starts):
            yield text[start:stop], int(front[start]), int(back[start])

    def lines(self) -> list[str]:
        """The characters alone, a string a row."""
        return ["".join(text for text, _, _ in self.runs(row)) for row in range(self.rows)]
