"""Decoding a file whole, in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evtui.errors import RecordingError
from evtui.events import Events
from evtui.recordings.findings import CODES
from evtui.recordings.whole import Decoder, Facts


@dataclass
class Decoded:
    """All that a decoder gave; ``events`` with t on the sensor's clock."""

    events: Events
    facts: Facts
    shares: list[float] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.facts.findings]


def decode(decoder: Decoder, path: Path) -> Decoded:
    """Decode a file, and check what holds for every decoder."""
    facts = Facts()
    runs = list(decoder(path, facts))
    for run in runs:
        dtypes = [column.dtype for column in (run.t, run.x, run.y, run.p)]
        assert dtypes == [np.int64, np.uint16, np.uint16, np.uint8]
        assert len(run.t) == len(run.x) == len(run.y) == len(run.p)
        assert set(np.unique(run.p)) <= {0, 1}
    shares = [run.share for run in runs]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)
    for found in facts.findings:
        assert found.severity == CODES[found.code][0]
        assert found.message.isprintable()
    events = Events.concatenate(Events(run.t, run.x, run.y, run.p) for run in runs)
    return Decoded(events, facts, shares)


def decode_anything(decoder: Decoder, path: Path) -> Decoded | None:
    """Decode whatever bytes there are: events and findings, or None for a clear error."""
    try:
        return decode(decoder, path)
    except RecordingError as error:
        assert error.path == path
        assert error.fault.isprintable()
        return None


def shifted(events: Events, t_first_us: int) -> Events:
    """The same events on the sensor's clock."""
    return Events(events.t + t_first_us, events.x, events.y, events.p)
