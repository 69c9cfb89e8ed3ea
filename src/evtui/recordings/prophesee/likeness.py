"""How well some words fit each encoding of RAW files.

Words read in another encoding than their own betray it: many are of types that it does not have,
or hold nothing, and its time marks do not grow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates
from evtui.recordings.prophesee import evt2_heads, evt3_words
from evtui.recordings.prophesee.evt3_clock import ROUND_HIGHS
from evtui.recordings.prophesee.evt3_decoding import decode

LITTLE, LEGACY, BIG = "little", "legacy", "big"
"""Orders of bytes: least significant first, the same for each half of 64 bits, most first."""

_FEWEST_BYTES = 1 << 10
_FEWEST_MARKS = 8
_FEWEST_EVENTS = 16
_MOST_MISFITS = 0.01
_CONTRADICTED_FROM = 0.03
_NEAR_HIGHS = 16
"""Steps of TIME_HIGH, of 64 µs, which a run of words may go on beyond its own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read the words of a RAW file."""

    version: str
    order: str = LITTLE

    @property
    def name(self) -> str:
        """For messages: ``EVT2.1 in the legacy order``."""
        usual = "" if self.version != "2.1" else ", little-endian"
        order = {LITTLE: usual, LEGACY: " in the legacy order", BIG: ", big-endian"}[self.order]
        return f"EVT{self.version}{order}"


READINGS = (
    Reading("2"),
    Reading("2.1"),
    Reading("2.1", LEGACY),
    Reading("3"),
    *(Reading(version, BIG) for version in ("2", "2.1", "3")),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """What was counted among some words that were read in one way."""

    bytes: int = 0
    events: int = 0
    """Words that are events."""
    strange: int = 0
    """Words of a type that does not exist, or events that hold nothing."""
    marks: int = 0
    """Words with the high bits of the time."""
    false_marks: int = 0
    """Such as go back, or are where they cannot be."""
    lows: int = 0
    """Words with the low bits of the time, where they have words of their own."""

    def __add__(self, other: Fit) -> Fit:
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Fit(*(one + another for one, another in pairs))

    @property
    def misfits(self) -> float:
        """The share that makes no sense: of what should be events, or of the time marks.

        Events without any time make none.
        """
        if self.events >= _FEWEST_EVENTS and not self.marks:
            return 1.0
        strange = self.strange / max(1, self.strange + self.events)
        return max(strange, self.false_marks / max(1, self.marks))

    @property
    def is_convincing(self) -> bool:
        """Whether these words are hardly of another encoding."""
        enough = self.marks + self.lows >= _FEWEST_MARKS and self.events >= _FEWEST_EVENTS
        return enough and self.bytes >= _FEWEST_BYTES and self.misfits <= _MOST_MISFITS

    @property
    def is_contradicted(self) -> bool:
        """Whether these words are hardly of this encoding, unless they are damaged."""
        return self.bytes >= _FEWEST_BYTES and self.misfits >= _CONTRADICTED_FROM

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Grows with the likeness."""
        return self.is_convincing, -self.misfits, self.marks


def fit(reading: Reading, looks: list[bytes]) -> Fit:
    """How well some runs of bytes, each from the beginning of a word on, fit a reading."""
    return reduce(add, (_FITS[reading.version](data, reading.order) for data in looks), Fit())


def likeliest(looks: list[bytes]) -> Reading | None:
    """The reading that some runs of bytes bear out; None where none does, or more than one."""
    convincing = [reading for reading in READINGS if fit(reading, looks).is_convincing]
    return convincing[0] if len(convincing) == 1 else None


def pixels(reading: Reading, looks: list[bytes]) -> tuple[Coordinates, Coordinates]:
    """x and y of the events in some runs of bytes; of EVT2.1 only one for each word."""
    x, y = zip(*(_PIXELS[reading.version](data, reading.order) for data in looks), strict=True)
    return np.concatenate(x), np.concatenate(y)


def _fit_evt2(data: bytes, order: str) -> Fit:
    heads = _integers(data, 4, order)
    _places, times = evt2_heads.time_marks(heads)
    cd = int(np.count_nonzero(evt2_heads.are_cd(heads)))
    # Half of the words of idle EVT2.1 are 0, which would be events in the first pixel.
    empty = int(np.count_nonzero(heads == 0))
    return Fit(
        bytes=len(data),
        events=cd - empty,
        strange=evt2_heads.oddities(heads).damaged + empty,
        marks=len(times),
        false_marks=int(np.count_nonzero(np.diff(times) < 0)),
    )


def _fit_evt21(data: bytes, order: str) -> Fit:
    heads, masks = _halves(data, order)
    _places, times = evt2_heads.time_marks(heads)
    cd = evt2_heads.are_cd(heads)
    empty = int(np.count_nonzero(cd & ((masks == 0) | (heads == 0))))
    clocks = _clocks_among(masks, times)
    return Fit(
        bytes=len(data),
        events=int(np.count_nonzero(cd)) - empty,
        strange=evt2_heads.oddities(heads).damaged + empty,
        marks=len(times) + clocks,
        false_marks=int(np.count_nonzero(np.diff(times) < 0)) + clocks,
    )


def _clocks_among(masks: NDArray[np.uint32], times: NDArray[np.int64]) -> int:
    """How many masks are the time marks of EVT2 that go with those among the heads.

    Not 0: that is what a single event in the highest bit looks like.
    """
    if not len(times):
        return 0
    _places, shown = evt2_heads.time_marks(masks)
    near = _NEAR_HIGHS * evt2_heads.MARK_US
    first, last = max(1, times.min() - near), times.max() + near
    return int(np.count_nonzero((shown >= first) & (shown <= last)))


def _fit_evt3(data: bytes, order: str) -> Fit:
    words = _evt3(data, order)
    kinds = evt3_words.kinds_of(words)
    counts = np.bincount(kinds, minlength=16)
    highs = (words[kinds == evt3_words.TIME_HIGH] & evt3_words.TIME).astype(np.int64)
    steps = np.diff(highs) % ROUND_HIGHS
    return Fit(
        bytes=len(data),
        events=int(counts[[evt3_words.ADDR_X, evt3_words.VECT_12, evt3_words.VECT_8]].sum()),
        strange=int(counts[list(evt3_words.UNKNOWN_KINDS)].sum()),
        marks=len(highs),
        false_marks=int(np.count_nonzero(steps >= ROUND_HIGHS // 2)),
        lows=int(counts[evt3_words.TIME_LOW]),
    )


def _pixels_evt2(data: bytes, order: str) -> tuple[Coordinates, Coordinates]:
    heads = _integers(data, 4, order)
    return evt2_heads.pixels(heads[evt2_heads.are_cd(heads)])


def _pixels_evt21(data: bytes, order: str) -> tuple[Coordinates, Coordinates]:
    heads, masks = _halves(data, order)
    return evt2_heads.pixels(heads[evt2_heads.are_cd(heads) & (masks != 0)])


def _pixels_evt3(data: bytes, order: str) -> tuple[Coordinates, Coordinates]:
    events = decode(_evt3(data, order), evt3_words.Carry(high=0, shown=0)).events
    return events.x, events.y


def _integers(data: bytes, size: int, order: str) -> NDArray[np.uint32]:
    """Whole words of so many bytes."""
    stored = np.dtype(f"{'>' if order == BIG else '<'}u{size}")
    whole = np.frombuffer(data, stored, len(data) // size)
    return whole.astype(stored.newbyteorder("<"), copy=False)


def _halves(data: bytes, order: str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Heads and masks of EVT2.1."""
    halves = _integers(data[: len(data) // 8 * 8], 4, order).reshape(-1, 2)
    first, second = np.ascontiguousarray(halves.T)
    return (second, first) if order == LITTLE else (first, second)


def _evt3(data: bytes, order: str) -> evt3_words.Words:
    return _integers(data, evt3_words.DTYPE.itemsize, order)


_FITS: dict[str, Callable[[bytes, str], Fit]] = {"2": _fit_evt2, "2.1": _fit_evt21, "3": _fit_evt3}
_PIXELS: dict[str, Callable[[bytes, str], tuple[Coordinates, Coordinates]]] = {
    "2": _pixels_evt2,
    "2.1": _pixels_evt21,
    "3": _pixels_evt3,
}
