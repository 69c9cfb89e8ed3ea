"""When the events of EVT3 words happened.

Time is made of the last TIME_HIGH and the last TIME_LOW, by rules of which the first is OpenEB's
(``evt3_decoder.h``) and the others are for what damage and real sensors bring:

- TIME_HIGH starts again at zero after 16.8 s: a step back by half its range or more is a wrap.
- A lone TIME_HIGH counts for nothing, if the one before it and the one after it are the same, or
  follow each other and it is neither.
- Sensors send a false TIME_LOW now and then: an event that seems earlier than the one before it, by
  less than one step of TIME_HIGH, happened with that one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Times
from evtui.recordings.prophesee.evt3_words import TIME, Carry, Numbers, Words

HIGH_US = 1 << 12
"""One step of TIME_HIGH, µs."""
ROUND_HIGHS = 1 << 12
"""Steps after which TIME_HIGH starts again."""

NextHigh = Callable[[], int | None]
"""Tells what the first TIME_HIGH behind a run shows, None if there is none."""


def no_more() -> None:
    """For a run that no TIME_HIGH follows."""


@dataclass(frozen=True, slots=True, eq=False)
class Highs:
    """TIME_HIGH in a run of words, where it changes."""

    places: Numbers
    """The words from which on it has another value."""
    values: Numbers
    """These values, counted on beyond the wraps."""
    shown: int | None
    """What the last one of the run, or before it, shows."""
    lone: int
    """How many were left out."""


def read_highs(words: Words, places: Numbers, carry: Carry, next_high: NextHigh = no_more) -> Highs:
    """Follow TIME_HIGH through a run of words.

    Args:
        words: the run.
        places: of its TIME_HIGH words.
        carry: what the words before it left behind.
        next_high: asked only where it matters.
    """
    shown = (words[places] & TIME).astype(np.int64)
    if not len(places):
        return Highs(places, shown, carry.shown, 0)
    last = int(shown[-1])
    changes = np.flatnonzero(np.diff(shown, prepend=-1 if carry.shown is None else carry.shown))
    if not len(changes):
        return Highs(changes, changes, last, 0)

    is_last = changes[-1] == len(shown) - 1
    following = next_high() if is_last else None
    before = np.concatenate([[-1 if carry.shown is None else carry.shown], shown])[changes]
    now = shown[changes]
    after = np.append(shown, last if following is None else following)[changes + 1]
    passed_over = ((after - before) % ROUND_HIGHS == 1) & (now != after)
    lone = (before >= 0) & ((after == before) | passed_over)

    high = int(now[0]) if carry.high is None else carry.high
    kept = _keep_last(np.concatenate([[high % ROUND_HIGHS], now]), np.concatenate([[False], lone]))
    wraps = np.cumsum(np.diff(kept) <= -ROUND_HIGHS // 2)
    values = kept[1:] + (high // ROUND_HIGHS + wraps) * ROUND_HIGHS
    return Highs(places[changes], values, last, int(np.count_nonzero(lone)))


def _keep_last(values: Numbers, dropped: NDArray[np.bool_]) -> Numbers:
    """Values, where a dropped one is as the last before it that is not."""
    if not dropped.any():
        return values
    return values[np.maximum.accumulate(np.where(dropped, 0, np.arange(len(values))))]


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """The time that the words of a run state."""

    places: Numbers
    """The words from which on it is another time."""
    values: Times
    """These times, µs; in front of them the time before the first."""
    known_from: int
    """From which of the values on the time is known, where it was not before the run."""
    low: int | None
    """The last TIME_LOW of the run, or before it."""


def read_stamps(words: Words, low_places: Numbers, carry: Carry, highs: Highs) -> Stamps:
    """Follow the time through a run of words.

    Args:
        words: the run.
        low_places: of its TIME_LOW words.
        carry: what the words before it left behind.
        highs: its TIME_HIGH words.
    """
    lows = np.empty(len(low_places) + 1, np.int64)
    lows[0] = carry.low or 0
    np.bitwise_and(words[low_places], TIME, out=lows[1:])

    # There are far fewer changes of TIME_HIGH than TIME_LOW words, so they are put in among them.
    lows_before = np.searchsorted(low_places, highs.places)
    places = np.insert(low_places, lows_before, highs.places)
    values = np.insert(lows, lows_before + 1, lows[lows_before])
    starts = lows_before + np.arange(len(lows_before)) + 1
    known = np.concatenate([[carry.high or 0], highs.values]) * HIGH_US
    values += np.repeat(known, np.diff(starts, prepend=0, append=len(values)))
    return Stamps(
        places=places,
        values=values,
        known_from=int(starts[0]) if len(starts) else len(values),
        low=int(lows[-1]) if len(low_places) else carry.low,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The times that the events of a run are taken to have."""

    t: Times
    """Of each event, µs on the sensor's clock, counted on beyond its wraps."""
    last_stamp: int | None
    """What was stated for the last event of the run, or before it."""
    last_t: int | None
    """What it was taken to be."""
    late: int
    """How many events were moved to the time of the one before them."""
    ascending: bool
    """Whether no event of the run is earlier than the one before it."""


def settle(stamps: Times, counts: Numbers, carry: Carry) -> Settled:
    """Times of events from the times that are stated.

    Args:
        stamps: stated times, µs, shape (N,).
        counts: how many events have each of them, shape (N,).
        carry: what the words before left behind.
    """
    used = np.flatnonzero(counts)
    if not len(used):
        return Settled(used, carry.stamp, carry.t, 0, True)
    stamps, counts = stamps[used], counts[used]
    first = int(stamps[0])
    stamp = first if carry.stamp is None else carry.stamp
    t = first if carry.t is None else carry.t
    steps = stamps.copy()
    steps[0] -= stamp
    steps[1:] -= stamps[:-1]
    goes_back = steps <= -HIGH_US
    times, late = stamps, 0
    if t > first or steps.min() < 0:
        times = _hold_back(np.concatenate([[t], stamps]), np.concatenate([[False], goes_back]))[1:]
        late = int(counts[times > stamps].sum())
    return Settled(
        t=np.repeat(times, counts),
        last_stamp=int(stamps[-1]),
        last_t=int(times[-1]),
        late=late,
        ascending=not goes_back.any(),
    )


def _hold_back(times: Times, goes_back: NDArray[np.bool_]) -> Times:
    """Each time, but none before the one in front of it unless there the clock goes back."""
    # What comes after a step back is lifted above all before it: one running maximum serves all.
    lift = np.cumsum(goes_back) * (int(times.max()) - int(times.min()) + 1)
    held: Times = np.maximum.accumulate(times + lift) - lift
    return held
