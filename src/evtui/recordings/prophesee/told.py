"""What was told of a file's words before it is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evtui.events import Coordinates
from evtui.recordings.conventions import tell_size
from evtui.recordings.counting import Tally
from evtui.recordings.findings import Finding, finding
from evtui.recordings.prophesee.likeness import BIG, LEGACY, LITTLE
from evtui.recordings.prophesee.raw_fields import stated_sizes
from evtui.recordings.prophesee.raw_header import RawHeader

_ENOUGH = 64
"""Events from which they say something about the size of the sensor."""


@dataclass(frozen=True, slots=True)
class Told:
    """How to open a file of words."""

    order: str
    """Of the bytes of a word; see ``likeness``."""
    size: tuple[int, int] | None
    """Of the sensor; None where it is to be told from the events."""
    findings: tuple[Finding, ...] = ()
    """What of this was guessed, or is not as the header states."""

    @classmethod
    def by_header(cls, header: RawHeader) -> Told:
        """What the header states, without a look at the words."""
        order = header.byte_order
        return cls(order if order in (LITTLE, LEGACY, BIG) else LITTLE, header.size)


class SensorSize:
    """The size of the sensor: as it is stated, else as the events seen so far tell it."""

    def __init__(
        self, stated: tuple[int, int] | None, reach: Callable[[], tuple[int, int]]
    ) -> None:
        """Take a size.

        Args:
            stated: width and height, if they are stated.
            reach: tells how many columns and rows the events have; asked where they are not.
        """
        self._guess: Finding | None = None
        self.size = stated or self._told_by(reach())
        """Width and height."""

    def _told_by(self, reach: tuple[int, int]) -> tuple[int, int]:
        width, height, self._guess = tell_size(*reach)
        return width, height

    def settle(self, tally: Tally) -> None:
        """Correct a guess, in the tally too, if some of all the events lie outside."""
        if self._guess and tally.outside:
            self.size = self._told_by(tally.reach)
            tally.resize(*self.size)

    @property
    def findings(self) -> Sequence[Finding]:
        """That it is a guess, if it is one."""
        return [self._guess] if self._guess else []


def tell_size_stated(
    header: RawHeader, x: Coordinates, y: Coordinates
) -> tuple[tuple[int, int] | None, Finding | None]:
    """The size that the header states, unless most events lie outside.

    Args:
        header: of the file.
        x: columns of some events, shape (N,).
        y: their rows.

    Returns:
        Width and height, None where nothing states them; and a finding where they are not taken as
        they are stated.
    """
    stated = header.sizes
    if not stated:
        return None, None
    outside = {size: _share_outside(size, x, y) for size in stated}
    chosen = next((size for size in stated if outside[size] <= 0.5), None)
    first = _text(stated[0])
    if chosen is None:
        said = f"{_source(header)} a sensor of {first}, but {outside[stated[0]]:.0%} of the events"
        said += " looked at lie outside; it is taken as not stated"
        return None, finding("header_differs", said)
    if len(stated) > 1:
        both = " and ".join(map(_text, stated))
        said = f"the header states sensors of {both}; {_text(chosen)} is taken"
        return chosen, finding("header_differs", said)
    return chosen, None


def _share_outside(size: tuple[int, int], x: Coordinates, y: Coordinates) -> float:
    if len(x) < _ENOUGH:
        return 0.0
    return float(np.mean((x >= size[0]) | (y >= size[1])))


def _source(header: RawHeader) -> str:
    camera = header.camera
    if camera and not stated_sizes(header.fields):
        return f"a camera of {camera.told_by} has"
    return "the header states"


def _text(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
