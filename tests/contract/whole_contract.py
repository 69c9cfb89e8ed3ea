"""What every decoder of whole files promises, as tests that its own test class inherits.

A subclass gives::

    class TestMyFormat(WholeContract):
        format = "NAME"                     # in the registry
        decoder = staticmethod(decode_my_format)
        reads = (my_module, "RUN_BYTES")    # how much is read at once
        sensor = (640, 480)                 # as stated by the files it writes; None where not
        def write(self, path: Path, events: Events) -> Path: ...   # t counts from 0
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.recording_contract import each_reader
from contract.truths import HEIGHT, WIDTH, made_events
from evtui.errors import CannotRead, LoadFailed, RecordingError
from evtui.events import Events
from evtui.recordings.formats import identify
from evtui.recordings.whole import Decoder
from evtui.store.loaded import make_loaded
from evtui.store.loader import load_in_child
from evtui.store.plan import make_plan
from support.strategies import recorded
from support.whole_files import decode, decode_anything, shifted

damage = st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6))
"""Some bytes, and where in a file they are to be put."""


class WholeContract:
    """Tests of a ``Decoder``."""

    format: str
    decoder: Decoder
    reads: tuple[ModuleType, str]
    sensor: tuple[int, int] | None = (WIDTH, HEIGHT)
    size = (WIDTH, HEIGHT)
    """Of the sensor whose events are written."""
    t_first_us = 0
    longest_step_us = 1_000_000
    least_events = 0
    few_at_once = 64
    """Bytes to read at once, so that an event lies across every edge."""

    def write(self, path: Path, events: Events) -> Path:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        made = made_events(5_000)
        width, height = self.size
        return Events(made.t, made.x % width, made.y % height, made.p)

    @pytest.fixture(scope="class")
    def written(self, truth, tmp_path_factory) -> Path:
        return self.write(tmp_path_factory.mktemp("whole") / "whole", truth)

    @pytest.fixture(scope="class")
    def path(self, tmp_path_factory) -> Path:
        return tmp_path_factory.mktemp("any") / "any"

    def test_its_format_is_told_by_content(self, written):
        assert identify(written).name == self.format

    def test_every_event_comes_in_file_order(self, written, truth):
        decoded = decode(self.decoder, written)
        assert decoded.events.equals(shifted(truth, self.t_first_us))
        assert decoded.facts.size == self.sensor
        assert decoded.shares[-1] >= 0.98
        assert decoded.facts.layout
        assert "truncated" not in decoded.codes

    def test_reading_little_at_once_changes_nothing(self, written, truth, monkeypatch):
        monkeypatch.setattr(*self.reads, self.few_at_once)
        assert decode(self.decoder, written).events.equals(shifted(truth, self.t_first_us))

    @each_reader
    @given(st.data())
    def test_any_few_events_come_back(self, path, data):
        events = data.draw(
            recorded(self.size, self.least_events, longest_step_us=self.longest_step_us)
        )
        decoded = decode(self.decoder, self.write(path, events))
        assert decoded.events.equals(shifted(events, self.t_first_us))

    @each_reader
    @given(st.floats(0, 1, exclude_max=True))
    def test_a_file_that_is_cut_short_gives_the_events_before_or_an_error(
        self, written, truth, path, share
    ):
        whole = written.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])
        decoded = decode_anything(self.decoder, path)
        if decoded is not None:
            count = len(decoded.events)
            assert decoded.events.equals(shifted(truth, self.t_first_us)[:count])

    @each_reader
    @given(st.lists(damage, min_size=1, max_size=4))
    def test_any_damage_gives_events_and_findings_or_an_error(self, written, path, places):
        data = bytearray(written.read_bytes())
        for share, wrong in places:
            start = int(share * len(data))
            data[start : start + len(wrong)] = wrong
        path.write_bytes(data)
        decode_anything(self.decoder, path)

    @each_reader
    @given(st.binary(max_size=200), st.integers(0, 400))
    def test_any_bytes_give_events_and_findings_or_an_error(self, written, path, tail, kept):
        path.write_bytes(written.read_bytes()[:kept] + tail)
        decode_anything(self.decoder, path)

    def test_a_file_that_is_gone_is_an_error(self, path):
        with pytest.raises(CannotRead, match="no such file"):
            decode(self.decoder, path.with_name("gone"))

    async def test_the_store_loads_it(self, written, truth):
        plan = make_plan(written)
        assert plan.loader == "own"
        shares: list[float | None] = []
        decoded = await load_in_child(plan, None, None, lambda told: shares.append(told.share))
        recording = make_loaded(plan, decoded).recording
        assert recording.window(0, 1 << 40).equals(truth)
        assert recording.info.t_first_us == self.t_first_us
        assert (recording.info.width, recording.info.height) == self.size
        assert recording.info.layout
        assert np.any([share is not None for share in shares])

    async def test_the_store_tells_why_it_cannot(self, written, truth, tmp_path):
        path = tmp_path / "gone"
        path.write_bytes(written.read_bytes())
        plan = make_plan(path)
        os.truncate(path, 0)
        with pytest.raises((LoadFailed, RecordingError), match="gone: "):
            await load_in_child(plan, None, None, lambda _told: None)
