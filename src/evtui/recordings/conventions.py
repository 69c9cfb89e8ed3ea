"""What the numbers of a file mean where the file does not say: rules, and findings for each guess.

Every ``tell_*`` function looks at a sample and returns what it takes the numbers for, with a
finding unless the answer is plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from evtui.events import Coordinates, Polarities
from evtui.recordings.findings import Finding, finding
from evtui.recordings.time_units import Raw
from evtui.units import US_PER_S, format_rate

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
"""Events from which an event rate says something."""

_LONGEST_US = 7 * 86_400 * US_PER_S
_FASTEST = 2e9


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
    """Which of some values, as a rule two, are ON."""

    name: str
    off: float
    on: float
    on_from: float
    """The smallest value taken for ON."""
    on_to: float | None = None
    """The largest value taken for ON; None where there is no limit."""
    plain: bool = False
    """Whether its two values, both seen, leave no doubt."""
    others: tuple[float, ...] = ()
    """What else was seen, where no convention has just those values."""

    def decode(self, raw: Raw) -> Polarities:
        """1 for ON, 0 for OFF."""
        on = raw.view(np.uint8) >= 1 if raw.dtype.kind == "b" else raw >= self.on_from
        if self.on_to is not None:
            on &= raw <= self.on_to
        return on.view(np.uint8)

    def covers(self, raw: Raw) -> bool:
        """Whether the raw values are all of this convention."""
        if raw.dtype.kind == "b":
            return True
        # Counting each value is a tenth of the time of np.isin.
        known = {self.off, self.on, *self.others}
        return sum(int(np.count_nonzero(raw == value)) for value in known) == raw.size


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
    guess = PolarityConvention(shown, seen[0], on, on_from=on, others=tuple(seen))
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
    if not (width and height):
        smallest = KNOWN_SENSORS[0]
        said = "the sensor size is not stated, and there are no events to tell it;"
        said += f" {smallest[0]}×{smallest[1]} is the smallest known"
        return *smallest, finding("size_guessed", said)
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

    p has at most two values, those of a convention, x and y are whole and not negative.  t hardly
    ever decreases.  Where no such column is left, rows are not in order of time, and t is the one
    column that can be no position: it has fractions, or goes beyond every sensor.  Where nothing
    tells it that plainly, t goes one way on the whole.

    Args:
        table: a sample of rows, shape (N, 4).
        first: the order to try before the others.
    """
    orders = [order for order in (first, *COLUMN_ORDERS) if _may_be_ordered(table, order)]
    times = {order: table[:, order.index("t")] for order in orders}
    growing = (order for order in orders if _grows(times[order]))
    beyond = (order for order in orders if not _are_pixels(times[order]))
    tending = (order for order in orders if _tends(times[order]))
    return next(chain(growing, beyond, tending), None)


def _may_be_ordered(table: Raw, order: str) -> bool:
    x, y, p = (table[:, order.index(name)] for name in "xyp")
    return _are_polarities(p) and _are_pixels(x) and _are_pixels(y)


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
