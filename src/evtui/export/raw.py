"""Events into Prophesee RAW files: EVT2 and EVT3."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events, Times
from evtui.export.kinds import Heading
from evtui.export.words import WordsWriter, raw_header, words_writer

_LARGEST = (1 << 11) - 1
_LONGEST_GAP_US = 30 * 24 * 3600 * 1_000_000
"""A longer silence is rather a fault; the clock has to be sent all the way through it."""

_EVT2_TURN_US = 1 << 34
_EVT3_TURN_US = 1 << 24

_EVT2_TIME_HIGH = 0x8 << 28
_ADDR_Y, _ADDR_X, _VECT_BASE_X, _VECT_12, _VECT_8, _TIME_LOW, _TIME_HIGH = (
    kind << 12 for kind in (0x0, 0x2, 0x3, 0x4, 0x5, 0x6, 0x8)
)
_VECTOR_PIXELS = 32
_VECTOR_WORDS = 4
"""A base, two vectors of 12 pixels and one of 8, which OpenEB reads together or not at all: less
than the words of five single events."""

Rows = NDArray[np.int64]


def open_evt2(path: Path, heading: Heading) -> AbstractContextManager[WordsWriter]:
    """EVT 2.0; see ``kinds.OpenWriter``.

    Its clock shows less than 4.8 h.  If the first event is later, whole turns of the clock are
    taken from all times, so that they come back earlier by what ``evtui_time_offset_us`` in the
    header tells; nothing else is lost.  A recording may go on for as long as it likes.
    """
    return words_writer(path, raw_header("2.0", "EVT2", heading), _Evt2(), heading.t_first_us)


def open_evt3(path: Path, heading: Heading) -> AbstractContextManager[WordsWriter]:
    """EVT 3.0; see ``kinds.OpenWriter``.

    As in EVT 2.0, but the clock shows less than 16.8 s.
    """
    coder = _Evt3(heading.width)
    return words_writer(path, raw_header("3.0", "EVT3", heading), coder, heading.t_first_us)


class _Evt2:
    """A word of 32 bits an event; TIME_HIGH wherever the upper 28 bits of the time change."""

    largest = _LARGEST
    turn_us = _EVT2_TURN_US

    def __init__(self) -> None:
        self._latest = -1

    def words(self, t: Times, events: Events) -> NDArray[np.uint32]:
        highs = _differs(t >> 6, self._latest >> 6).astype(np.int64)
        passed = _passed(t, self._latest, self.turn_us)
        for row, times in passed:
            highs[row] += len(times)
        ends = np.cumsum(highs + 1)
        words = np.empty(int(ends[-1]), "<u4")
        heads = events.p.astype(np.uint32) << np.uint32(28)
        heads |= (t & 63).astype(np.uint32) << np.uint32(22)
        heads |= events.x.astype(np.uint32) << np.uint32(11)
        words[ends - 1] = heads | events.y
        new = np.flatnonzero(highs)
        words[ends[new] - 2] = _evt2_high(t[new])
        for row, times in passed:
            last = ends[row] - 2
            words[last - len(times) : last] = _evt2_high(times)
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
    turn_us = _EVT3_TURN_US

    def __init__(self, width: int) -> None:
        self._last_base = width - _VECTOR_PIXELS
        self._latest = -1
        self._y = -1

    def words(self, t: Times, events: Events) -> NDArray[np.uint16]:
        y = events.y.astype(np.int64)
        new_time = _differs(t, self._latest)
        new_high = _differs(t >> 12, self._latest >> 12)
        new_row = _differs(y, self._y) | new_time
        bases = self._bases(events)
        starts, sizes = _groups(t, events, bases)
        is_vector = self._are_vectors(events, bases, starts, sizes)
        inside = np.repeat(is_vector, sizes)
        vectors = starts[is_vector]
        body = np.where(inside, 0, 1)
        body[vectors] = _VECTOR_WORDS
        passed = _passed(t, self._latest, self.turn_us)
        filling = np.zeros(len(t), np.int64)
        for row, times in passed:
            filling[row] = len(times)
        ends = np.cumsum(filling + new_high + new_time + new_row + body)
        words = np.empty(int(ends[-1]), "<u2")

        at = ends - body
        single = np.flatnonzero(~inside)
        words[at[single]] = _ADDR_X | _column(events.x[single], events.p[single])
        _write_vectors(words, at[vectors], events, bases, vectors, np.flatnonzero(inside))
        at = _write_before(words, at, new_row, _ADDR_Y | y)
        at = _write_before(words, at, new_time, _TIME_LOW | t & 0xFFF)
        at = _write_before(words, at, new_high, _evt3_high(t))
        for row, times in passed:
            words[at[row] - len(times) : at[row]] = _evt3_high(times)
        self._latest, self._y = int(t[-1]), int(y[-1])
        return words

    def _bases(self, events: Events) -> Rows:
        """Where the vector of each event would begin: OpenEB wants all of it on the sensor."""
        x = events.x.astype(np.int64)
        bases: Rows = np.minimum(x - x % _VECTOR_PIXELS, self._last_base)
        return bases

    @staticmethod
    def _are_vectors(events: Events, bases: Rows, starts: Rows, sizes: Rows) -> NDArray[np.bool_]:
        fit = (bases >= 0) & (events.x < bases + _VECTOR_PIXELS)
        are_vectors: NDArray[np.bool_] = (sizes > _VECTOR_WORDS) & fit[starts + sizes - 1]
        return are_vectors


def _evt3_high(t: Times) -> Rows:
    return _TIME_HIGH | t >> 12 & 0xFFF


def _passed(t: Times, latest: int, turn_us: int) -> list[tuple[int, Times]]:
    """Times to be sent before some events, each with the row of its event.

    They are the last and the first µs around each quarter of a turn that ends between two events.
    So no turn of the clock goes unseen, however long nothing happens; and decoders that take only
    the step from the last TIME_HIGH to 0 for a new turn (evlib, faery, OpenEB within 10 ms) get it.
    """
    quarter = turn_us // 4
    numbers = t // quarter
    before = np.concatenate([[latest if latest >= 0 else t[0]], t[:-1]])
    found = []
    for row in np.flatnonzero(numbers != before // quarter):
        if t[row] - before[row] > _LONGEST_GAP_US:
            raise ValueError("30 days without an event have no place in this format")
        edges = np.arange(before[row] // quarter + 1, numbers[row] + 1) * quarter
        found.append((int(row), np.stack([edges - 1, edges], axis=1).ravel()))
    return found


def _differs(values: NDArray[np.int64], before: int) -> NDArray[np.bool_]:
    """Where a value is not that of the event before."""
    changes: NDArray[np.bool_] = np.diff(values, prepend=before) != 0
    return changes


def _groups(t: Times, events: Events, bases: Rows) -> tuple[Rows, Rows]:
    """First rows and lengths of the runs of events that fit into the same vectors."""
    same = (t[1:] == t[:-1]) & (events.y[1:] == events.y[:-1]) & (events.p[1:] == events.p[:-1])
    same &= (bases[1:] == bases[:-1]) & (events.x[1:] > events.x[:-1])
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    return starts, np.diff(starts, append=len(t))


def _write_vectors(
    words: NDArray[np.uint16], at: Rows, events: Events, bases: Rows, starts: Rows, rows: Rows
) -> None:
    """Write the words of groups that begin with some events, and have all events of some rows."""
    if not len(starts):
        return
    bits = np.int64(1) << events.x[rows] - bases[rows]
    masks = np.bitwise_or.reduceat(bits, np.searchsorted(rows, starts))
    words[at] = _VECT_BASE_X | _column(bases[starts].astype(np.uint16), events.p[starts])
    words[at + 1] = _VECT_12 | masks & 0xFFF
    words[at + 2] = _VECT_12 | masks >> 12 & 0xFFF
    words[at + 3] = _VECT_8 | masks >> 24


def _write_before(
    words: NDArray[np.uint16], at: Rows, where: NDArray[np.bool_], contents: Rows
) -> Rows:
    """Write a word before some places; returns the places in front of which the next goes."""
    rows = np.flatnonzero(where)
    words[at[rows] - 1] = contents[rows]
    return at - where


def _column(x: NDArray[np.uint16], p: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Column and polarity, as the words that have both write them."""
    return x | p.astype(np.uint16) << np.uint16(11)
