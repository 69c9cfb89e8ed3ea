"""EVT3 files made from events whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events

HEADER = b"% date 2024-01-01 00:00:00\n% format EVT3;height=480;width=640\n% end\n"
OLD_HEADER = b"% evt 3.0\n% geometry 640x480\n"
SIZELESS_HEADER = b"% evt 3.0\r\n% integrator_name Nobody\r\n"

ADDR_Y, ADDR_X, VECT_BASE_X, VECT_12, VECT_8 = 0x0, 0x2, 0x3, 0x4, 0x5
TIME_LOW, TIME_HIGH, EXT_TRIGGER = 0x6, 0x8, 0xA

SENSOR_IDLE_US = 16
"""How often sensors send the time, whether there are events or not."""
_LONGEST_SILENCE_US = 4_000_000


@dataclass(frozen=True)
class Parts:
    """Words and where they go: in front of an event, those of one event by their rank."""

    row: NDArray[np.int64]
    rank: NDArray[np.int64]
    word: NDArray[np.int64]


def evt3_words(
    events: Events,
    t_first_us: int = 0,
    *,
    idle_us: int | None = None,
    vectors: bool = False,
    false_lows: Sequence[int] = (),
    triggers: Sequence[int] = (),
) -> NDArray[np.uint16]:
    """Events as EVT3 words, in the order they have.

    Args:
        events: sorted by t.
        t_first_us: the clock at time 0 of the events.
        idle_us: how often the time is sent, as sensors do; None to send it only where it changes,
            and every 4 s in a gap, as programs do.
        vectors: whether neighbours in a row go into vectors.
        false_lows: rows of events before which a false TIME_LOW is sent, if their time is new.
        triggers: rows of events before which a trigger edge is sent.
    """
    t = events.t + t_first_us
    starts = _vector_starts(events) if vectors else np.arange(len(events))
    sizes = np.diff(starts, append=len(events))
    small = np.repeat(sizes < 3, sizes)
    new_time = np.diff(t, prepend=-1) != 0
    new_row = new_time | (np.diff(events.y.astype(np.int64), prepend=-1) != 0)
    false = np.zeros(len(events), bool)
    false[list(false_lows)] = True
    parts = [
        _idle(t, idle_us or _LONGEST_SILENCE_US, everywhere=idle_us is not None),
        _parts(-4, np.diff(t >> 12, prepend=-1) != 0, TIME_HIGH, t >> 12),
        _parts(-3, false & new_time, TIME_LOW, t ^ 5),
        _parts(-2, new_time, TIME_LOW, t),
        _parts(-1, new_row, ADDR_Y, events.y),
        _parts(0, _flags(triggers, len(events)), EXT_TRIGGER, np.ones(len(events))),
        _parts(1, small, ADDR_X, _pixel(events.x, events.p)),
        *_vector_parts(events, starts[sizes >= 3], ~small),
    ]
    order = np.lexsort([np.concatenate([getattr(p, name) for p in parts]) for name in _ORDER])
    return np.concatenate([p.word for p in parts])[order].astype(np.uint16)


_ORDER = ("rank", "row")


def write_evt3(
    path: Path, words: NDArray[np.uint16], header: bytes = HEADER, tail: bytes = b""
) -> Path:
    """A file of a header, the words and some bytes more."""
    path.write_bytes(header + words.astype("<u2").tobytes() + tail)
    return path


def word(kind: int, content: int) -> int:
    """One word."""
    return kind << 12 | content & 0xFFF


def words_of(pairs: Iterable[tuple[int, int]]) -> NDArray[np.uint16]:
    """Words from pairs of kind and content."""
    return np.array([word(*pair) for pair in pairs], np.uint16)


def _pixel(x: NDArray[np.uint16], p: NDArray[np.uint8]) -> NDArray[np.int64]:
    return x.astype(np.int64) | p.astype(np.int64) << 11


def _flags(rows: Sequence[int], count: int) -> NDArray[np.bool_]:
    flags = np.zeros(count, bool)
    flags[list(rows)] = True
    return flags


def _parts(rank: int, where: NDArray[np.bool_], kind: int, content: NDArray[np.int64]) -> Parts:
    rows = np.flatnonzero(where)
    words = kind << 12 | np.asarray(content)[rows].astype(np.int64) & 0xFFF
    return Parts(rows, np.full(len(rows), rank), words)


def _idle(t: NDArray[np.int64], every: int, *, everywhere: bool) -> Parts:
    """TIME_HIGH and TIME_LOW as time goes by, in front of the first event that is not earlier."""
    if not len(t):
        return Parts(*(np.empty(0, np.int64),) * 3)
    ticks = np.arange(t[0] // every + 1, t[-1] // every + 1) * every
    rows = np.searchsorted(t, ticks)
    if not everywhere:
        in_gap = (t[rows] - t[rows - 1]) > every
        ticks, rows = ticks[in_gap], rows[in_gap]
    ranks = np.arange(2 * len(ticks)) - 2 * len(ticks) - 10
    pairs = np.stack([TIME_HIGH << 12 | ticks >> 12 & 0xFFF, TIME_LOW << 12 | ticks & 0xFFF], 1)
    return Parts(np.repeat(rows, 2), ranks, pairs.ravel())


def _vector_starts(events: Events) -> NDArray[np.int64]:
    """Rows of events that cannot go into the same vectors as the one before."""
    same = np.ones(max(0, len(events) - 1), bool)
    for column in (events.t, events.y, events.p, events.x >> np.uint16(5)):
        same &= column[1:] == column[:-1]
    same &= events.x[1:] > events.x[:-1]
    return np.flatnonzero(np.concatenate([[True][: len(events)], ~same]))


def _vector_parts(
    events: Events, starts: NDArray[np.int64], inside: NDArray[np.bool_]
) -> list[Parts]:
    """VECT_BASE_X, two VECT_12 and a VECT_8 for each group of events."""
    bits = np.int64(1) << (events.x & np.uint16(31)).astype(np.int64)
    group = np.searchsorted(starts, np.flatnonzero(inside), side="right") - 1
    masks = np.zeros(len(starts), np.int64)
    np.bitwise_or.at(masks, group, bits[inside])
    base = _pixel(events.x[starts] & np.uint16(0xFFE0), events.p[starts])
    contents = (
        (VECT_BASE_X, base),
        (VECT_12, masks),
        (VECT_12, masks >> 12),
        (VECT_8, masks >> 24),
    )
    return [
        Parts(starts, np.full(len(starts), 1 + number), kind << 12 | content & 0xFFF)
        for number, (kind, content) in enumerate(contents)
    ]
