"""Painted rows against a model of a terminal."""

from __future__ import annotations

import numpy as np
import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evtui.rendering.ansi import Packed, blank, compare, pack, paint, unpack
from evtui.rendering.cells import BLANK, Cells
from evtui.rendering.colours import Pens

PENS = Pens(
    fronts=("39", "31", "91", "34", "94"),
    backs=("49", "41", "101", "44", "104"),
)
FRONTS = ("default", "red", "brightred", "blue", "brightblue")
BACKS = ("default", "red", "brightred", "blue", "brightblue")
GLYPHS = (" ", "▀", "▄", "█", "⣿", "\U0001fb00")
COLUMNS, ROWS = 12, 4


@st.composite
def packed_cells(draw: st.DrawFn) -> Packed:
    """A block with runs of equal cells, as rasters have them."""
    kinds = st.tuples(
        st.sampled_from(GLYPHS), st.integers(1, len(FRONTS) - 1), st.integers(0, len(BACKS) - 1)
    )
    cells = draw(st.lists(st.tuples(kinds, st.integers(1, 9)), max_size=COLUMNS * ROWS))
    line = [kind for kind, length in cells for _ in range(length)][: COLUMNS * ROWS]
    line += [(" ", 0, 0)] * (COLUMNS * ROWS - len(line))
    codes = np.array([ord(glyph) for glyph, _, _ in line], np.uint32).reshape(ROWS, COLUMNS)
    front = np.array([front for _, front, _ in line], np.uint8).reshape(ROWS, COLUMNS)
    back = np.array([back for _, _, back in line], np.uint8).reshape(ROWS, COLUMNS)
    return pack(Cells(codes, front, np.where(codes == BLANK, 0, back)), COLUMNS, ROWS)


known_rows = st.lists(st.booleans(), min_size=ROWS, max_size=ROWS).map(
    lambda rows: np.array(rows, np.bool_)
)


class Model:
    """A terminal in which the block lies at the left, and may be narrower."""

    def __init__(self, columns: int) -> None:
        self.screen = pyte.Screen(columns, ROWS)
        self.stream = pyte.Stream(self.screen)

    def scribble(self) -> None:
        for row in range(ROWS):
            self.stream.feed(f"\x1b[{row + 1};1H\x1b[42;33m" + "?" * self.screen.columns + "\x1b[m")

    def show(self, texts: list[str]) -> None:
        for row, text in enumerate(texts):
            if text:
                self.stream.feed(f"\x1b[{row + 1};1H{text}")

    def assert_shows(self, packed: Packed) -> None:
        cells = unpack(packed)
        for row, column in np.ndindex(*packed.shape):
            shown = self.screen.buffer[row][column]
            character = chr(cells.codes[row, column])
            front = FRONTS[cells.front[row, column]]
            if character == "█" and shown.data == " ":
                assert shown.bg == front
                continue
            assert shown.data == character
            if character != " ":
                assert shown.fg == front
            if character != "█":
                assert shown.bg == BACKS[cells.back[row, column]]


def painted(wanted: Packed, shown: Packed, known: NDArray[np.bool_], edge: bool) -> list[str]:
    return paint(compare(wanted, shown, known, edge), PENS)


@given(first=packed_cells(), then=packed_cells(), known=known_rows, to_edge=st.booleans())
@settings(max_examples=150)
def test_differences_lead_from_one_block_to_the_next(
    first: Packed, then: Packed, known: NDArray[np.bool_], to_edge: bool
) -> None:
    model = Model(COLUMNS if to_edge else COLUMNS + 3)
    model.scribble()
    model.show(painted(first, blank(COLUMNS, ROWS), np.zeros(ROWS, np.bool_), to_edge))
    model.assert_shows(first)
    model.show(painted(then, first, known, to_edge))
    model.assert_shows(then)


@given(cells=packed_cells(), to_edge=st.booleans())
@settings(max_examples=50)
def test_each_row_leaves_the_usual_colours_behind(cells: Packed, to_edge: bool) -> None:
    model = Model(COLUMNS if to_edge else COLUMNS + 3)
    for text in painted(cells, blank(COLUMNS, ROWS), np.zeros(ROWS, np.bool_), to_edge):
        model.stream.feed(f"\x1b[1;1H{text}")
        assert (model.screen.cursor.attrs.fg, model.screen.cursor.attrs.bg) == ("default",) * 2
        if not to_edge:
            assert model.screen.cursor.x == COLUMNS


@given(cells=packed_cells())
def test_what_is_shown_already_costs_nothing(cells: Packed) -> None:
    assert painted(cells, cells, np.ones(ROWS, np.bool_), True) == [""] * ROWS


@given(cells=packed_cells())
def test_packing_keeps_every_cell(cells: Packed) -> None:
    assert np.array_equal(pack(unpack(cells), COLUMNS, ROWS), cells)


def line(text: str, front: int = 1) -> Packed:
    codes = np.array([[ord(character) for character in text]], np.uint32)
    return pack(
        Cells(codes, np.full_like(codes, front, np.uint8), np.zeros_like(codes, np.uint8)),
        len(text),
        1,
    )


def change(before: str, after: str, front: int = 1) -> str:
    (text,) = painted(line(after, front), line(before), np.ones(1, np.bool_), True)
    return text


def test_a_change_is_one_move_one_colour_one_glyph() -> None:
    assert change("     ", "   ▀ ") == "\x1b[3C\x1b[31m▀\x1b[m"


def test_a_full_block_is_a_blank_on_its_colour() -> None:
    assert change("     ", "   █ ") == "\x1b[3C\x1b[41m \x1b[m"
    assert change("     ", "████ ") == "\x1b[41m    \x1b[m"


def test_in_a_colour_that_is_in_front_already_a_full_block_is_one() -> None:
    assert change("     ", "▀█▄█ ") == "\x1b[31m▀█▄█\x1b[m"


def test_a_short_gap_of_blanks_is_written_again() -> None:
    assert change("         ", "▀   ▀    ") == "\x1b[31m▀   ▀\x1b[m"


def test_a_longer_gap_is_skipped() -> None:
    assert change("         ", "▀     ▀  ") == "\x1b[31m▀\x1b[5C▀\x1b[m"


def test_a_gap_in_another_colour_is_skipped() -> None:
    assert change("▀ ▀", "▀▀▀", front=3) == "\x1b[34m▀▀▀\x1b[m"
    before = line(" ▀ ")
    after = line("▀▀▀", front=3)
    after[0, 1] = before[0, 1]
    assert painted(after, before, np.ones(1, np.bool_), True) == ["\x1b[34m▀\x1b[C▀\x1b[m"]


def test_a_gap_of_full_blocks_is_filled_with_blanks_on_their_colour() -> None:
    assert change(" ██ ", "████") == "\x1b[41m    \x1b[m"


def test_blanks_at_the_end_of_an_unknown_row_are_erased() -> None:
    (text,) = painted(line("▀        "), line("         "), np.zeros(1, np.bool_), True)
    assert text == "\x1b[31m▀\x1b[m\x1b[K"


def test_cells_are_centred() -> None:
    cells = unpack(line("██"))
    assert unpack(pack(cells, 6, 3)).lines() == [" " * 6, "  ██  ", " " * 6]


def test_without_colours_nothing_but_glyphs_is_sent() -> None:
    bare = Pens(fronts=("39",) * 5, backs=("49",) * 5)
    sheet = compare(line("█▀ █"), line("    "), np.ones(1, np.bool_), True)
    assert paint(sheet, bare) == ["█▀ █"]
