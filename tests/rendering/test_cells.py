from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.cells import Cells

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 12))
CHARACTERS = " ▀█⣿é🚗"


@st.composite
def blocks_of_cells(draw: st.DrawFn) -> Cells:
    shape = draw(SHAPES)
    codes = numpy_st.arrays(np.uint32, shape, elements=st.sampled_from([*map(ord, CHARACTERS)]))
    few_shades = numpy_st.arrays(np.uint8, shape, elements=st.sampled_from([0, 1, 255]))
    return Cells(draw(codes), draw(few_shades), draw(few_shades))


@given(blocks_of_cells())
def test_runs_join_to_the_row(cells):
    for row in range(cells.rows):
        runs = list(cells.runs(row))
        assert "".join(text for text, _, _ in runs) == "".join(map(chr, cells.codes[row]))
        front = [shade for text, shade, _ in runs for _ in text]
        back = [shade for text, _, shade in runs for _ in text]
        assert front == cells.front[row].tolist()
        assert back == cells.back[row].tolist()


@given(blocks_of_cells())
def test_runs_are_as_long_as_they_can_be(cells):
    for row in range(cells.rows):
        runs = list(cells.runs(row))
        assert all(text for text, _, _ in runs)
        assert all(before[1:] != after[1:] for before, after in pairwise(runs))


@given(blocks_of_cells())
def test_lines_are_the_characters_alone(cells):
    lines = cells.lines()
    assert (len(lines), len(lines[0])) == (cells.rows, cells.columns) == cells.codes.shape
    assert lines == ["".join(map(chr, row)) for row in cells.codes]
