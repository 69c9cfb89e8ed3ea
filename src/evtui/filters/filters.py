"""The filters a viewer can set, as one value, and what they leave of a window of events."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evtui.events import ON, Events
from evtui.filters.history import Kept, rested, supported
from evtui.units import US_PER_S

Pixel = tuple[int, int]
"""Column and row."""


LONGEST_US = US_PER_S
"""No filter looks back longer."""

ISOLATED_US: tuple[int, ...] = (0, 1_000, 2_000, 5_000, 10_000)
"""The steps of the isolated-pixel filter, off first."""

REFRACTORY_US: tuple[int, ...] = (0, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""The steps of the refractory filter, off first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is left out; all off by default.

    First the hot pixels go.  Then the isolated-pixel and the refractory filter each judge all the
    events that are left, whatever the other says, and both polarities: so which ON events are seen
    does not change when only ON is shown.  What both keep is cut to the polarity asked for.
    """

    polarity: int | None = None
    """``ON`` or ``OFF`` to see only those; None for both."""
    hot_pixels: frozenset[Pixel] = frozenset()
    """Pixels that are masked."""
    isolated_us: int = 0
    """An event stays if a neighbouring pixel had one less than so long before; 0 is off."""
    refractory_us: int = 0
    """An event stays if its own pixel had none for so long before; 0 is off."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            ValueError: a time below 0 or above ``LONGEST_US``.
        """
        for us in (self.isolated_us, self.refractory_us):
            if not 0 <= us <= LONGEST_US:
                raise ValueError(f"a filter looks back 0 to {LONGEST_US} µs, not {us}")

    def masking(self, pixels: Iterable[Iterable[int]]) -> Filters:
        """The same filters with other hot pixels.

        Args:
            pixels: columns and rows, also as an array of shape (N, 2).
        """
        masked = frozenset((int(x), int(y)) for x, y in pixels)
        return dataclasses.replace(self, hot_pixels=masked)

    @property
    def history_us(self) -> int:
        """How far before a window's start ``apply`` wants the events, µs."""
        return max(self.isolated_us, self.refractory_us)

    def __bool__(self) -> bool:
        """Whether any filter is on."""
        return self != Filters()

    def apply(self, events: Events, since: int) -> Events:
        """The events from ``since`` on that the filters let pass, in their order.

        What is kept does not depend on where the window begins or ends.

        Args:
            events: all of the recording from ``since - history_us`` to the window's end.
            since: start of the window, µs.
        """
        kept = self._unmasked(events)
        if self.history_us:
            kept = self._judged(events, kept)
        if self.polarity is not None:
            kept &= events.p == self.polarity
        if self.history_us or (len(events) and int(events.t.min()) < since):
            kept &= events.t >= since
        if kept.all():
            return events
        rows = np.flatnonzero(kept)
        return Events(events.t[rows], events.x[rows], events.y[rows], events.p[rows])

    def describe(self) -> str:
        """The filters that are on, in a few words; empty where none is."""
        words = []
        if self.polarity is not None:
            words.append("ON only" if self.polarity == ON else "OFF only")
        if self.isolated_us:
            words.append(f"isolated {_short(self.isolated_us)}")
        if self.refractory_us:
            words.append(f"refractory {_short(self.refractory_us)}")
        if count := len(self.hot_pixels):
            words.append(f"{count} hot pixel{'s' if count != 1 else ''} masked")
        return " · ".join(words)

    def _unmasked(self, events: Events) -> Kept:
        if not self.hot_pixels:
            return np.ones(len(events), np.bool_)
        mask = _mask(self.hot_pixels)
        rows, columns = mask.shape
        cells = np.minimum(events.y.astype(np.int64), rows - 1)
        cells *= columns
        cells += np.minimum(events.x.astype(np.int64), columns - 1)
        masked: Kept = mask.ravel()[cells]
        return ~masked

    def _judged(self, events: Events, kept: Kept) -> Kept:
        """What the filters that look back keep of the events that are kept so far."""
        rows = np.flatnonzero(kept)
        t = events.t[rows]
        if (t[1:] < t[:-1]).any():
            by_time = np.argsort(t, kind="stable")
            rows, t = rows[by_time], t[by_time]
        x, y = events.x[rows], events.y[rows]
        passed = np.ones(len(rows), np.bool_)
        if self.isolated_us:
            passed &= supported(t, x, y, self.isolated_us)
        if self.refractory_us:
            passed &= rested(t, x, y, self.refractory_us)
        judged = np.zeros(len(events), np.bool_)
        judged[rows] = passed
        return judged


@lru_cache(maxsize=4)
def _mask(pixels: frozenset[Pixel]) -> NDArray[np.bool_]:
    """True at the pixels: bool (rows, columns), with a last row and column that are False."""
    x, y = np.array(sorted(pixels)).T
    mask = np.zeros((int(y.max()) + 2, int(x.max()) + 2), np.bool_)
    mask[y, x] = True
    return mask


def _short(us: int) -> str:
    return f"{us / 1_000:g} ms" if us >= 1_000 else f"{us} µs"
