"""What raw columns mean."""

from pathlib import Path

import numpy as np
import pytest

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.tables.raw_columns import RawDecoding
from evtui.recordings.time_units import Unit

PATH = Path("a.npy")


def decoding(t, p, rows=None, unit=None) -> RawDecoding:
    sample = {"t": [np.asarray(t)], "p": [np.asarray(p)]}
    return RawDecoding(PATH, sample, len(t) if rows is None else rows, unit)


def raw(t, x, y, p) -> dict[str, np.ndarray]:
    return {name: np.asarray(column) for name, column in zip("txyp", (t, x, y, p), strict=True)}


def test_columns_are_decoded_by_what_the_sample_told():
    made = decoding([0.5, 1.5], [-1, 1])
    run = made.run(raw([0.25, 0.75], [1, 70_000], [2, 3], [1, -1]), 0.5)
    assert run.t.tolist() == [250_000, 750_000]
    assert run.x.tolist() == [1, 65_535]
    assert run.p.tolist() == [1, 0]
    assert [found.code for found in made.findings()] == ["unit_guessed"]


def test_a_stated_unit_is_no_guess():
    made = decoding([0, 1], [0, 1], unit=Unit.MS)
    assert made.run(raw([7], [1], [1], [1]), 1.0).t.tolist() == [7_000]
    assert made.findings() == []


def test_a_span_of_time_states_its_unit_whatever_the_name():
    t = np.array([0, 1_500], "m8[ns]")
    made = decoding(t, [0, 1], unit=Unit.S)
    assert made.run(raw(t, [1, 1], [1, 1], [0, 1]), 1.0).t.tolist() == [0, 1]
    assert made.findings() == []


def test_without_a_sample_nothing_is_told():
    assert decoding([], []).findings() == []


@pytest.mark.parametrize(
    ("t", "unit"),
    [
        ([np.nan], Unit.US),
        ([np.inf], Unit.S),
        ([2**63 - 1], Unit.US),
        ([2**63 - 1], Unit.MS),
        ([2**62], Unit.S),
        (np.array([2**64 - 1], np.uint64), Unit.US),
        (np.array(["NaT"], "m8[us]"), Unit.US),
    ],
)
def test_times_out_of_reach_are_refused(t, unit):
    made = decoding([0, 1], [0, 1], unit=unit)
    with pytest.raises(DamagedRecording, match="not a number"):
        made.run(raw(t, [1], [1], [1]), 1.0)


def test_a_sample_without_numbers_is_refused():
    with pytest.raises(DamagedRecording, match="not a number"):
        decoding([0.0, np.nan], [0, 1])


def test_fractions_of_a_pixel_are_refused():
    with pytest.raises(UnsupportedRecording, match="fractions"):
        decoding([0, 1], [0, 1]).run(raw([1], [1.5], [1], [1]), 1.0)
