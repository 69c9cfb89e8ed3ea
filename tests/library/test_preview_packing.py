"""A preview survives as bytes, all but what its pane does not need."""

from __future__ import annotations

import dataclasses
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.library.packing import pack_columns
from evtui.library.preview_packing import pack_preview, unpack_preview
from evtui.library.previews import Preview, make_preview
from evtui.recordings.base import RecordingInfo, Timeline
from evtui.recordings.formats import open_in_place
from support.small import in_memory

REAL = Path(os.environ.get("EVTUI_REAL_RECORDINGS", "/nowhere"))

whole = st.integers(0, 1 << 60)
bins = st.lists(st.floats(0, 1e12), min_size=3, max_size=3)
pixel = st.integers(0, 65_535)
event = st.tuples(st.integers(-(1 << 62), 1 << 62), pixel, pixel, st.integers(0, 1))
infos = st.builds(
    RecordingInfo,
    path=st.just(Path("a.raw")),
    format=st.text(max_size=5),
    bytes=whole,
    width=pixel,
    height=pixel,
    events=whole,
    events_exact=st.booleans(),
    t_first_us=st.integers(-(1 << 60), 1 << 60),
    duration_us=whole,
    duration_exact=st.booleans(),
    layout=st.text(max_size=5),
    on_fraction=st.none() | st.floats(0, 1),
)


def array(values: list[float] | None) -> np.ndarray | None:
    return None if values is None else np.array(values, float)


timelines = st.builds(
    Timeline,
    counts=bins.map(array),
    duration_us=whole,
    exact=st.booleans(),
    on=(st.none() | bins).map(array),
    steps_back=(st.none() | bins).map(array),
    gaps=st.lists(st.tuples(whole, whole), max_size=3).map(tuple),
)


def events_of(rows: list[tuple[int, int, int, int]]) -> Events:
    t, x, y, p = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Events(
        np.array(t, np.int64),
        np.array(x, np.uint16),
        np.array(y, np.uint16),
        np.array(p, np.uint8),
    )


def as_lists(timeline: Timeline) -> list[object]:
    values = [getattr(timeline, field.name) for field in dataclasses.fields(timeline)]
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


@given(infos, timelines, whole, whole, st.lists(event, max_size=20))
def test_all_of_it_survives(
    info: RecordingInfo, timeline: Timeline, at: int, window: int, rows: list
) -> None:
    preview = Preview(info, timeline, at, window, events_of(rows))
    back = unpack_preview(pack_preview(preview), info.path)
    assert back.info == info
    assert as_lists(back.timeline) == as_lists(timeline)
    assert (back.at_us, back.window_us) == (at, window)
    assert back.events.equals(preview.events)
    for column in ("t", "x", "y", "p"):
        one, other = getattr(back.events, column), getattr(preview.events, column)
        assert one.dtype == other.dtype


def test_the_header_is_left_out() -> None:
    made = make_preview(in_memory(100))
    info = dataclasses.replace(made.info, header={"comment": "x" * 100_000})
    packed = pack_preview(dataclasses.replace(made, info=info))
    assert len(packed) < 10_000
    assert unpack_preview(packed, info.path).info == dataclasses.replace(info, header={})


@pytest.mark.parametrize(
    "packed",
    [b"", b"no preview", zlib.compress(b"no columns"), pack_columns({"other": np.zeros(3)})],
)
def test_other_bytes_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_preview(packed, Path("a.raw"))


PACKED = pack_preview(make_preview(in_memory(500)))


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_damaged_bytes_are_refused(place: int, change: int) -> None:
    packed = bytearray(PACKED)
    packed[place] ^= change
    try:
        back = unpack_preview(bytes(packed), Path("recording.h5"))
    except ValueError:
        return
    assert pack_preview(back) == PACKED, "only a bit that means nothing may change unnoticed"


@given(st.integers(0, len(PACKED) - 1))
def test_what_was_cut_short_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_preview(PACKED[:length], Path("a.raw"))


@pytest.mark.skipif(not REAL.is_dir(), reason="EVTUI_REAL_RECORDINGS names no folder")
@pytest.mark.parametrize("name", ["gen3_evt2.raw", "gen41_evt3.raw", "walker_evt3_640x480.raw"])
def test_previews_of_real_sensors_survive_in_some_kilobytes(name: str) -> None:
    recording = open_in_place(REAL / name)
    preview = make_preview(recording)
    recording.close()
    packed = pack_preview(preview)
    back = unpack_preview(packed, REAL / name)
    assert back.events.equals(preview.events)
    assert as_lists(back.timeline) == as_lists(preview.timeline)
    assert len(packed) < 3 * len(preview.events) + 3_000
