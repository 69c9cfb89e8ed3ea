from __future__ import annotations

import numpy as np

from evtui.library.previews import make_preview
from evtui.recordings.memory import Columns, MemoryRecording
from support.small import in_memory, info


def test_shows_the_liveliest_moment() -> None:
    quiet = np.arange(0, 1_000_000, 1_000)
    burst = np.arange(700_000, 701_000)
    t = np.sort(np.concatenate([quiet, burst])).astype(np.int64)
    recording = MemoryRecording(
        Columns(t, *(np.zeros(len(t), kind) for kind in (np.int16, np.int16, np.int8))), info()
    )
    preview = make_preview(recording)
    assert preview.at_us <= 700_500 < preview.at_us + preview.window_us
    assert preview.events.equals(recording.window(preview.at_us, preview.at_us + preview.window_us))


def test_stays_inside_a_short_recording() -> None:
    preview = make_preview(in_memory(100, span_us=500))
    assert preview.at_us == 0
    assert len(preview.events) == 100


def test_an_empty_recording_has_an_empty_preview() -> None:
    preview = make_preview(in_memory(0))
    assert len(preview.events) == 0
    assert preview.timeline.counts.sum() == 0
