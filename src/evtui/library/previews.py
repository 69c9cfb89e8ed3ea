"""A dataset at a glance: one lively window of events and the event-rate timeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evtui.events import Events
from evtui.recordings.base import Recording, RecordingInfo, Timeline
from evtui.units import US_PER_S

TIMELINE_BINS = 200

_WINDOW_EVENTS = 8_000
_SHORTEST_US, _LONGEST_US = 1_000, 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What the preview pane shows; events rather than cells, so that it draws at any size."""

    info: RecordingInfo
    timeline: Timeline
    at_us: int
    window_us: int
    events: Events


def make_preview(recording: Recording) -> Preview:
    """Read one window where the recording is liveliest, long enough for a clear picture.

    Raises:
        RecordingError: the window cannot be read.
    """
    info = recording.info
    timeline = recording.timeline(TIMELINE_BINS)
    busiest = int(np.argmax(timeline.counts)) if info.events else 0
    rate = float(timeline.rates[busiest]) if info.events else 0.0
    window = round(_WINDOW_EVENTS / rate * US_PER_S) if rate else _LONGEST_US
    window = min(max(window, _SHORTEST_US), _LONGEST_US)
    at = round((busiest + 0.5) * timeline.bin_us) - window // 2
    at = min(max(at, 0), max(0, info.duration_us + 1 - window))
    return Preview(info, timeline, at, window, recording.window(at, at + window))
