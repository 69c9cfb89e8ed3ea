"""EVT 2.0 and EVT 2.1 files made from events whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events

EVT2_HEADER = b"% date 2024-01-01 00:00:00\n% geometry 640x480\n% evt 2.0\n% end\n"
EVT21_HEADER = b"% format EVT21;height=480;width=640;endianness=little\n% end\n"
EVT21_LEGACY_HEADER = EVT21_HEADER.replace(b"little", b"legacy")

TIME_HIGH, EXT_TRIGGER = 0x8, 0xA
CLOCK_STEPS = 1 << 28
"""TIME_HIGH counts so far, in steps of 64 µs."""


def time_highs(times: Sequence[int]) -> NDArray[np.uint32]:
    """TIME_HIGH words for times in µs on a clock without end."""
    steps = np.array(times, np.int64) // 64 % CLOCK_STEPS
    return (TIME_HIGH << 28 | steps).astype(np.uint32)


def evt2_words(
    events: Events, t_first_us: int = 0, repeat: int = 1, triggers: Sequence[int] = ()
) -> NDArray[np.uint32]:
    """Events as words of EVT 2.0, with a TIME_HIGH wherever it changes.

    Args:
        events: in any order; a camera is never silent for long, so in a gap TIME_HIGH is sent now
            and then.
        t_first_us: the clock at time 0 of the events.
        repeat: how often each TIME_HIGH is sent.
        triggers: rows of events before which a trigger edge is sent.
    """
    t = events.t + t_first_us
    heads = (events.p.astype(np.int64) << 28) | (t % 64 << 22)
    cd = heads | (events.x.astype(np.int64) << 11) | events.y
    return _with_time_highs(t, cd.astype(np.uint32), repeat, triggers)


def evt21_words(
    events: Events,
    t_first_us: int = 0,
    repeat: int = 1,
    triggers: Sequence[int] = (),
    *,
    legacy: bool = False,
) -> NDArray[np.uint32]:
    """Events as words of EVT 2.1, shape (N, 2): neighbours of one row and time in one word.

    The arguments are those of ``evt2_words``; rows of triggers are rows of words.
    """
    starts = _vector_starts(events)
    first = Events(events.t[starts], events.x[starts], events.y[starts], events.p[starts])
    bases = first.x & np.uint16(0xFFE0)
    bits = np.uint32(1) << (events.x & np.uint16(31)).astype(np.uint32)
    masks = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    first = Events(first.t, bases, first.y, first.p)
    heads = evt2_words(first, t_first_us, repeat, triggers)
    all_masks = np.zeros(len(heads), np.uint32)
    all_masks[heads >> 28 < 2] = masks
    return np.stack([heads, all_masks] if legacy else [all_masks, heads], axis=1)


def write_words(path: Path, header: bytes, words: NDArray[np.uint32], tail: bytes = b"") -> Path:
    """A file of a header, the words and some bytes more."""
    path.write_bytes(header + words.astype("<u4").tobytes() + tail)
    return path


def _vector_starts(events: Events) -> NDArray[np.int64]:
    """Rows of events that cannot go into the same word as the one before."""
    same = np.ones(max(0, len(events) - 1), bool)
    for column in (events.t, events.y, events.p, events.x >> np.uint16(5)):
        same &= column[1:] == column[:-1]
    same &= events.x[1:] > events.x[:-1]
    return np.flatnonzero(np.concatenate([[True], ~same])[: len(events)])


def _with_time_highs(
    t: NDArray[np.int64], cd: NDArray[np.uint32], repeat: int, triggers: Sequence[int]
) -> NDArray[np.uint32]:
    if not len(t):
        return time_highs([0])
    steps = t // 64
    rows = np.flatnonzero(np.concatenate([[True], steps[1:] != steps[:-1]]))
    highs = time_highs(t[rows])
    words = np.insert(cd, np.repeat(rows, repeat), np.repeat(highs, repeat))
    places = np.flatnonzero(words >> 28 < 2)
    quiet = _quiet(t)
    extra_rows = [places[row] - repeat for row, _ in quiet] + [places[row] for row in triggers]
    extra = [high for _, high in quiet] + [np.uint32(EXT_TRIGGER << 28 | 1)] * len(triggers)
    return np.insert(words, extra_rows, extra) if extra else words


def _quiet(t: NDArray[np.int64]) -> list[tuple[int, np.uint32]]:
    """TIME_HIGH words within long gaps, each with the row of the event after the gap."""
    gap = CLOCK_STEPS * 64 // 4
    return [
        (int(row) + 1, time_highs([time])[0])
        for row in np.flatnonzero(np.diff(t) > gap)
        for time in range(int(t[row]) + gap, int(t[row + 1]), gap)
    ]
