"""Prophesee EVT3 recordings, read in place: only the words of a window are decoded.

==============  ==================================================================
evt3_words      the kinds of words, and what they leave behind for the next
evt3_clock      when their events happened: wraps, damage and false times
evt3_scan       where the events of words are
evt3_vectors    words that are several events each
evt3_decoding   words into events
evt3_blocks     the blocks of a file, at whose borders decoding can begin
evt3_marks      the time at a place, told from the words before it
evt3_seeking    where in the file a time is
evt3_opening    what a few looks tell
evt3_pass       what a pass over every word tells
==============  ==================================================================
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from evtui.events import Events
from evtui.recordings import whole
from evtui.recordings.base import (
    Cancelled,
    Counts,
    Progress,
    RecordingInfo,
    Timeline,
    never_cancelled,
    no_progress,
)
from evtui.recordings.conventions import tell_implausible
from evtui.recordings.counting import timeline_from_places
from evtui.recordings.findings import Finding, finding
from evtui.recordings.gathering import Gathering
from evtui.recordings.prophesee.evt3_blocks import USUAL_GRAIN, Blocks, FindBase, Grain, Run
from evtui.recordings.prophesee.evt3_opening import (
    events_per_word,
    first_time,
    last_time,
    spread,
    take_looks,
    take_sample,
)
from evtui.recordings.prophesee.evt3_pass import FullPass, counted_from, full_pass
from evtui.recordings.prophesee.evt3_seeking import Skeleton
from evtui.recordings.prophesee.evt3_words import DTYPE, Carry
from evtui.recordings.prophesee.likeness import BIG
from evtui.recordings.prophesee.told import SensorSize, Told
from evtui.recordings.prophesee.words_file import RawFile, WordFile, raw_file
from evtui.recordings.search import within_reach
from evtui.units import format_count

SMALL_BYTES = 4 << 20
"""Up to this size a file is decoded whole when it is opened: some 50 ms."""

_CURVE_LOOKS = 200
_MARGIN = 1.05
"""How much more events than blocks have on average memory is set aside for."""


def open_evt3(path: Path, told: Told | None = None) -> Evt3Recording:
    """Open a file of EVT3 words, whatever encoding its header states; see ``raw.open_raw``.

    Args:
        path: the file.
        told: what is known of its words; by default what the header states.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
    """
    with raw_file(path) as file:
        return Evt3Recording(file, told=told)


class Evt3Recording:
    """A ``Recording`` of EVT3 words.

    Up to ``SMALL_BYTES`` everything is exact at once.  In a larger file, windows are exact before
    ``index`` has run as long as its clock is sound, which only that pass can tell for all of it;
    see ``evt3_seeking``.
    """

    def __init__(
        self,
        file: RawFile,
        grain: Grain = USUAL_GRAIN,
        small_bytes: int = SMALL_BYTES,
        told: Told | None = None,
    ) -> None:
        """Take over an open file.

        Args:
            file: is closed with the recording.
            grain: how finely it is looked at.
            small_bytes: up to which size it is decoded whole.
            told: what is known of its words; by default what the header states.

        Raises:
            CannotRead: the operating system refuses.
            DamagedRecording: the file has become shorter.
        """
        self._file = file
        self._told = told or Told.by_header(file.header)
        is_big = self._told.order == BIG
        self._words = WordFile(file, file.header.data_offset, DTYPE, is_big)
        self._blocks = Blocks(self._words, grain)
        self._lock = threading.Lock()
        self._skeleton = Skeleton(self._blocks)
        self._pass: FullPass | None = None
        self._sample = take_sample(self._blocks)
        self._info = self._describe()
        if file.bytes <= small_bytes:
            self.index(no_progress, never_cancelled)

    def _describe(self) -> RecordingInfo:
        first = first_time(self._blocks)
        sample = self._sample
        self._sensor = SensorSize(self._told.size, lambda: (sample.columns, sample.rows))
        width, height = self._sensor.size
        duration, exact = (0, True) if first is None else self._duration(first)
        return RecordingInfo(
            path=self._file.path,
            format="EVT3",
            bytes=self._file.bytes,
            width=width,
            height=height,
            events=0 if first is None else sample.events,
            events_exact=first is None,
            t_first_us=first or 0,
            duration_us=duration,
            duration_exact=exact,
            layout="16-bit words" + (", big-endian" if self._told.order == BIG else ""),
            header=self._file.header.fields,
        )

    def _duration(self, first: int) -> tuple[int, bool]:
        """From the first event to the last, µs, and whether that is exact or a little more."""
        last = last_time(self._blocks, self._skeleton)
        if last is None or self._skeleton.goes_back:
            return max(0, self._skeleton.latest - first), False
        return max(0, last - first), True

    @property
    def info(self) -> RecordingInfo:
        """What is known; ``index`` makes every figure exact and may correct guesses."""
        return self._info

    def window(self, t0: int, t1: int) -> Events:
        self._file.require_whole()
        start, stop = within_reach(t0, t1)
        if stop <= start or (self._info.events_exact and not self._info.events):
            return Events.empty()
        zero = self._info.t_first_us
        runs, find_base = self._runs(start + zero, stop + zero)
        gathering = Gathering(self._expect(runs))
        for run in runs:
            for decoded in self._blocks.decoded(run, None, find_base, gathering.room):
                gathering.keep(counted_from(decoded, zero), start, stop)
        return gathering.events().in_order()

    def _runs(self, t0: int, t1: int) -> tuple[list[Run], FindBase | None]:
        """Blocks that have every event of t0 ≤ t < t1 on the sensor's clock.

        And what looks up a base before them, where no pass has.
        """
        done = self._pass
        if done is not None:
            return list(done.runs(t0, t1)), None
        with self._lock:
            return [self._skeleton.run(t0, t1)], self._skeleton.find_base

    def _expect(self, runs: Sequence[Run]) -> int:
        """About how many events some blocks have, rather a few too many."""
        words = sum(self._blocks.place(run.stop) - self._blocks.place(run.first) for run in runs)
        return round(_MARGIN * words * self._info.events / self._blocks.total)

    @property
    def order_checked(self) -> bool:
        return self._pass is not None

    def runs(self) -> Iterator[whole.Run]:
        self._file.require_whole()
        count = self._blocks.count
        for block, decoded in enumerate(self._blocks.decoded(Run(0, count, Carry()), at_once=1), 1):
            events = decoded.events
            yield whole.Run(events.t, events.x, events.y, events.p, block / count)

    def timeline(self, bins: int) -> Timeline:
        if self._pass is not None:
            return self._pass.tally.timeline(bins)
        if self._info.events_exact:
            return Timeline(np.zeros(bins), 0, exact=True)  # without a pass, only none is exact
        self._file.require_whole()
        info, blocks = self._info, self._blocks
        borders = spread(blocks, _CURVE_LOOKS)
        shares = events_per_word(take_looks(blocks, borders))
        with self._lock:
            marks = [self._skeleton.mark(border) for border in borders]
        places = np.array([blocks.place(border) for border in borders])
        rows = np.concatenate([[0], np.cumsum(np.diff(places, prepend=0) * shares)])
        times = np.array([0, *(mark.time - info.t_first_us for mark in marks)])
        times[-1] = info.duration_us + 1
        rows *= info.events / max(float(rows[-1]), 1e-9)
        return timeline_from_places(
            rows, np.clip(times, 0, info.duration_us + 1), info.duration_us, bins
        )

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        if self._pass is not None:
            progress(1.0)
            return
        self._file.require_whole()
        done = full_pass(self._blocks, self._info, progress, cancelled)
        with self._lock:
            if done is not None and self._pass is None:
                self._adopt(done)

    def _adopt(self, done: FullPass) -> None:
        self._sensor.settle(done.tally)
        self._info = done.tally.complete(self._info)
        self._pass = done

    @property
    def counts(self) -> Counts | None:
        return self._pass.tally.counts if self._pass is not None else None

    def findings(self) -> Sequence[Finding]:
        found = [*self._told.findings, *self._findings_at_opening()]
        if self._pass is not None:
            return [*found, *self._pass.findings()]
        unsure = "until all is read, windows may lack events"
        if self._skeleton.goes_back:
            found.append(finding("time_goes_back", f"the clock goes back; {unsure}"))
        if self._sample.unknown:
            said = f"{format_count(self._sample.unknown)} words of unknown kind among"
            said += f" {format_count(self._sample.words)} that were looked at"
            found.append(finding("damaged_words", f"{said}; {unsure}"))
        return found

    def _findings_at_opening(self) -> Iterator[Finding]:
        info, done = self._info, self._pass
        yield from self._sensor.findings
        if self._words.left_over:
            yield finding("truncated", "the file ends inside a word, of which it has 1 byte")
        if info.events_exact and not info.events:
            yield finding("no_events")
        if wraps := self._skeleton.wraps() if done is None else done.wraps:
            said = f"the clock, which counts up to 16.8 s, starts again {format_count(wraps)} times"
            yield finding("clock_wrap", f"{said}; times are counted on")
        if implausible := tell_implausible(info.events, info.duration_us):
            yield implausible

    def close(self) -> None:
        self._file.close()
