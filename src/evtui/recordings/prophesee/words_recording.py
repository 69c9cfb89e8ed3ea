"""Recordings of fixed-size words, read in place: only the words of a window are decoded.

=================  ==============================================================
words_file         the words, read with ``os.pread``
words_coding       what a format has to tell: ``evt2``, ``evt21`` and ``dat`` do
words_clock        clocks that start again from zero
words_search       where in the file a time is
words_opening      what a few looks tell
words_pass         what a pass over every word tells
=================  ==============================================================
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.events import Events
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
from evtui.recordings.prophesee.told import SensorSize, Told
from evtui.recordings.prophesee.words_clock import Rounds
from evtui.recordings.prophesee.words_coding import Coding, decode
from evtui.recordings.prophesee.words_file import RawFile, WordFile
from evtui.recordings.prophesee.words_opening import (
    count_events,
    estimate_events,
    events_per_word,
    first_time,
    latest_time,
    reach,
)
from evtui.recordings.prophesee.words_pass import FullPass, full_pass
from evtui.recordings.prophesee.words_search import (
    Landmarks,
    WordSearch,
    follow_rounds,
    tell_rounds,
)
from evtui.recordings.search import FAR, within_reach
from evtui.recordings.whole import Run
from evtui.units import format_count, format_duration

SMALL_BYTES = 8 << 20
"""Up to this size a file is looked at whole when it is opened: some 10 ms."""

_OPENING_LOOKS = 32
_MOST_LOOKS = 1024
_LOOK_EVERY = 8 << 20
"""Bytes between the looks for a wrap of the clock: 1 M events of DAT, whose clock runs 71.6 min
meanwhile only if there are fewer than 244 events/s."""

_CURVE_LOOKS = 200
_FEWEST = 1e-9
"""Events per word where the looks saw none: there may be some all the same."""

_MARGIN = 0.01
"""Events per word, more than the file has on average, for which memory is set aside."""

Span: TypeAlias = tuple[int, int, int | None]
"""Words from start to stop, and the unwrapped time of the last time mark before them, µs."""


class WordsRecording:
    """A ``Recording`` of fixed-size words.

    Where time goes back, windows are exact once ``index`` has run, as it has for small files when
    they are opened.  Before that they may lack events that are far from where their time is looked
    for; a finding says so as soon as a step back was met.
    """

    def __init__(
        self, file: RawFile, words: WordFile, coding: Coding, told: Told | None = None
    ) -> None:
        """Take over an open file.

        Args:
            file: is closed with the recording.
            words: all of the file that follow its header.
            coding: what they mean.
            told: the size of the sensor and findings; by default what the header states.

        Raises:
            CannotRead: the operating system refuses.
            DamagedRecording: the file has become shorter.
        """
        self._file = file
        self._words = words
        self._coding = coding
        self._told = told or Told.by_header(file.header)
        self._lock = threading.Lock()
        self._landmarks = Landmarks(words, coding)
        self._is_small = file.bytes <= SMALL_BYTES
        self._rounds = self._tell_rounds()
        self._search = WordSearch(words, self._landmarks, self._rounds)
        self._pass: FullPass | None = None
        # Words before the first time mark: their time is unknown.
        self._begin = self._landmarks.at(0)[0] if words.count else 0
        self._untimed = count_events(words, coding, 0, self._begin)
        self._info = self._describe()
        if self._is_small and self._rounds.step_back:
            self.index(no_progress, never_cancelled)

    def _tell_rounds(self) -> Rounds:
        if self._is_small:
            return follow_rounds(self._words, self._coding)
        looks = min(_OPENING_LOOKS + self._file.bytes // _LOOK_EVERY, _MOST_LOOKS)
        return tell_rounds(self._landmarks, self._coding, looks)

    def _describe(self) -> RecordingInfo:
        words, coding, landmarks = self._words, self._coding, self._landmarks
        first = first_time(words, coding)
        exact = coding.all_events or self._is_small or first is None
        last = latest_time(words, coding, landmarks, self._rounds) if first is not None else 0
        self._sensor = SensorSize(self._told.size, lambda: reach(coding, landmarks))
        width, height = self._sensor.size
        return RecordingInfo(
            path=self._file.path,
            format=coding.name,
            bytes=self._file.bytes,
            width=width,
            height=height,
            events=(
                count_events(words, coding, self._begin, words.count)
                if exact
                else estimate_events(words, coding, landmarks)
            ),
            events_exact=exact,
            t_first_us=first or 0,
            duration_us=max(0, last - (first or 0)),
            duration_exact=not self._rounds.step_back,
            layout=coding.layout,
            header=self._file.header.fields,
        )

    @property
    def info(self) -> RecordingInfo:
        """What is known; ``index`` makes every figure exact and may correct guesses."""
        return self._info

    def window(self, t0: int, t1: int) -> Events:
        self._file.require_whole()
        start, stop = within_reach(t0, t1)
        if stop <= start:
            return Events.empty()
        zero = self._info.t_first_us
        spans = self._spans(start + zero, stop + zero)
        gathering = Gathering(self._expect(spans))
        for span in spans:
            self._gather(span, start, stop, zero, gathering)
        return gathering.events().in_order()

    def _spans(self, t0: int, t1: int) -> list[Span]:
        """Words that have every event of t0 ≤ t < t1 on the sensor's clock."""
        done = self._pass
        if done is not None and done.rounds.step_back:
            return [(run.start, run.stop, run.before) for run in done.runs_reaching(t0, t1)]
        with self._lock:
            return [self._search.span(t0 - self._coding.mark_us + 1, t1)]

    def _expect(self, spans: Sequence[Span]) -> int:
        """About how many events some spans have, rather a few too many."""
        share = self._info.events / max(1, self._words.count)
        return round(sum(stop - start for start, stop, _before in spans) * (share + _MARGIN))

    def _gather(self, span: Span, t0: int, t1: int, zero: int, gathering: Gathering) -> None:
        """Decode what a span has of a window, whose times are counted from ``zero``."""
        start, stop, before = span
        for block in decode(self._words, self._coding, start, stop, before, zero, gathering.room):
            self._rounds.meet(block.times)
            gathering.keep(block.events, t0, t1)

    @property
    def order_checked(self) -> bool:
        return self._pass is not None or self._is_small

    def runs(self) -> Iterator[Run]:
        self._file.require_whole()
        for block in decode(self._words, self._coding, 0, self._words.count, None):
            events, share = block.events, block.stop / self._words.count
            yield Run(events.t, events.x, events.y, events.p, share)

    def timeline(self, bins: int) -> Timeline:
        if self._pass is not None:
            return self._pass.tally.timeline(bins)
        info = self._info
        if not info.events:
            return Timeline(np.zeros(bins), info.duration_us, exact=info.events_exact)
        places, times, shares = self._curve()
        rows = np.cumsum(np.diff(places, prepend=0) * shares)
        times = np.clip(times - info.t_first_us, 0, info.duration_us + 1)
        scaled = rows * (info.events / rows[-1])
        return timeline_from_places(scaled, times, info.duration_us, bins)

    def _curve(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Places all over the file, the time at each, and the events per word before it.

        The first place is the file's beginning, the last its end.
        """
        self._file.require_whole()
        blocks = self._landmarks.spread(_CURVE_LOOKS)
        self._landmarks.will_look(blocks)
        with self._lock:
            shares = [events_per_word(self._coding, self._landmarks, block) for block in blocks]
            places = [self._landmarks.at(block)[0] for block in blocks]
            times = [self._search.time(block) for block in blocks]
        between = np.interp(np.arange(len(blocks) + 1) - 0.5, np.arange(len(blocks)), shares)
        return (
            np.array([0, *places, self._words.count]),
            np.array([-FAR, *times, FAR]),
            np.concatenate([[0.0], np.maximum(between, _FEWEST)]),
        )

    def index(self, progress: Progress, cancelled: Cancelled) -> None:
        if self._pass is not None:
            return
        done = full_pass(self._words, self._coding, self._info, progress, cancelled)
        with self._lock:
            if done is not None and self._pass is None:
                self._adopt(done)

    def _adopt(self, done: FullPass) -> None:
        self._sensor.settle(done.tally)
        self._rounds = done.rounds
        self._search = WordSearch(self._words, self._landmarks, done.rounds)
        self._pass = done
        self._info = done.tally.complete(self._info)

    @property
    def counts(self) -> Counts | None:
        return self._pass.tally.counts if self._pass is not None else None

    def findings(self) -> Sequence[Finding]:
        found = [*self._told.findings, *self._findings_at_opening()]
        if self._pass is not None:
            return [*found, *self._pass.findings()]
        if step := self._rounds.step_back:
            said = f"time goes back by {format_duration(step)} in what was read so far"
            said += "; until all is read, windows may lack events"
            found.append(finding("time_goes_back", said))
        return found

    def _findings_at_opening(self) -> Iterator[Finding]:
        info, left_over = self._info, self._words.left_over
        yield from self._sensor.findings
        if left_over:
            said = f"the file ends inside a word, of which it has {left_over} bytes"
            yield finding("truncated", said)
        if self._untimed:
            said = f"{format_count(self._untimed)} events come before the first time"
            yield finding("untimed_events", f"{said} and are left out")
        if info.events_exact and not info.events:
            yield finding("no_events")
        if wraps := self._rounds.wraps:
            said = f"the clock starts again every {format_duration(self._coding.clock.round_us)}"
            yield finding("clock_wrap", f"{said}, here {wraps}×; times are counted on")
        if implausible := tell_implausible(info.events, info.duration_us):
            yield implausible

    def close(self) -> None:
        self._file.close()
