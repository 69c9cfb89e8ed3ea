"""MemoryRecording keeps the contract of every reader."""

from pathlib import Path

import numpy as np
import pytest

from contract.recording_contract import RecordingContract
from contract.truths import HEIGHT, WIDTH, made_events
from evtui.errors import CannotRead
from evtui.events import Events
from evtui.recordings.base import RecordingInfo, never_cancelled, no_progress
from evtui.recordings.findings import finding
from evtui.recordings.memory import Columns, MemoryRecording

UNKNOWN = RecordingInfo(
    path=Path("a.raw"),
    format="EVT3",
    bytes=1,
    width=WIDTH,
    height=HEIGHT,
    events=0,
    events_exact=False,
    t_first_us=0,
    duration_us=0,
    duration_exact=False,
)


def columns_of(events, t_first_us=7_139_845):
    return Columns(
        events.t + t_first_us,
        events.x.astype(np.int16),
        events.y.astype(np.int16),
        (events.p.astype(np.int8) * 2 - 1),
    )


class TestContract(RecordingContract):
    @pytest.fixture(scope="class")
    def truth(self):
        return made_events()

    @pytest.fixture(scope="class")
    def reopen(self, truth):
        columns = columns_of(truth)
        return lambda: MemoryRecording(columns, UNKNOWN)


def test_the_figures_come_from_the_columns():
    truth = made_events(100)
    recording = MemoryRecording(columns_of(truth, t_first_us=99), UNKNOWN, [finding("no_events")])
    assert recording.info.t_first_us == 99
    assert recording.info.events == 100
    assert [found.code for found in recording.findings()] == ["no_events"]


def test_the_full_pass_adds_what_the_decoding_did_not_tell():
    t = np.sort(np.random.default_rng(0).integers(0, 1_000_000, 200_000))
    t[t > 500_000] += 300_000
    truth = Events(t, *(np.full(len(t), 3, np.uint16),) * 2, np.ones(len(t), np.uint8))
    told = finding("one_polarity", "all are ON")
    recording = MemoryRecording(columns_of(truth), UNKNOWN, [told])
    assert (recording.counts, recording.timeline(5).gaps) == (None, ())
    recording.index(no_progress, never_cancelled)
    assert [found.code for found in recording.findings()] == ["one_polarity", "gap"]
    assert recording.findings()[0] is told
    assert len(recording.timeline(5).gaps) == 1


def test_after_closing_nothing_is_read_though_the_columns_stay():
    recording = MemoryRecording(columns_of(made_events(100)), UNKNOWN)
    recording.close()
    recording.close()
    for read in (lambda: recording.window(0, 10), lambda: recording.timeline(5)):
        with pytest.raises(CannotRead, match="was closed"):
            read()
    assert recording.info.events == len(recording.columns) == 100


def test_no_events_at_all():
    recording = MemoryRecording(_none(), UNKNOWN)
    assert recording.info.duration_us == 0
    assert len(recording.window(-5, 5)) == 0
    assert recording.timeline(3).counts.tolist() == [0, 0, 0]
    recording.index(no_progress, never_cancelled)
    assert recording.info.on_fraction is None


def _none() -> Columns:
    return Columns(*(np.empty(0, dtype) for dtype in (np.int64, np.int16, np.int16, np.int8)))
