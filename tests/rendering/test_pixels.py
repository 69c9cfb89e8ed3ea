"""Pictures in the terminal, one after the other, behind decoders of both protocols."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.palettes import PALETTES
from evtui.rendering.pixels import (
    Graphics,
    GraphicsProtocol,
    KittyCanvas,
    Picture,
    SixelCanvas,
    canvas_for,
)
from evtui.rendering.views import Shade
from support.kitty_decoder import KittyPictures
from support.sixel_decoder import SixelCanvas as Decoder

PALETTE = PALETTES["classic"]
PERCENTAGES = np.round(np.array(PALETTE) * 100 / 255).astype(np.int16)
CELL = (3, 7)
COLUMNS, ROWS = 4, 3
_MOVED = re.compile(r"\x1b7\x1b\[(\d+);(\d+)H(.*)\x1b8", re.DOTALL)


def unwrapped(text: str) -> tuple[int, int, str]:
    """Column, row and picture of a text that leaves the cursor where it was."""
    match = _MOVED.fullmatch(text)
    assert match is not None
    return int(match[2]) - 1, int(match[1]) - 1, match[3]


shades = st.integers(0, len(Shade) - 1)
sizes = st.tuples(st.integers(1, ROWS * CELL[1]), st.integers(1, COLUMNS * CELL[0]))
frames = sizes.flatmap(
    lambda size: st.lists(numpy_st.arrays(np.uint8, size, elements=shades), min_size=1, max_size=4)
)


@given(frames=frames, written=st.lists(st.sets(st.integers(0, 9)), min_size=4, max_size=4))
@settings(max_examples=80)
def test_sixels_show_each_frame_whatever_was_written(
    frames: list[np.ndarray], written: list[set[int]]
) -> None:
    """Text takes pixels of its whole row away, and the next frame brings them back."""
    canvas, terminal = SixelCanvas(CELL), Decoder()
    left, top = 2, 5
    for frame, rows in zip(frames, written, strict=False):
        for row in rows:
            canvas.drawn_over(row)
            terminal.pixels = {
                place: rgb for place, rgb in terminal.pixels.items() if place[1] // CELL[1] != row
            }
        picture = Picture(frame, COLUMNS, ROWS)
        if text := canvas.draw(picture, PALETTE, (left, top)):
            column, row, data = unwrapped(text)
            terminal.draw(data, column * CELL[0], row * CELL[1])
        wide, high = COLUMNS * CELL[0], ROWS * CELL[1]
        whole = terminal.array((left + COLUMNS) * CELL[0], (top + ROWS) * CELL[1])
        seen = whole[top * CELL[1] :, left * CELL[0] :]
        expected = PERCENTAGES[picture.enlarged(CELL)]
        assert expected.shape == (high, wide, 3)
        np.testing.assert_array_equal(seen, expected)
        assert len(terminal.pixels) == wide * high


@given(frames=frames)
@settings(max_examples=50)
def test_kitty_keeps_the_frame_and_no_other(frames: list[np.ndarray]) -> None:
    canvas, terminal = KittyCanvas(), KittyPictures()
    for frame in frames:
        if text := canvas.draw(Picture(frame, COLUMNS, ROWS), PALETTE, (2, 5)):
            column, row, data = unwrapped(text)
            terminal.text(data, column, row)
        (placed,) = terminal.placed.values()
        lit = np.any(frame != 0)
        np.testing.assert_array_equal(placed.pixels[..., 3] != 0, frame != 0)
        np.testing.assert_array_equal(
            placed.pixels[frame != 0][:, :3], np.array(PALETTE, np.uint8)[frame[frame != 0]]
        )
        assert lit or not placed.pixels[..., 3].any()
        assert (placed.column, placed.row) == (2, 5)
        assert (placed.columns, placed.rows) == (COLUMNS, ROWS)
    terminal.text(canvas.take_away())
    assert not terminal.placed and not terminal.answers


def test_kitty_never_shows_less_than_a_frame() -> None:
    """The next picture is there before the last one goes."""
    canvas, terminal = KittyCanvas(), KittyPictures()
    for shade in (1, 2, 3):
        frame = np.full((4, 4), shade, np.uint8)
        _, _, data = unwrapped(canvas.draw(Picture(frame, 2, 2), PALETTE, (0, 0)))
        for sequence in re.findall(r"\x1b_G.*?\x1b\\", data):
            before = set(terminal.placed)
            terminal.text(sequence)
            assert terminal.placed or not before


@pytest.mark.parametrize("protocol", GraphicsProtocol)
def test_what_is_shown_already_costs_nothing(protocol: GraphicsProtocol) -> None:
    canvas = canvas_for(Graphics(protocol, CELL))
    picture = Picture(np.ones((8, 8), np.uint8), 4, 2)
    assert canvas.draw(picture, PALETTE, (0, 0))
    assert canvas.draw(picture, PALETTE, (0, 0)) == ""


@pytest.mark.parametrize("protocol", GraphicsProtocol)
@pytest.mark.parametrize("what", ["palette", "place", "forgotten"])
def test_what_may_have_changed_is_sent_again(protocol: GraphicsProtocol, what: str) -> None:
    canvas = canvas_for(Graphics(protocol, CELL))
    picture = Picture(np.ones((8, 8), np.uint8), 4, 2)
    whole = canvas.draw(picture, PALETTE, (0, 0))
    if what == "forgotten":
        canvas.forget()
    palette = PALETTES["paper"] if what == "palette" else PALETTE
    again = canvas.draw(picture, palette, (1, 0) if what == "place" else (0, 0))
    assert len(again) >= len(whole) * 0.9


def test_sixels_of_bands_that_did_not_change_are_not_sent() -> None:
    canvas = canvas_for(Graphics(GraphicsProtocol.SIXEL, (1, 6)))
    frame = np.random.default_rng(1).integers(0, 7, (60, 100), np.uint8)
    whole = canvas.draw(Picture(frame, 100, 10), PALETTE, (0, 0))
    changed = frame.copy()
    changed[33] = 0
    part = canvas.draw(Picture(changed, 100, 10), PALETTE, (0, 0))
    assert 0 < len(part) < len(whole) / 5


def test_nothing_is_taken_away_that_is_not_there() -> None:
    assert KittyCanvas().take_away() == SixelCanvas(CELL).take_away() == ""
