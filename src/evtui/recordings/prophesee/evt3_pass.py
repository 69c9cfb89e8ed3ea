"""The pass over every word of an EVT3 file: exact counts, and states to decode from anywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
from evtui.recordings.base import Cancelled, Progress, RecordingInfo
from evtui.recordings.counting import Tally
from evtui.recordings.findings import Finding, finding
from evtui.recordings.gathering import Gathering
from evtui.recordings.prophesee.evt3_blocks import Blocks, Run
from evtui.recordings.prophesee.evt3_clock import HIGH_US, ROUND_HIGHS
from evtui.recordings.prophesee.evt3_decoding import Decoded, Oddities
from evtui.recordings.prophesee.evt3_words import Carry
from evtui.recordings.search import FAR
from evtui.units import format_count, format_duration

_TOLD_EVERY = 16
"""Blocks between two words about the progress: 10 ms."""

_FIELDS = [field.name for field in dataclasses.fields(Carry)]
_NONE = -1


class Carries:
    """What the words before each block leave behind, in 64 bytes a block."""

    def __init__(self, count: int) -> None:
        self._rows = np.full((count, len(_FIELDS)), _NONE, np.int64)

    def __setitem__(self, block: int, carry: Carry) -> None:
        values = (getattr(carry, name) for name in _FIELDS)
        self._rows[block] = [_NONE if value is None else value for value in values]

    def __getitem__(self, block: int) -> Carry:
        row = self._rows[block].tolist()
        known = {name: value for name, value in zip(_FIELDS, row, strict=True) if value != _NONE}
        return Carry(**known)


@dataclass(frozen=True, slots=True, eq=False)
class FullPass:
    """What a full pass found out."""

    tally: Tally
    carries: Carries
    earliest: NDArray[np.int64]
    """Of the events of each block, µs on the sensor's clock."""
    latest: NDArray[np.int64]
    oddities: Oddities
    wraps: int
    """How often the clock started again."""

    def runs(self, t0: int, t1: int) -> Iterator[Run]:
        """Blocks that have every event of t0 ≤ t < t1 on the sensor's clock, in file order."""
        reaching = (self.earliest < t1) & (self.latest >= t0)
        borders = np.flatnonzero(np.diff(reaching, prepend=False, append=False)).tolist()
        for first, stop in zip(borders[::2], borders[1::2], strict=True):
            yield Run(first, stop, self.carries[first])

    def findings(self) -> Iterator[Finding]:
        """What only a full pass can tell."""
        yield from self.tally.findings()
        odd = self.oddities
        if odd.late and not self.tally.order.steps_back:
            said = f"{format_count(odd.late)} events seem up to {format_duration(HIGH_US)} earlier"
            yield finding("time_goes_back", f"{said} than the one before, and are shown with it")
        if odd.unknown or odd.lone_highs:
            said = f"{format_count(odd.unknown)} words of unknown kind"
            said += f" and {format_count(odd.lone_highs)} damaged TIME_HIGH words are skipped"
            yield finding("damaged_words", said)
        if odd.unplaced:
            said = f"{format_count(odd.unplaced)} events come before the first time or place"
            yield finding("untimed_events", f"{said}, and are left out")
        if odd.triggers:
            said = f"{format_count(odd.triggers)} edges of the trigger input, which are no events"
            yield finding("triggers", said)


def full_pass(
    blocks: Blocks, info: RecordingInfo, progress: Progress, cancelled: Cancelled
) -> FullPass | None:
    """Decode every word; None if it was cancelled.

    Args:
        blocks: of the file.
        info: what is known so far.
        progress: is told the share done now and then.
        cancelled: is asked before each block.
    """
    tally = Tally(info.duration_us, info.width, info.height)
    carries = Carries(blocks.count)
    earliest, latest = np.full(blocks.count, FAR), np.full(blocks.count, -FAR)
    oddities, wraps = Oddities(), 0
    carry = Carry()
    room = Gathering(blocks.grain.block).room
    run = Run(0, blocks.count, carry)
    for block, done in enumerate(blocks.decoded(run, at_once=1, room=room)):
        if cancelled():
            return None
        carries[block], carry = carry, done.carry
        if len(done.events):
            earliest[block], latest[block] = _span(done)
        events = counted_from(done, info.t_first_us)
        oddities += done.oddities
        wraps = max(wraps, (carry.high or 0) // ROUND_HIGHS)
        tally.add(events)
        if block % _TOLD_EVERY == 0 or block == blocks.count - 1:
            progress((block + 1) / blocks.count)
    tally.finish()
    return FullPass(tally, carries, earliest, latest, oddities, wraps)


def counted_from(done: Decoded, t_first: int) -> Events:
    """Decoded events, their times counted from one on the sensor's clock, which is not copied."""
    events = done.events
    np.subtract(events.t, t_first, out=events.t)
    return events


def _span(done: Decoded) -> tuple[int, int]:
    t = done.events.t
    if done.ascending:
        return int(t[0]), int(t[-1])
    return int(t.min()), int(t.max())
