from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evtui.region import Region
from evtui.rendering.cells import BLANK, Cells
from evtui.rendering.outline import OUTLINE, framed, outlined

COLUMNS, ROWS = 12, 6
SHOWN = Region(100, 50, 120, 60)


def blank_cells() -> Cells:
    nothing = np.zeros((ROWS, COLUMNS), np.uint8)
    return Cells(np.full((ROWS, COLUMNS), BLANK, np.uint32), nothing, nothing)


def test_a_box_holds_the_region() -> None:
    cells = blank_cells()
    drawn = outlined(cells, SHOWN, Region(120, 60, 60, 40))
    assert drawn.lines() == [
        "            ",
        "  ┌────┐    ",
        "  │    │    ",
        "  │    │    ",
        "  └────┘    ",
        "            ",
    ]
    assert cells.lines() == [" " * COLUMNS] * ROWS


def test_of_a_region_that_reaches_out_only_the_sides_inside_are_seen() -> None:
    drawn = outlined(blank_cells(), SHOWN, Region(0, 0, 150, 80))
    assert drawn.lines()[1:] == ["    │       ", "────┘       ", *[" " * COLUMNS] * 3]


@given(st.builds(Region, *[st.integers(0, 400)] * 2, *[st.integers(1, 400)] * 2))
def test_any_region_may_be_asked_for(region: Region) -> None:
    drawn = outlined(blank_cells(), SHOWN, region)
    assert set("".join(drawn.lines())) <= set(" ┌┐└┘─│")


def test_a_line_frames_the_region_of_a_picture() -> None:
    drawn = framed(np.zeros((6, 12), np.uint8), SHOWN, Region(120, 60, 60, 40)) == OUTLINE
    assert drawn.sum(axis=1).tolist() == [0, 6, 2, 2, 6, 0]
    assert drawn.sum(axis=0).tolist() == [0, 0, 4, 2, 2, 2, 2, 4, 0, 0, 0, 0]


def test_of_a_frame_that_reaches_out_only_the_sides_inside_are_seen() -> None:
    drawn = framed(np.zeros((6, 12), np.uint8), SHOWN, Region(0, 0, 150, 80)) == OUTLINE
    assert drawn.sum(axis=1).tolist() == [1, 1, 5, 0, 0, 0]
