"""What a full pass counted survives as bytes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.library.packing import pack, unpack
from evtui.recordings.base import Counts, Timeline

whole = st.lists(st.integers(0, 1 << 40), min_size=3, max_size=3)
spans = st.lists(st.tuples(st.integers(0, 1 << 60), st.integers(0, 1 << 60)), max_size=4)
pixels = st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 65_535)), max_size=4)


def as_lists(counts):
    values = {field.name: None for field in dataclasses.fields(Timeline)}
    for name in values:
        value = getattr(counts.timeline, name)
        values[name] = value.tolist() if isinstance(value, np.ndarray) else value
    return values, counts.hot_pixels.tolist(), counts.hot_pixels.dtype, counts.hot_pixels.shape


@given(whole, st.none() | whole, st.none() | whole, spans, pixels)
def test_all_of_it_survives(total, on, steps_back, gaps, hot):
    counts = Counts(
        Timeline(
            np.array(total, float),
            1 << 50,
            exact=True,
            on=None if on is None else np.array(on, float),
            steps_back=None if steps_back is None else np.array(steps_back, float),
            gaps=tuple(gaps),
        ),
        np.array(hot, np.uint16).reshape(-1, 2),
    )
    assert as_lists(unpack(pack(counts))) == as_lists(counts)


def made():
    random = np.random.default_rng(1)
    total = random.poisson(10_000, 2_048).astype(float)
    timeline = Timeline(total, 10**7, exact=True, on=np.floor(total / 2))
    return Counts(timeline, np.zeros((40, 2), np.uint16))


def test_it_is_some_kilobytes():
    assert len(pack(made())) < 12_000


@pytest.mark.parametrize("packed", [b"", b"no zip at all", b"PK\x03\x04" + bytes(40)])
def test_other_bytes_are_refused(packed):
    with pytest.raises(ValueError, match=r"."):
        unpack(packed)


@given(st.floats(0, 0.999), st.binary(min_size=1, max_size=3))
def test_damaged_bytes_are_refused_or_understood(place, change):
    packed = bytearray(pack(made()))
    start = int(place * len(packed))
    packed[start : start + len(change)] = change
    try:
        unpack(bytes(packed))
    except ValueError:
        return


def test_what_was_cut_short_is_refused():
    packed = pack(made())
    for length in (1, 100, len(packed) // 2, len(packed) - 1):
        with pytest.raises(ValueError, match=r"."):
            unpack(packed[:length])
