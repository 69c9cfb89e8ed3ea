"""What the raw columns of an HDF5 stream mean: as stated, or else told from a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evtui.errors import UnsupportedRecording
from evtui.events import Coordinates, Events, Polarities, Times
from evtui.recordings.conventions import (
    ZERO_ONE,
    PolarityConvention,
    decode_positions,
    extent,
    tell_polarity,
    tell_size,
)
from evtui.recordings.findings import Finding, finding
from evtui.recordings.hdf5.columns import Source
from evtui.recordings.hdf5.statements import Statements
from evtui.recordings.time_units import Raw, Unit, tell_unit


class Decoding:
    """How the raw columns of one stream become those of ``Events``."""

    def __init__(self, path: Path, source: Source, stated: Statements) -> None:
        """Read a sample, and tell from it whatever is not stated.

        Raises:
            UnsupportedRecording: positions are fractions of a pixel.
            ValueError: a time of the sample is not a number, or no clock can show it.
        """
        self._path = path
        self._guesses: list[Finding] = []
        self.sample = _read_sample(source, "txyp" if stated.size is None else "tp")
        """Raw blocks by column and number of the block: the first, a middle and the last one."""
        self.unit = stated.unit or self._tell_unit(source.rows)
        self._polarity = self._tell_polarity(stated.polarity)
        self._sides = stated.sides
        self.size_is_guessed = stated.size is None and stated.sides is None
        """Whether the events alone told it."""
        self.width, self.height = stated.size or self._tell_size(*self._reach())
        self.t_zero_us = self._first_time()
        """The first t in µs, before the offset that the file may state."""
        offset = 0 if stated.t_offset is None else int(self.unit.to_us(stated.t_offset)[0])
        self.t_first_us = self.t_zero_us + offset
        """The first t in µs, on the sensor's clock."""
        self._strange_polarity = False

    @property
    def decoders(self) -> Mapping[str, Callable[[Raw], NDArray[Any]]]:
        """From raw to decoded, for each column."""
        return {"t": self.times, "x": self.positions, "y": self.positions, "p": self.polarities}

    def times(self, raw: Raw) -> Times:
        """µs since the first event.

        Raises:
            ValueError: a time is not a number.
        """
        return self.unit.to_us(raw) - self.t_zero_us

    def positions(self, raw: Raw) -> Coordinates:
        """Whole pixels.

        Raises:
            UnsupportedRecording: they are fractions of one.
        """
        try:
            return decode_positions(raw)
        except ValueError as error:
            raise UnsupportedRecording(
                self._path, str(error), "only events as the sensor sent them are shown exactly"
            ) from error

    def polarities(self, raw: Raw) -> Polarities:
        """1 for ON, 0 for OFF."""
        self._strange_polarity |= not self._polarity.covers(raw)
        return self._polarity.decode(raw)

    def findings(self) -> list[Finding]:
        """What was guessed, and whether a polarity came up later that the sample did not show."""
        if not self._strange_polarity:
            return self._guesses
        said = f"other polarities occur than the {self._polarity.name} of the sample"
        return [*self._guesses, finding("polarity_guessed", said)]

    def grow(self, width: int, height: int) -> bool:
        """Take back a size that was told from the sample, for one that holds all events.

        Args:
            width: columns that the events reach.
            height: rows that they reach.

        Returns:
            Whether there is one; a size that is stated stays as it is.
        """
        told = self._sides is not None and any(
            _holds(size, width, height) for size in (self._sides, self._sides[::-1])
        )
        if not (self.size_is_guessed or told):
            return False
        self._guesses = [guess for guess in self._guesses if guess.code != "size_guessed"]
        self.width, self.height = self._tell_size(width, height)
        return True

    def _first_time(self) -> int:
        t = self._runs("t")
        return int(self.unit.to_us(t[0][:1])[0]) if t else 0

    def _tell_unit(self, rows: int) -> Unit:
        if not rows:
            return Unit.US
        unit, guess = tell_unit(self._runs("t"), rows)
        self._guesses += [guess] if guess else []
        return unit

    def _tell_polarity(self, stated: PolarityConvention | None) -> PolarityConvention:
        """What is stated as long as the sample bears it out, else what the sample tells."""
        runs = self._runs("p")
        if not runs:
            return ZERO_ONE
        if stated is not None and all(map(stated.covers, runs)):
            return stated
        convention, guess = tell_polarity(runs)
        self._guesses += [guess] if guess else []
        return convention

    def _reach(self) -> tuple[int, int]:
        """How many columns and rows the events of the sample reach."""
        nothing = Events.empty().x
        x, y = (np.concatenate([nothing, *map(self.positions, self._runs(name))]) for name in "xy")
        return extent(x), extent(y)

    def _tell_size(self, width: int, height: int) -> tuple[int, int]:
        """The size of the sensor, from what the events reach and what is stated of its sides."""
        if self._sides is None:
            width, height, guess = tell_size(width, height)
            self._guesses.append(guess)
            return width, height
        wide = max(self._sides), min(self._sides)
        high = wide[::-1]
        if not _holds(wide, width, height) and _holds(high, width, height):
            return high
        if self._sides == high != wide and _holds(high, width, height):
            said = f"the sensor's sides are stated as {high[0]} and {high[1]}, and the events seen"
            said += f" fit either way; {wide[0]}×{wide[1]} is taken"
            self._guesses.append(finding("size_guessed", said))
        return wide

    def _runs(self, name: str) -> list[Raw]:
        return list(self.sample[name].values())


def _holds(size: tuple[int, int], width: int, height: int) -> bool:
    return width <= size[0] and height <= size[1]


def _read_sample(source: Source, names: str) -> dict[str, dict[int, Raw]]:
    sample: dict[str, dict[int, Raw]] = {name: {} for name in "txyp"}
    for name in names:
        size = source.storage(name).block_rows
        count = -(-source.rows // size)
        # Opening costs what is inflated here: an end more of x or y would not tell the size better.
        places = {0, count // 2} if name in "xy" else {0, count // 2, count - 1}
        for block in sorted(places if count else ()):
            if block not in sample[name]:
                start = block * size
                raw = source.read(name, start, min(start + size, source.rows))
                for also, values in raw.items():
                    sample[also][block] = values
    return sample
