"""Sixels, behind a decoder of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from evtui.rendering.palettes import PALETTES
from evtui.rendering.sixel import bands_of, encode
from evtui.rendering.views import Shade
from support.sixel_decoder import SixelCanvas

PALETTE = PALETTES["classic"]
PERCENTAGES = np.round(np.array(PALETTE) * 100 / 255).astype(np.int16)

sizes = st.tuples(st.integers(1, 20), st.integers(1, 40))
lit = st.integers(0, len(Shade) - 1)
dense = sizes.flatmap(lambda size: numpy_st.arrays(np.uint8, size, elements=lit))
sparse = sizes.flatmap(lambda size: numpy_st.arrays(np.uint8, size, elements=lit, fill=st.just(0)))
pictures = dense | sparse


def drawn(canvas: SixelCanvas, like: np.ndarray) -> np.ndarray:
    height, width = like.shape
    return canvas.array(width, height)


@given(shades=pictures)
@settings(max_examples=200)
def test_every_pixel_arrives(shades: np.ndarray) -> None:
    canvas = SixelCanvas()
    canvas.draw(encode(shades, PALETTE))
    assert canvas.size == shades.shape[::-1]
    assert len(canvas.pixels) == shades.size
    np.testing.assert_array_equal(drawn(canvas, shades), PERCENTAGES[shades])


@given(data=st.data(), then=pictures)
@settings(max_examples=150)
def test_the_bands_that_differ_lead_from_one_frame_to_the_next(
    data: st.DataObject, then: np.ndarray
) -> None:
    bands = np.array(
        data.draw(st.lists(st.booleans(), min_size=(n := bands_of(len(then))), max_size=n)),
        np.bool_,
    )
    rows = np.repeat(bands, 6)[: len(then)]
    other = data.draw(numpy_st.arrays(np.uint8, then.shape, elements=lit))
    first = np.where(rows[:, None], other, then)
    canvas = SixelCanvas()
    canvas.draw(encode(first, PALETTE))
    canvas.draw(encode(then, PALETTE, bands))
    np.testing.assert_array_equal(drawn(canvas, then), PERCENTAGES[then])


@given(shades=pictures, data=st.data())
def test_no_other_band_is_touched(shades: np.ndarray, data: st.DataObject) -> None:
    band = data.draw(st.integers(0, bands_of(len(shades)) - 1))
    bands = np.arange(bands_of(len(shades))) == band
    canvas = SixelCanvas()
    canvas.draw(encode(shades, PALETTE, bands))
    assert {y // 6 for _, y in canvas.pixels} == {band}


def test_no_band_is_nothing() -> None:
    assert encode(np.ones((12, 4), np.uint8), PALETTE, np.zeros(2, np.bool_)) == ""


def test_an_empty_frame_is_its_background_alone() -> None:
    empty = np.zeros((12, 640), np.uint8)
    assert encode(empty, PALETTE) == ('\x1bP0;1;0q"1;1;640;12#0;2;5;6;8#0!640~-#0!640~\x1b\\')


def test_repeats_are_counted_where_that_is_shorter() -> None:
    shades = np.zeros((6, 12), np.uint8)
    shades[0, 0:3] = shades[5, 7:11] = Shade.ON_DIM
    text = encode(shades, PALETTE)
    assert text.endswith("#0!12~$#4@@@!4?!4_\x1b\\")


@pytest.mark.parametrize("width", [1, 3, 4, 9999, 10000])
def test_runs_of_any_length(width: int) -> None:
    shades = np.full((1, width), Shade.ON_DIM, np.uint8)
    canvas = SixelCanvas()
    canvas.draw(encode(shades, PALETTE))
    np.testing.assert_array_equal(drawn(canvas, shades), PERCENTAGES[shades])
