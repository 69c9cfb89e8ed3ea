"""The events of a run of EVT3 words, but for their times.

Words that are single events, by far the most, are set apart first.  What remains, here called the
marks, is short, and from the place of each follows how many single events come before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Polarities
from evtui.recordings.prophesee.evt3_vectors import Vectors, find_vectors
from evtui.recordings.prophesee.evt3_words import (
    ADDR_X,
    ADDR_Y,
    EXT_TRIGGER,
    PIXEL,
    TIME_HIGH,
    TIME_LOW,
    UNKNOWN_KINDS,
    Carry,
    Kinds,
    Numbers,
    Words,
    are_of,
    columns_and_on,
    kinds_of,
)

_NEARLY = 8
"""But for one in so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """The words of a run that are no single events.  A mark is named by its number among them."""

    words: Words
    kinds: Kinds
    places: Numbers
    """Where in the run they are."""
    from_vectors: Numbers | None = None
    """How many events of vectors come before each; None where there are no vectors."""

    def of(self, kind: int) -> Numbers:
        """Those of a kind."""
        return np.flatnonzero(self.kinds == kind)

    def events_before(self, marks: Numbers) -> Numbers:
        """How many events come before some of them."""
        singles = self.places[marks] - marks
        return singles if self.from_vectors is None else singles + self.from_vectors[marks]

    def with_vectors(self, vectors: Vectors) -> Marks:
        """The same, the events of vectors counted."""
        events = np.zeros(len(self.words) + 1, np.int64)
        events[vectors.places + 1] = np.bitwise_count(vectors.masks)
        return Marks(self.words, self.kinds, self.places, np.cumsum(events, out=events))


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A run of words but for its times."""

    x: Coordinates
    y: Coordinates
    p: Polarities
    marks: Marks
    highs: Numbers
    """The marks that are TIME_HIGH."""
    lows: Numbers
    """The marks that are TIME_LOW."""
    vectors: Vectors
    """Their places are among the marks."""
    rowless: int
    """How many events come before the first ADDR_Y; they have the row of ``carry``, or 0."""
    last_y: int | None
    """The row of an event that would come next."""
    unknown: int
    """Words of no known kind."""
    triggers: int
    """Edges of the trigger input."""


def scan(words: Words, carry: Carry) -> Scan:
    """Find out all but the times of a run of words.

    Args:
        words: the run.
        carry: what the words before it left behind.
    """
    is_single = are_of(ADDR_X, words)
    singles, others = np.flatnonzero(is_single), np.flatnonzero(~is_single)
    x, p = columns_and_on(words[singles])
    rest = words[others]
    marks = Marks(rest, kinds_of(rest), others)
    vectors = find_vectors(marks.words, marks.kinds, carry)
    if len(vectors.places):
        x, p = _make_room(x, p, vectors, marks.events_before(vectors.places))
        marks = marks.with_vectors(vectors)
        vectors.write(x, p, marks.events_before(vectors.places))
    rows, highs, lows = (marks.of(kind) for kind in (ADDR_Y, TIME_HIGH, TIME_LOW))
    y = _rows_of(len(x), marks, rows, words, singles)
    rowless = int(marks.events_before(rows[:1])[0]) if len(rows) else len(x)
    y[:rowless] = carry.y or 0
    usual = len(rows) + len(highs) + len(lows) + len(vectors.places) + vectors.bases
    unusual = marks.kinds if usual < len(others) else marks.kinds[:0]
    return Scan(
        x=x,
        y=y,
        p=p,
        marks=marks,
        highs=highs,
        lows=lows,
        vectors=vectors,
        rowless=rowless,
        last_y=int(marks.words[rows[-1]]) & PIXEL if len(rows) else carry.y,
        unknown=sum(_count(unusual, kind) for kind in UNKNOWN_KINDS),
        triggers=_count(unusual, EXT_TRIGGER),
    )


def _rows_of(
    events: int, marks: Marks, rows: Numbers, words: Words, singles: Numbers
) -> Coordinates:
    """Rows of the events; not set before the first ADDR_Y.

    Args:
        events: how many there are.
        marks: of the run of words.
        rows: those of them that are ADDR_Y.
        words: the run.
        singles: places of the single events.
    """
    if events == len(singles) and len(rows) * _NEARLY > events * (_NEARLY - 1):
        return _rows_right_before(marks, rows, words, singles)
    y = np.zeros(len(rows) + 1, np.uint16)
    np.bitwise_and(marks.words[rows], PIXEL, out=y[1:])
    bounds = np.concatenate([[0], marks.events_before(rows), [events]])
    return np.repeat(y, np.diff(bounds))


def _rows_right_before(marks: Marks, rows: Numbers, words: Words, singles: Numbers) -> Coordinates:
    """The same for single events that nearly all have an ADDR_Y right before them.

    So it is with noise, and where little moves.  To repeat each row as often as it has events, once
    as a rule, would take three times as long.
    """
    y = words.take(singles - 1, mode="wrap")
    is_row = are_of(ADDR_Y, y)
    if len(singles) and not singles[0]:
        is_row[0] = False  # nothing comes before it, and its place was taken for the last
    y &= PIXEL
    others = np.flatnonzero(~is_row)
    last_rows = np.searchsorted(rows, singles[others] - others) - 1
    y[others] = marks.words[rows[last_rows]] & PIXEL
    return y


def _count(kinds: Kinds, kind: int) -> int:
    return int(np.count_nonzero(kinds == kind))


def _make_room(
    x: Coordinates, p: Polarities, vectors: Vectors, singles_before: Numbers
) -> tuple[Coordinates, Polarities]:
    """Columns and polarities of single events, moved apart where events of vectors come between.

    Args:
        x: of the single events.
        p: of the single events.
        vectors: whose events are not yet set in what is returned.
        singles_before: how many single events come before each vector.
    """
    moved = np.concatenate([[0], np.cumsum(np.bitwise_count(vectors.masks), dtype=np.int64)])
    runs = np.diff(singles_before, prepend=0, append=len(x))
    slots = np.repeat(moved, runs) + np.arange(len(x))
    length = len(x) + int(moved[-1])
    return _spread(x, slots, length), _spread(p, slots, length)


def _spread(values: NDArray[Any], slots: Numbers, length: int) -> NDArray[Any]:
    """An array of ``length`` with some of its values in their slots, the others not yet set."""
    spread = np.empty(length, values.dtype)
    spread[slots] = values
    return spread
