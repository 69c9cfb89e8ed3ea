"""The 32 bits with the type and the time of a word, which EVT 2.0 and EVT 2.1 have in common.

========  ==============  =====================  ==================
bits      CD, OFF and ON  TIME_HIGH              EXT_TRIGGER
========  ==============  =====================  ==================
28 to 31  0x0, 0x1        0x8                    0xA
22 to 27  time, low bits  time, high bits: 0 to  time, low bits
11 to 21  x               27, all of them        (8 to 12 its input)
0 to 10   y                                      (0 its edge)
========  ==============  =====================  ==================

0xE (OTHERS) and 0xF (CONTINUED) are messages of the camera; other types are reserved.  Time has 34
bits in µs, so it starts again after 4.77 h (docs.prophesee.ai, "EVT 2.0 Format" and "EVT 2.1
Format"; OpenEB, ``evt2_decoder.h`` and ``evt21_event_types.h``).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Events, Times
from evtui.recordings.prophesee.words_clock import Clock
from evtui.recordings.prophesee.words_coding import Oddities, Places

Heads: TypeAlias = NDArray[np.uint32]
"""Heads of words, shape (N,)."""

CLOCK = Clock(1 << 34)
MARK_US = 1 << 6
"""One step of TIME_HIGH: the reach of the low bits."""

_PIXEL = np.uint16(0x7FF)
_ON = np.uint32(0x1 << 28)
_TYPE = np.uint32(0xF << 28)
_BEHIND_CD = np.uint32(0x2 << 28)
_TIME_HIGH = np.uint32(0x8 << 28)
_EXT_TRIGGER = 0xA
_KNOWN_TYPES = [0x0, 0x1, 0x8, 0xA, 0xE, 0xF]


def are_cd(heads: Heads) -> NDArray[np.bool_]:
    """Which words are CD, that is events."""
    return heads < _BEHIND_CD


def time_marks(heads: Heads) -> tuple[Places, Times]:
    """Where the TIME_HIGH words are, and their times in µs."""
    others = np.flatnonzero(heads >= _BEHIND_CD)  # far fewer than all, as a rule
    places = others[(heads[others] & _TYPE) == _TIME_HIGH]
    return places, (heads[places] ^ _TIME_HIGH).astype(np.int64) << 6


def high_times(
    are_wanted: NDArray[np.bool_], places: Places, times: Times, before: int | None
) -> tuple[int, Times]:
    """The time of the last TIME_HIGH before each of some words.

    Args:
        are_wanted: which words of a run these are, shape (N,); no TIME_HIGH among them.
        places: of the TIME_HIGH words, shape (M,).
        times: of the TIME_HIGH words, unwrapped, µs.
        before: of the last TIME_HIGH before the run, if there was one.

    Returns:
        How many of the wanted words have no TIME_HIGH before them, and the time for each other.
    """
    count = int(np.count_nonzero(are_wanted))
    if count + len(places) == len(are_wanted):
        starts = places - np.arange(len(places))  # the other words are TIME_HIGH, as is usual
    else:
        starts = places - np.searchsorted(np.flatnonzero(~are_wanted), places)
    if before is not None:
        starts, times = np.append(0, starts), np.append(before, times)
    untimed = int(starts[0]) if len(starts) else count
    return untimed, np.repeat(times, np.diff(starts, append=count))


def write_cd(cd: Heads, highs: Times, events: Events) -> None:
    """Decode CD words, each as one event.

    Whole columns are shifted and masked in place, at 32 bits and narrower, before the one step that
    widens them: that is several times as fast as steps that mix widths.

    Args:
        cd: the words, shape (N,).
        highs: time of the last TIME_HIGH before each, µs.
        events: N of them, written into.
    """
    t, x, y = events.t, events.x, events.y
    np.greater_equal(cd, _ON, out=events.p.view(np.bool_))
    np.copyto(y, cd, casting="unsafe")
    y &= _PIXEL
    bits = cd >> np.uint32(11)
    np.copyto(x, bits, casting="unsafe")
    x &= _PIXEL
    bits >>= np.uint32(11)
    bits &= np.uint32(0x3F)
    np.copyto(t, bits)
    t += highs


def pixels(cd: Heads) -> tuple[Coordinates, Coordinates]:
    """x and y of CD words."""
    x = (cd >> np.uint32(11)).astype(np.uint16) & np.uint16(0x7FF)
    return x, cd.astype(np.uint16) & np.uint16(0x7FF)


def oddities(heads: Heads) -> Oddities:
    """Trigger edges, and words of reserved types."""
    types = np.bincount(heads[~are_cd(heads)] >> np.uint32(28), minlength=16)
    known = int(types[_KNOWN_TYPES].sum())
    return Oddities(damaged=int(types.sum()) - known, triggers=int(types[_EXT_TRIGGER]))
