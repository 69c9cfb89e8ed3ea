import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.sparkline import bars, mirrored, resample

VALUES = st.lists(st.floats(0, 1e12, allow_subnormal=False), max_size=20)


def heights(lines: list[str]) -> list[int]:
    """How many eighths of a row are filled in each column."""
    eighths = " ▁▂▃▄▅▆▇█"
    return [sum(eighths.index(char) for char in column) for column in zip(*lines, strict=True)]


def test_bars_rise_by_eighths():
    assert bars([0, 1, 2, 3, 4, 5, 6, 7, 8], 1) == [" ▁▂▃▄▅▆▇█"]


def test_bars_of_several_rows_fill_from_the_bottom():
    assert bars([16, 8, 12, 1, 0], 2) == ["█ ▄  ", "███▁ "]


def test_little_activity_still_shows():
    assert bars([1, 1_000_000, 0], 1) == ["▁█ "]


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0, 0.0]])
def test_no_activity_is_blank(values):
    assert bars(values, 2) == [" " * len(values)] * 2


@given(VALUES, st.integers(1, 6))
def test_bars_have_their_size_and_the_order_of_their_values(values, rows):
    lines = bars(values, rows)
    assert [len(line) for line in lines] == [len(values)] * rows
    filled = heights(lines)
    for value, height in zip(values, filled, strict=True):
        assert (height > 0) == (value > 0)
        if value == max(values) > 0:
            assert height == 8 * rows
    ordered = [height for _, height in sorted(zip(values, filled, strict=True))]
    assert ordered == sorted(filled)


def test_resampling_shares_a_bin_among_those_that_cover_it():
    assert resample(np.array([4.0, 8.0]), 4) == [2.0, 2.0, 4.0, 4.0]
    assert resample(np.array([1.0, 2.0, 3.0, 4.0]), 2) == [3.0, 7.0]
    assert resample(np.array([3.0, 6.0]), 3) == pytest.approx([2.0, 3.0, 4.0])


@given(
    numpy_st.arrays(np.float64, st.integers(1, 50), elements=st.floats(0, 1e9)),
    st.integers(1, 80),
)
def test_resampling_keeps_the_sum(values, bins):
    resampled = resample(values, bins)
    assert len(resampled) == bins
    assert sum(resampled) == pytest.approx(values.sum(), abs=1e-3)
    assert min(resampled) >= 0


def test_mirrored_bars_rise_and_hang_from_the_middle():
    up, down = mirrored([8, 4, 0, 1], [0, 8, 4, 1], 2)
    assert up == "█▄ ▁"
    # What hangs is drawn reversed: a blank is a full bar, a full block none.
    assert down == "█ ▄▇"


def test_mirrored_bars_share_a_scale():
    assert mirrored([1, 1], [8, 8], 2) == ["▁▁", "  "]


@given(VALUES, st.integers(2, 6))
def test_mirrored_bars_have_their_size(values, rows):
    lines = mirrored(values, values, rows)
    assert [len(line) for line in lines] == [len(values)] * rows


@given(VALUES.filter(len), st.integers(1, 30), st.floats(0, 1), st.floats(0, 1))
def test_a_stretch_keeps_what_lies_in_it(values, bins, one, other):
    start, stop = sorted((one, other))
    counts = np.array(values)
    parts = [sum(resample(counts, bins, *ends)) for ends in ((0, start), (start, stop), (stop, 1))]
    assert sum(parts) == pytest.approx(sum(values), rel=1e-6, abs=1e-3)
