"""Events into Prophesee RAW files: EVT2 and EVT3."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events, Times
from evtui.export.kinds import Heading
from evtui.export.words import WordsWriter, clock_of, raw_header, words_writer

_LARGEST = (1 << 11) - 1
_LONGEST_GAP_US = 30 * 24 * 3600 * 1_000_000
"""A longer silence is rather a fault; the clock has to be sent all the way through it."""

_EVT2_TURN_US = 1 << 34
_EVT3_TURN_US = 1 << 24
_EVT2_SILENCE_US = _EVT2_TURN_US // 4
_EVT3_SILENCE_US = 1 << 22
"""After so long without an event the clock is sent, so that no turn of it goes unseen."""

_EVT2_TIME_HIGH = 0x8 << 28
_ADDR_Y, _ADDR_X, _VECT_BASE_X, _VECT_12, _VECT_8, _TIME_LOW, _TIME_HIGH = (
    kind << 12 for kind in (0x0, 0x2, 0x3, 0x4, 0x5, 0x6, 0x8)
)
_VECTOR_PIXELS = 32
_VECTOR_WORDS = 4
"""A base, two vectors of 12 pixels and one of 8: less than the words of five single events."""


def open_evt2(path: Path, heading: Heading) -> AbstractContextManager[WordsWriter]:
    """EVT 2.0; see ``kinds.OpenWriter``.  Of a clock above 4.7 h the turns go into the header."""
    offset, line = clock_of(heading, _EVT2_TURN_US)
    return words_writer(path, raw_header("2.0", "EVT2", heading, line), _Evt2(), offset)


def open_evt3(path: Path, heading: Heading) -> AbstractContextManager[WordsWriter]:
    """EVT 3.0; see ``kinds.OpenWriter``.  Of a clock above 16.8 s the turns go into the header."""
    offset, line = clock_of(heading, _EVT3_TURN_US)
    return words_writer(path, raw_header("3.0", "EVT3", heading, line), _Evt3(), offset)


class _Evt2:
    """A word of 32 bits an event; TIME_HIGH wherever the upper 28 bits of the time change."""

    largest = _LARGEST

    def __init__(self) -> None:
        self._latest = -1

    def words(self, t: Times, events: Events) -> NDArray[np.uint32]:
        steps = t >> 6
        before = np.concatenate([[self._latest >> 6 if self._latest >= 0 else -1], steps[:-1]])
        changed = (steps != before).astype(np.int64)
        quiet = _quiet(t, self._latest, _EVT2_SILENCE_US)
        for row, ticks in quiet:
            changed[row] += len(ticks)
        ends = np.cumsum(changed + 1)
        words = np.empty(int(ends[-1]), "<u4")
        heads = events.p.astype(np.uint32) << np.uint32(28)
        heads |= (t & 63).astype(np.uint32) << np.uint32(22)
        heads |= events.x.astype(np.uint32) << np.uint32(11)
        words[ends - 1] = heads | events.y
        new = np.flatnonzero(changed)
        words[ends[new] - 2] = _evt2_high(t[new])
        for row, ticks in quiet:
            first = ends[row] - 1 - changed[row]
            words[first : first + len(ticks)] = _evt2_high(ticks)
        self._latest = int(t[-1])
        return words


def _evt2_high(t: Times) -> NDArray[np.uint32]:
    return (_EVT2_TIME_HIGH | t >> 6 & (1 << 28) - 1).astype(np.uint32)


class _Evt3:
    """Words of 16 bits, each of which says what is new: time, row, then columns.

    Neighbours that one row has at one time and in one polarity become vectors, where they lie in
    ascending order, so that the order of events stays.
    """

    largest = _LARGEST

    def __init__(self) -> None:
        self._latest = -1
        self._y = -1

    def words(self, t: Times, events: Events) -> NDArray[np.uint16]:
        y = events.y.astype(np.int64)
        new_time = _differs(t, self._latest)
        new_high = _differs(t >> 12, self._latest >> 12 if self._latest >= 0 else -1)
        new_row = _differs(y, self._y) | new_time
        starts, sizes = _groups(t, events)
        is_vector = sizes > _VECTOR_WORDS
        inside = np.repeat(is_vector, sizes)
        vectors = starts[is_vector]
        body = np.where(inside, 0, 1)
        body[vectors] = _VECTOR_WORDS
        quiet = _quiet(t, self._latest, _EVT3_SILENCE_US)
        filling = np.zeros(len(t), np.int64)
        for row, ticks in quiet:
            filling[row] = 2 * len(ticks)
        ends = np.cumsum(filling + new_high + new_time + new_row + body)
        words = np.empty(int(ends[-1]), "<u2")

        at = ends - body
        single = np.flatnonzero(~inside)
        words[at[single]] = _ADDR_X | _column(events.x[single], events.p[single])
        _write_vectors(words, at[vectors], events, vectors, np.flatnonzero(inside))
        at = _write_before(words, at, new_row, _ADDR_Y | y)
        at = _write_before(words, at, new_time, _TIME_LOW | t & 0xFFF)
        at = _write_before(words, at, new_high, _TIME_HIGH | t >> 12 & 0xFFF)
        for row, ticks in quiet:
            pairs = np.stack([_TIME_HIGH | ticks >> 12 & 0xFFF, _TIME_LOW | ticks & 0xFFF], axis=1)
            words[at[row] - pairs.size : at[row]] = pairs.ravel()
        self._latest, self._y = int(t[-1]), int(y[-1])
        return words


def _quiet(t: Times, latest: int, longest_us: int) -> list[tuple[int, Times]]:
    """Times to be sent within long silences, each with the row of the event after it."""
    gaps = np.diff(t, prepend=latest if latest >= 0 else t[0])
    found = []
    for row in np.flatnonzero(gaps > longest_us):
        if gaps[row] > _LONGEST_GAP_US:
            raise ValueError("30 days without an event have no place in this format")
        end = int(t[row])
        found.append((int(row), np.arange(end - int(gaps[row]) + longest_us, end, longest_us)))
    return found


def _differs(values: NDArray[np.int64], before: int) -> NDArray[np.bool_]:
    """Where a value is not that of the event before."""
    changes: NDArray[np.bool_] = np.diff(values, prepend=before) != 0
    return changes


def _groups(t: Times, events: Events) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First rows and lengths of the runs of events that fit into the same vectors."""
    same = (t[1:] == t[:-1]) & (events.y[1:] == events.y[:-1]) & (events.p[1:] == events.p[:-1])
    blocks = events.x // np.uint16(_VECTOR_PIXELS)
    same &= (blocks[1:] == blocks[:-1]) & (events.x[1:] > events.x[:-1])
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    return starts, np.diff(starts, append=len(t))


def _write_vectors(
    words: NDArray[np.uint16],
    at: NDArray[np.int64],
    events: Events,
    starts: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> None:
    """Write the words of groups that begin with some events, and have all events of some rows."""
    if not len(starts):
        return
    bits = np.uint32(1) << (events.x[rows] % np.uint16(_VECTOR_PIXELS)).astype(np.uint32)
    masks = np.bitwise_or.reduceat(bits, np.searchsorted(rows, starts))
    base = events.x[starts] // np.uint16(_VECTOR_PIXELS) * np.uint16(_VECTOR_PIXELS)
    words[at] = _VECT_BASE_X | _column(base, events.p[starts])
    words[at + 1] = _VECT_12 | masks & 0xFFF
    words[at + 2] = _VECT_12 | masks >> 12 & 0xFFF
    words[at + 3] = _VECT_8 | masks >> 24


def _write_before(
    words: NDArray[np.uint16],
    at: NDArray[np.int64],
    where: NDArray[np.bool_],
    contents: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Write a word before some places; returns the places in front of which the next goes."""
    rows = np.flatnonzero(where)
    words[at[rows] - 1] = contents[rows]
    return at - where


def _column(x: NDArray[np.uint16], p: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Column and polarity, as the words that have both write them."""
    return x | p.astype(np.uint16) << np.uint16(11)
