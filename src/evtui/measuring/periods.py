"""The strongest periodicity of counted events: how often a second, how sure, and how it changes.

The method is that of pitch trackers (Boersma, "Accurate short-term analysis of the fundamental
frequency…", 1993), for events:

1. Frames.  The bins are looked at in frames of 256 bins that overlap by half, and again in frames
   of bins twice as long, and so on up to one frame for the whole span: in each of these *levels* a
   frame has 4 to 32 of the periods that are looked for.  In the first it has up to 112, where a
   period is little more than two bins: what is not looked for would show as its multiples.
2. Spectra.  The power spectra of a frame's channels are added up, each divided by its channel's
   event rate, so that chance (Poisson) gives 1 a channel everywhere and no channel, such as that
   of a hot pixel, drowns the others; what chance gives is then taken off.
3. Combs.  The autocorrelation at a period and its multiples, less the dip in between.
4. A path.  Through all frames the period with the highest sum, where jumps cost.  A lower
   frequency costs a little: what repeats after T repeats after 2T and 3T as well.
5. A choice.  The level with the highest confidence; or one of a higher frequency that is nearly as
   sure, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.measuring.combs import (
    FRAME,
    PADDED,
    STEPS_PER_OCTAVE,
    Combs,
    Floats,
    combs,
)
from evtui.measuring.counts import Counts

FEWEST_PERIODS = 4
"""A span with fewer periods tells nothing."""

_MOST_PERIODS = 32
_MOST_PERIODS_FIRST = 112
_SURE_PERIODS = 8
_FEWEST_CHANNEL_EVENTS = 16
_HOP = FRAME // 2
_OCTAVE_COST = 0.1
_JUMP_COST = 0.7
_JUMP_BY_CHANCE = 8.0
_NEARLY = 0.85
_HIGHER = 1.5
_EDGE = 3
# In spreads by chance, per frame: Poisson noise alone gave its best path 0.3 to 1.6 on average over
# 1 to 32 channels of 30 to 20,000 events and 1 to 127 frames, and a lone frame 4 at most.
_BEST_BY_CHANCE = 1.6
_CHANCE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Periodicity:
    """What one level of frames tells."""

    hz: float
    """Mean over the span."""
    confidence: float
    seconds: Floats
    """Middle of each frame, from the span's start."""
    track_hz: Floats
    """Frequency in each frame."""


def strongest_period(counts: Counts, span_s: float) -> Periodicity | None:
    """The strongest periodicity of a span, or None where there is too little to tell.

    The confidence is the share of the power, beyond what chance gives, that is periodic: 1 for a
    clean rotor.  From it is taken, and to the power added, what the best of all periods reaches by
    chance, so that noise comes out near 0.  It is lowered in proportion for a span of fewer than 8
    periods, and where the track runs along the ends of what a level can see.

    Args:
        counts: the number of bins is a power of two times 256.
        span_s: length of the span.
    """
    counts = counts[counts.sum(axis=1) >= _FEWEST_CHANNEL_EVENTS]
    if not len(counts):
        return None
    levels = list(_levels(counts, span_s))
    best = max(levels, key=lambda level: level.confidence)
    for level in levels:
        if level.hz > _HIGHER * best.hz and level.confidence >= _NEARLY * best.confidence:
            best = level
            break
    return best if best.hz * span_s >= FEWEST_PERIODS else None


def _levels(counts: Counts, span_s: float) -> Iterator[Periodicity]:
    """Each level's answer, those of short frames first."""
    most = _MOST_PERIODS_FIRST
    while True:
        bins = counts.shape[1]
        whole = bins == FRAME
        # In the frame of the whole span slower things are looked at too, lest what is seen twice
        # or three times should be taken for its harmonics.
        comb = combs(2 if whole else FEWEST_PERIODS, most)
        yield _level(counts, span_s, comb)
        if whole:
            return
        counts = counts.reshape(len(counts), -1, 2).sum(axis=2)
        most = _MOST_PERIODS


def _level(counts: Counts, span_s: float, comb: Combs) -> Periodicity:
    hz = comb.per_frame * (counts.shape[1] / FRAME / span_s)
    power, spread = _excess_power(counts, comb.window)
    periodic = comb.periodic(power)
    total = power.sum(axis=1)
    octaves = np.arange(len(hz)) / STEPS_PER_OCTAVE
    mean = max(0.0, float(total.mean()))
    jump = max(_JUMP_COST * mean, _JUMP_BY_CHANCE * float(spread.mean()))
    path = _best_path(periodic + _OCTAVE_COST * mean * octaves, jump * octaves)
    frames = np.arange(len(path))
    track = hz[0] * 2 ** (_refined(periodic, path) / STEPS_PER_OCTAVE)
    seconds = (frames + 1) * (span_s * _HOP / counts.shape[1])
    hertz = _mean(seconds, track, span_s)
    share = periodic[frames, path].sum() - _BEST_BY_CHANCE * spread.sum()
    share /= np.abs(power.sum(axis=0)).sum() + _CHANCE * np.sqrt((spread**2).sum())
    share *= np.mean((path >= _EDGE) & (path < len(hz) - _EDGE))
    share *= min(1.0, hertz * span_s / _SURE_PERIODS)
    return Periodicity(hertz, min(1.0, max(0.0, float(share))), seconds, track)


def _excess_power(counts: Counts, window: Floats) -> tuple[Floats, Floats]:
    """Power per frame and line beyond that of chance, and its spread per frame by chance.

    Chance is what is left in the quietest tenth of the lines, where that is less than Poisson's: a
    pixel that rests after each event is more regular than chance.
    """
    lines = Combs.lines()
    frames = counts.shape[1] // _HOP - 1
    power = np.zeros((frames, FRAME - lines.start))
    chance, variance = np.zeros(frames), np.zeros(frames)
    for channel in counts:
        cut = np.lib.stride_tricks.sliding_window_view(channel, FRAME)[::_HOP]
        unit = channel.mean() * (window**2).sum()
        level = (cut @ window) / window.sum()
        spectra = np.fft.rfft((cut - level[:, None]) * window, PADDED, axis=1)[:, lines]
        power += np.abs(spectra) ** 2 / unit
        expected = cut @ window**2 / unit
        chance += expected
        variance += expected**2
    quiet = min(1.0, float(np.quantile(power.mean(axis=0), 0.1) / chance.mean()))
    spread: Floats = np.sqrt(2 * power.shape[1] * variance)
    return power - quiet * chance[:, None], spread


def _best_path(gain: Floats, cost: Floats) -> NDArray[np.intp]:
    """The place in each frame of the path with the largest sum (Viterbi).

    Args:
        gain: of each place in each frame, shape (frames, places).
        cost: of a jump over so many places, shape (places,).
    """
    frames, places = gain.shape
    apart = np.abs(np.arange(places)[:, None] - np.arange(places))
    jump = cost[apart]
    came_from = np.zeros((frames, places), np.intp)
    best = gain[0]
    for frame in range(1, frames):
        reached = best - jump
        came_from[frame] = reached.argmax(axis=1)
        best = reached.max(axis=1) + gain[frame]
    path = np.empty(frames, np.intp)
    path[-1] = best.argmax()
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path


def _refined(periodic: Floats, path: NDArray[np.intp]) -> Floats:
    """Places between the steps: where a parabola through three of them is highest."""
    middle = path.clip(1, periodic.shape[1] - 2)
    frames = np.arange(len(path))
    below, at, above = (periodic[frames, middle + step] for step in (-1, 0, 1))
    bend = below - 2 * at + above
    shift = np.divide(below - above, 2 * bend, out=np.zeros_like(bend), where=bend < 0)
    return np.asarray(middle + shift.clip(-0.5, 0.5))


def _mean(seconds: Floats, track: Floats, span_s: float) -> float:
    """Mean over the whole span; before its first and after its last frame a track goes straight."""
    if len(track) == 1:
        return float(track[0])
    ends = []
    for first, second, end in ((0, 1, 0.0), (-1, -2, span_s)):
        slope = (track[second] - track[first]) / (seconds[second] - seconds[first])
        ends.append(track[first] + slope * (end - seconds[first]))
    whole = np.concatenate([[ends[0]], track, [ends[1]]])
    times = np.concatenate([[0.0], seconds, [span_s]])
    return float(np.trapezoid(whole, times) / span_s)
