"""Combs: how strongly a power spectrum repeats itself, for each of many periods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FRAME = 256
"""Bins of a frame."""

PADDED = 2 * FRAME
"""With as many zeros, so that a frame's end is not compared with its start."""

STEPS_PER_OCTAVE = 48

_PERIODS_APART = 4
_FIRST_LINE = 2
_DIPS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, eq=False)
class Combs:
    """What is applied to a frame to ask how periodic it is.

    The autocorrelation of a frame is a sum over the lines of its power spectrum, so that any mean
    of it over several lags is one matrix product.  It falls with the lag as that of the window
    does, by which it is divided (Boersma, 1993): a frame that repeats itself gives all its power
    back at the right period.
    """

    window: Floats
    """Hann, shape (FRAME,)."""
    per_frame: Floats
    """The periods looked at, as their number in a frame: ascending, shape (periods,)."""
    peak: Floats
    """Lines → autocorrelation at one to four times each period; shape (lines, periods)."""
    dips: tuple[Floats, ...]
    """The same a quarter, a half and three quarters of a period before."""

    @staticmethod
    def lines() -> slice:
        """The lines of a spectrum that count: all but those of a frame's mean and slow drift."""
        return slice(_FIRST_LINE, FRAME)

    def periodic(self, power: Floats) -> Floats:
        """How much of the power comes back after each period, and is less in between.

        Without a dip there is no period: what changes slowly is alike at any short lag.

        Args:
            power: shape (frames, lines).

        Returns:
            Shape (frames, periods); all of a frame's power where it is quite periodic.
        """
        dip: Floats = np.min([power @ comb for comb in self.dips], axis=0)
        peak: Floats = power @ self.peak
        return peak - np.maximum(dip, 0)


@cache
def combs(fewest_periods: int, most_periods: int) -> Combs:
    """The combs for a range of periods in a frame, both ends included."""
    window = np.hanning(FRAME + 1)[:-1]
    falling = np.fft.irfft(np.abs(np.fft.rfft(window, PADDED)) ** 2)[:FRAME]
    steps = round(STEPS_PER_OCTAVE * np.log2(most_periods / fewest_periods)) + 1
    per_frame = fewest_periods * 2.0 ** (np.arange(steps) / STEPS_PER_OCTAVE)
    falling /= falling[0]
    peak, *dips = (_comb(FRAME / per_frame, falling, first) for first in (1.0, *_DIPS))
    return Combs(window, per_frame, peak, tuple(dips))


def _comb(periods: Floats, falling: Floats, first: float) -> Floats:
    """Lines → mean autocorrelation at lags of so many periods and up to three more."""
    lines = np.arange(PADDED)[Combs.lines(), None]
    comb, weight = np.zeros((len(lines), len(periods))), np.zeros(len(periods))
    for count in range(_PERIODS_APART):
        lag = (first + count) * periods
        near = lag <= FRAME / 2
        comb += near * np.cos(2 * np.pi / PADDED * lines * lag)
        weight += near * np.interp(lag, np.arange(FRAME), falling)
    comb /= weight
    return comb
