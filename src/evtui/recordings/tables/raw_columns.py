"""What the raw columns of a file that states little mean; decoded run by run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.conventions import ZERO_ONE, decode_positions, tell_polarity
from evtui.recordings.findings import Finding, finding
from evtui.recordings.time_units import FARTHEST_US, Raw, Unit, tell_unit
from evtui.recordings.whole import Run

_TIMEDELTA_UNITS = {"ns": Unit.NS, "us": Unit.US, "ms": Unit.MS, "s": Unit.S}


class RawDecoding:
    """How raw columns become those of ``Run``, told from a sample where nothing states it."""

    def __init__(
        self,
        path: Path,
        sample: Mapping[str, Sequence[Raw]],
        rows: int,
        unit: Unit | None = None,
    ) -> None:
        """Tell the unit of time and the polarity convention.

        Args:
            path: names the file in errors.
            sample: runs of t and of p, in file order; see ``tell_unit`` and ``tell_polarity``.
            rows: events in all that the sample's times span.
            unit: of t, where the file states it.

        Raises:
            DamagedRecording: a time of the sample is not a number.
        """
        self._path = path
        self._guesses: list[Finding] = []
        self._strange_polarity = False
        self._polarity = ZERO_ONE
        times = [run for run in sample["t"] if len(run)]
        self._unit = self._tell_unit(times, rows, unit)
        polarities = [run for run in sample["p"] if len(run)]
        if polarities:
            self._polarity, guess = tell_polarity(polarities)
            self._guesses += [guess] if guess else []

    def _tell_unit(self, times: list[Raw], rows: int, stated: Unit | None) -> Unit:
        if times and times[0].dtype.kind == "m":
            return self._stated_by(times[0])
        if stated or not times:
            return stated or Unit.US
        if not all(np.all(np.isfinite(run)) for run in times):
            raise self._not_a_time()
        unit, guess = tell_unit(times, rows)
        self._guesses += [guess] if guess else []
        return unit

    def _stated_by(self, times: Raw) -> Unit:
        word, count = np.datetime_data(times.dtype)
        if word not in _TIMEDELTA_UNITS or count != 1:
            raise UnsupportedRecording(self._path, f"its times are counted in {count} {word}")
        return _TIMEDELTA_UNITS[word]

    def run(self, raw: Mapping[str, Raw], share: float) -> Run:
        """Decode some rows.

        Args:
            raw: the columns t, x, y and p, of one length.
            share: as ``Run.share``.

        Raises:
            DamagedRecording: a time is not a number, or out of reach.
            UnsupportedRecording: positions are fractions of a pixel.
        """
        self._strange_polarity |= not self._polarity.covers(raw["p"])
        try:
            x, y = decode_positions(raw["x"]), decode_positions(raw["y"])
        except ValueError as error:
            raise UnsupportedRecording(
                self._path, str(error), "only events as the sensor sent them are shown exactly"
            ) from error
        return Run(self._times(raw["t"]), x, y, self._polarity.decode(raw["p"]), share)

    def _times(self, raw: Raw) -> Raw:
        if raw.dtype.kind == "m":
            raw = raw.astype(np.int64)
        farthest = FARTHEST_US // self._unit.ns * 1_000
        if not np.all((raw >= -farthest) & (raw <= farthest)):
            raise self._not_a_time()
        return self._unit.to_us(raw)

    def _not_a_time(self) -> DamagedRecording:
        return DamagedRecording(self._path, "a time is not a number, or out of all reach")

    def findings(self) -> list[Finding]:
        """What was guessed, and whether polarities came that the sample did not show."""
        if not self._strange_polarity:
            return self._guesses
        said = f"other polarities occur than the {self._polarity.name} of the sample"
        return [*self._guesses, finding("polarity_guessed", said)]
