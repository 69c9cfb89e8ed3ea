"""Pictures by the Kitty graphics protocol, decoded by Pillow."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from PIL import Image

from evtui.rendering.kitty import BENEATH_BACKGROUNDS, delete, png, show
from evtui.rendering.palettes import PALETTES
from evtui.rendering.views import Shade
from support.kitty_decoder import KittyPictures

PALETTE = PALETTES["classic"]
RGBA = np.array([(*rgb, 255 if shade else 0) for shade, rgb in enumerate(PALETTE)], np.uint8)

sizes = st.tuples(st.integers(1, 20), st.integers(1, 40))
pictures = sizes.flatmap(
    lambda size: numpy_st.arrays(np.uint8, size, elements=st.integers(0, len(Shade) - 1))
)


@given(shades=pictures)
def test_every_pixel_arrives(shades: np.ndarray) -> None:
    terminal = KittyPictures()
    terminal.text(show(shades, PALETTE, 7, (10, 4)), column=3, row=2)
    placed = terminal.placed[7]
    np.testing.assert_array_equal(placed.pixels, RGBA[shades])
    assert (placed.column, placed.row, placed.columns, placed.rows) == (3, 2, 10, 4)


def test_a_picture_of_several_chunks() -> None:
    shades = np.random.default_rng(1).integers(0, 7, (120, 200), np.uint8)
    text = show(shades, PALETTE, 1, (10, 4))
    assert text.count("\x1b_G") > 2
    terminal = KittyPictures()
    terminal.text(text)
    np.testing.assert_array_equal(terminal.placed[1].pixels, RGBA[shades])


def test_a_deleted_picture_is_gone_from_memory() -> None:
    terminal = KittyPictures()
    shades = np.ones((4, 4), np.uint8)
    terminal.text(show(shades, PALETTE, 1, (2, 2)) + show(shades, PALETTE, 2, (2, 2)) + delete(1))
    assert set(terminal.placed) == {2}


def test_the_terminal_is_asked_for_no_answer() -> None:
    terminal = KittyPictures()
    terminal.text(show(np.ones((4, 4), np.uint8), PALETTE, 1, (2, 2)) + delete(1))
    assert terminal.answers == 0


def test_a_picture_lies_under_everything_but_the_usual_background() -> None:
    terminal = KittyPictures()
    terminal.text(show(np.ones((4, 4), np.uint8), PALETTE, 1, (2, 2)))
    assert terminal.placed[1].z == BENEATH_BACKGROUNDS < -(2**31) // 2


def test_four_bits_a_pixel() -> None:
    data = png(np.zeros((8, 100), np.uint8), PALETTE)
    # The bit depth is the byte after width and height in the header (PNG, 11.2.1).
    assert data[24] == 4
    assert Image.open(io.BytesIO(data)).size == (100, 8)
