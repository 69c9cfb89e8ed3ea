"""Decoded events as a file: all that went in comes out, and nothing else is believed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import ExportError
from evtui.recordings.base import never_cancelled
from evtui.store.kept_file import NotWanted, read_kept, write_kept
from support.loads import as_loaded


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "a\udcff.txt"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "a.events"


@pytest.mark.parametrize("count", [0, 1, 500])
def test_everything_that_is_known_comes_back(source, target, count):
    loaded = as_loaded(source, count)
    write_kept(target, loaded)
    again = read_kept(target, source)
    assert (again.path, again.load_seconds) == (source, 2.5)
    assert again.is_of(source)
    before, after = loaded.recording, again.recording
    assert after.info == before.info
    assert after.findings() == before.findings()
    for name in ("t", "x", "y", "polarity"):
        one, other = getattr(before.columns, name), getattr(after.columns, name)
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())
    assert after.counts is not None and before.counts is not None
    assert np.array_equal(after.timeline(2_048).counts, before.timeline(2_048).counts)
    assert np.array_equal(after.counts.hot_pixels, before.counts.hot_pixels)


def test_what_was_counted_is_not_counted_again(source, target):
    write_kept(target, as_loaded(source))
    recording = read_kept(target, source).recording
    shares: list[float] = []
    recording.index(shares.append, never_cancelled)
    assert shares == [1.0]


@pytest.mark.parametrize("change", [b"longer than it was", b"as it waz"])
def test_events_of_an_older_state_are_not_taken(source, target, change):
    write_kept(target, as_loaded(source))
    source.write_bytes(change)
    os.utime(source, ns=(1, 1))
    with pytest.raises(ValueError, match="older state"):
        read_kept(target, source)


def test_events_of_another_recording_are_not_taken(source, target, tmp_path):
    loaded = as_loaded(source)
    write_kept(target, loaded)
    other = tmp_path / "b.txt"
    other.write_bytes(source.read_bytes())
    os.utime(other, ns=(loaded.mtime_ns, loaded.mtime_ns))
    with pytest.raises(ValueError, match="another recording"):
        read_kept(target, other)


@given(cut=st.integers(0, 8_000), data=st.data())
def test_a_file_that_is_not_whole_is_never_believed(tmp_path_factory, cut, data):
    folder = tmp_path_factory.mktemp("kept")
    source, target = folder / "a.txt", folder / "a.events"
    write_kept(target, as_loaded(source, 100))
    whole = target.read_bytes()
    target.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(ValueError):
        read_kept(target, source)


@given(junk=st.binary(max_size=200))
def test_a_head_of_any_bytes_is_an_error(tmp_path_factory, junk):
    folder = tmp_path_factory.mktemp("kept")
    source, target = folder / "a.txt", folder / "a.events"
    write_kept(target, as_loaded(source, 3))
    whole = target.read_bytes()
    first = whole.index(b"\n") + 1
    target.write_bytes(whole[:first] + junk + whole[first + len(junk) :])
    try:
        read = read_kept(target, source)
    except ValueError:
        return
    assert read.recording.info.events == 3


def test_one_that_is_stopped_leaves_nothing(source, target):
    loaded = as_loaded(source)
    before = sorted(target.parent.iterdir())
    with pytest.raises(NotWanted):
        write_kept(target, loaded, lambda: True)
    assert sorted(target.parent.iterdir()) == before


def test_one_that_cannot_be_written_leaves_nothing(source, tmp_path):
    with pytest.raises(ExportError, match="the folder does not exist"):
        write_kept(tmp_path / "none" / "a.events", as_loaded(source))
