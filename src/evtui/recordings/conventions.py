"""What the numbers of a file mean where the file does not say: rules, and findings for each guess.

Every ``tell_*`` function looks at a sample and returns what it takes the numbers for, with a
finding unless the answer is plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Coordinates, Polarities, Times
from evtui.recordings.findings import Finding, finding
from evtui.units import US_PER_S, format_rate

Raw: TypeAlias = NDArray[Any]
"""A column as the file holds it, shape (N,), of any numeric or boolean dtype."""

KNOWN_SENSORS: tuple[tuple[int, int], ...] = (
    (128, 128),  # DVS128
    (240, 180),  # DAVIS240
    (304, 240),  # ATIS
    (320, 240),  # DVXplorer Lite
    (320, 320),  # GenX320
    (346, 260),  # DAVIS346
    (480, 360),  # Gen3 CD
    (640, 480),  # Gen3 and Gen3.1 VGA, DVXplorer
    (1280, 720),  # Gen4, IMX636
    (1280, 800),  # CeleX-V
)
"""Width and height in pixels, smallest first."""

LARGEST_SIDE = 4096
"""No event camera is wider: larger coordinates are damage, not pixels."""

_ENOUGH = 1000
"""Events from which an event rate says something about the unit of time."""

_POSSIBLE_RATES = (20.0, 2e8)
_PLAIN_RATES = (2e4, 5e7)
"""Mean event rates in events/s.  Read as µs, a recording in ns comes out a thousand times slower
and one in ms a thousand times faster; between the plain ones no other unit gives a usual rate."""

_TELLING = (slice(4_096), slice(-1, None))
"""The rows of a run that are looked at for the unit."""

_LONGEST_US = 7 * 86_400 * US_PER_S
_FASTEST = 2e9

_EPOCH_S = (946_684_800, 4_102_444_800)
"""The years 2000 to 2100 as Unix time in seconds."""

FARTHEST_US = 1 << 61
"""No time is farther from 0, so that the difference of two keeps within 63 bits."""


class Unit(Enum):
    """A unit of time: its usual name, and how many ns it has."""

    NS = ("ns", 1)
    US = ("µs", 1_000)
    MS = ("ms", 1_000_000)
    S = ("s", 1_000_000_000)

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def ns(self) -> int:
        return self.value[1]

    def to_us(self, raw: Raw) -> Times:
        """Times of this unit as whole µs: ns are rounded down, fractions to the nearest µs.

        Raises:
            ValueError: a time is not a number, or farther from 0 than ``FARTHEST_US``.
        """
        if raw.dtype.kind == "f":
            return self._float_to_us(raw)
        self._require_possible(raw)
        whole = raw.astype(np.int64, copy=False)
        if self is Unit.NS:
            return whole // 1_000
        return whole * (self.ns // 1_000) if self is not Unit.US else whole

    def _require_possible(self, raw: Raw) -> None:
        if raw.dtype.itemsize < 8 or not len(raw):
            return  # what has fewer bytes is near enough
        farthest = min(FARTHEST_US * 1_000 // self.ns, np.iinfo(np.int64).max)
        if max(int(raw.max()), -int(raw.min())) > farthest:
            raise ValueError("a time is farther from 0 than any clock can show")

    def _float_to_us(self, raw: Raw) -> Times:
        # float64 first: float32 cannot hold the product of seconds and a million.
        with np.errstate(over="ignore"):
            us = raw.astype(np.float64) * (self.ns / 1_000)
        if not np.all(np.abs(us) <= FARTHEST_US):
            raise ValueError("a time is not a number, or farther from 0 than any clock can show")
        return (np.floor(us) if self is Unit.NS else np.rint(us)).astype(np.int64)


_UNIT_WORDS = {
    Unit.NS: ("ns", "nsec", "nanosecond", "nanoseconds"),
    Unit.US: ("us", "µs", "μs", "usec", "microsecond", "microseconds"),
    Unit.MS: ("ms", "msec", "millisecond", "milliseconds"),
    Unit.S: ("s", "sec", "second", "seconds"),
}


def unit_named(word: str) -> Unit | None:
    """The unit that a word of a file's header means; None where it means none."""
    wanted = word.strip().lower()
    return next((unit for unit, words in _UNIT_WORDS.items() if wanted in words), None)


def tell_unit(sample: Sequence[Raw], rows: int) -> tuple[Unit, Finding | None]:
    """The unit of time, from the values.

    The rules, in order: fractions are seconds, whole numbers µs; a first time that is a date of
    this century in some unit comes before that; whole numbers that are all multiples of 1000 and
    slow as µs are ns; and the first of these that gives a possible event rate is taken.

    Args:
        sample: runs of the t column in file order, the first and the last event among them.
        rows: events in the whole recording.
    """
    kind = np.float64 if sample[0].dtype.kind == "f" else np.int64
    values = np.concatenate([run[part].astype(kind) for run in sample for part in _TELLING])
    span = float(values.max()) - float(values.min())
    if not span > 0:
        return Unit.US, None
    whole = bool(np.all(values == np.floor(values)))
    candidates = _candidate_units(float(values[0]), whole)
    unit = candidates[0]
    if rows >= _ENOUGH:
        thousands = whole and bool(np.all((values - values[0]) % 1_000 == 0))
        if thousands and _rate(rows, span, Unit.US) < _PLAIN_RATES[0]:
            candidates.insert(0, Unit.NS)
        possible = [unit for unit in candidates if _is_possible(_rate(rows, span, unit))]
        unit = possible[0] if possible else unit
    rate = _rate(rows, span, unit)
    plain = whole and unit is Unit.US and _PLAIN_RATES[0] <= rate <= _PLAIN_RATES[1]
    if plain and rows >= _ENOUGH:
        return unit, None
    said = f"the unit of t is not stated; {unit.label} is taken, which makes {format_rate(rate)}"
    return unit, finding("unit_guessed", said)


def _candidate_units(first: float, whole: bool) -> list[Unit]:
    usual = [Unit.US, Unit.MS, Unit.NS, Unit.S] if whole else [Unit.S, Unit.US]
    dates = [unit for unit in usual if _is_date(first * unit.ns)]
    return dates + [unit for unit in usual if unit not in dates]


def _is_date(ns: float) -> bool:
    return _EPOCH_S[0] <= ns / 1e9 <= _EPOCH_S[1]


def _rate(rows: int, span: float, unit: Unit) -> float:
    return rows / (span * unit.ns / 1e9)


def _is_possible(rate: float) -> bool:
    return _POSSIBLE_RATES[0] <= rate <= _POSSIBLE_RATES[1]


def tell_implausible(events: int, duration_us: int) -> Finding | None:
    """A finding where no recording lasts that long, or no camera is that fast."""
    rate = events * US_PER_S / duration_us if duration_us else 0.0
    if duration_us > _LONGEST_US:
        days = duration_us / (86_400 * US_PER_S)
        return finding("implausible_span", f"the recording would last {days:,.0f} days")
    if events >= _ENOUGH and rate > _FASTEST:
        return finding("implausible_span", f"the mean event rate would be {format_rate(rate)}")
    return None


@dataclass(frozen=True, slots=True)
class PolarityConvention:
    """Two values and which of them is ON."""

    name: str
    off: float
    on: float
    on_from: float
    """The smallest value taken for ON."""
    on_to: float | None = None
    """The largest value taken for ON; None where there is no limit."""
    plain: bool = False
    """Whether its two values, both seen, leave no doubt."""

    def decode(self, raw: Raw) -> Polarities:
        """1 for ON, 0 for OFF."""
        on = raw.view(np.uint8) >= 1 if raw.dtype.kind == "b" else raw >= self.on_from
        if self.on_to is not None:
            on &= raw <= self.on_to
        return on.view(np.uint8)

    def covers(self, raw: Raw) -> bool:
        """Whether the raw values are all of this convention."""
        return raw.dtype.kind == "b" or bool(np.all((raw == self.off) | (raw == self.on)))


ZERO_ONE = PolarityConvention("0/1", 0, 1, on_from=1, plain=True)
MINUS_PLUS = PolarityConvention("−1/+1", -1, 1, on_from=1, plain=True)
_CONVENTIONS = (
    ZERO_ONE,
    MINUS_PLUS,
    PolarityConvention("0/255", 0, 255, on_from=1),
    PolarityConvention("1/2", 1, 2, on_from=2),
    PolarityConvention("1/255 (−1 written without a sign)", 255, 1, on_from=1, on_to=1),
)


def tell_polarity(sample: Sequence[Raw]) -> tuple[PolarityConvention, Finding | None]:
    """Which polarity values mean ON, from those that occur.

    0/1, true/false and −1/+1 are plain once both values occurred.  A single value that several
    conventions share cannot tell between them: 1 is then taken for ON, and 0 for OFF.

    Args:
        sample: runs of the polarity column, at least one event in all.
    """
    values = np.unique(np.concatenate(list(sample)))
    if values.dtype.kind == "b":
        return ZERO_ONE, None
    seen = {float(value) for value in values}
    fitting = [known for known in _CONVENTIONS if seen <= {known.off, known.on}]
    if not fitting:
        return _unusual_polarity(sorted(seen))
    chosen = fitting[0]
    if len(fitting) > 1:
        meaning = "ON" if values[0] == chosen.on else "OFF"
        said = f"every polarity seen is {values[0]:g}, which is taken for {meaning}"
        return chosen, finding("polarity_guessed", said)
    said = f"polarity is written as {chosen.name}; {chosen.on} is taken for ON"
    return chosen, None if chosen.plain else finding("polarity_guessed", said)


def _unusual_polarity(seen: list[float]) -> tuple[PolarityConvention, Finding]:
    shown = ", ".join(f"{value:g}" for value in seen[:5]) + (", …" if len(seen) > 5 else "")
    on = seen[1] if len(seen) == 2 else 1.0
    guess = PolarityConvention(shown, seen[0], on, on_from=on)
    said = f"polarity holds the values {shown}; {on:g} and above are taken for ON"
    return guess, finding("polarity_guessed", said)


def decode_positions(raw: Raw) -> Coordinates:
    """A column of x or y as uint16; what no pixel can have becomes 65535, outside every sensor.

    Raises:
        ValueError: a position is a fraction of a pixel, or not a number.
    """
    if raw.dtype.kind == "f":
        whole = np.clip(np.nan_to_num(raw, nan=0.5), -1, 65_535)
        if not np.all(whole == np.floor(whole)):
            raise ValueError("positions are fractions of a pixel")
        raw = whole.astype(np.int32)
    if raw.dtype.itemsize <= 2:
        return raw.astype(np.uint16, copy=False)
    positions = raw.astype(np.uint16)
    positions[(raw < 0) | (raw > 65_535)] = 65_535
    return positions


def extent(positions: Coordinates) -> int:
    """How many columns or rows hold these positions, but for those where no camera has pixels."""
    pixels = positions[positions < LARGEST_SIDE]
    sound = pixels if len(pixels) else positions
    return int(sound.max()) + 1 if len(sound) else 0


def tell_size(width: int, height: int) -> tuple[int, int, Finding]:
    """Width and height of the smallest known sensor that has this many columns and rows.

    Where none does, the sensor is taken to be as large as its events reach.
    """
    for sensor in KNOWN_SENSORS:
        if width <= sensor[0] and height <= sensor[1]:
            said = f"the sensor size is not stated; {sensor[0]}×{sensor[1]} is the smallest known"
            said += f" that holds the events seen, which reach {width}×{height}"
            return *sensor, finding("size_guessed", said)
    said = f"the sensor size is not stated; the events seen reach {width}×{height}"
    return width, height, finding("size_guessed", said)


COLUMN_ORDERS: tuple[str, ...] = ("xytp", "txyp", "xypt", "tpxy", "ptxy", "pxyt")
"""Orders of the columns of an N×4 array, in which ``tell_columns`` tries them: x before y always,
as nothing tells them apart."""


def tell_columns(table: Raw, first: str = COLUMN_ORDERS[0]) -> str | None:
    """The order of the columns of an N×4 array; None where no known one fits.

    t hardly ever decreases, or, where nothing does that, goes one way on the whole; p has at most
    two values, those of a convention; x and y are whole and not negative.

    Args:
        table: a sample of rows, shape (N, 4).
        first: the order to try before the others.
    """
    for runs_on in (_grows, _tends):
        for order in (first, *COLUMN_ORDERS):
            t, x, y, p = (table[:, order.index(name)] for name in "txyp")
            if runs_on(t) and _are_polarities(p) and _are_pixels(x) and _are_pixels(y):
                return order
    return None


def _grows(values: Raw) -> bool:
    return bool(np.count_nonzero(values[1:] < values[:-1]) <= len(values) // 10)


def _tends(values: Raw) -> bool:
    """Whether values go one way, up or down, but for what is small beside that."""
    if len(values) < _ENOUGH:
        return False
    steps = np.diff([np.median(part) for part in np.array_split(values, 16)])
    return bool(np.all(steps >= 0) or np.all(steps <= 0)) and bool(np.any(steps))


def _are_polarities(values: Raw) -> bool:
    seen = {float(value) for value in np.unique(values)[:3]}
    return any(seen <= {known.off, known.on} for known in _CONVENTIONS)


def _are_pixels(values: Raw) -> bool:
    return bool(np.all((values >= 0) & (values < LARGEST_SIDE) & (values == np.floor(values))))
