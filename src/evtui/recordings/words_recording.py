"""Recordings of fixed-size words, read in place: only the words of a window are decoded.

=================  ==============================================================
words_file         the words, read with ``os.pread``
words_coding       what a format has to tell: ``evt2``, ``evt21`` and ``dat`` do
words_clock        clocks that start again from zero
words_search       where in the file a time is
=================  ==============================================================
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evtui.events import Events
from evtui.recordings.base import (
    Cancelled,
    Progress,
    RecordingInfo,
    Timeline,
    never_cancelled,
    no_progress,
)
from evtui.recordings.conventions import extent, tell_implausible, tell_size
from evtui.recordings.counting import Tally, timeline_from_places
from evtui.recordings.findings import Finding, finding
from evtui.recordings.words_clock import Rounds
from evtui.recordings.words_coding import Coding, Oddities
from evtui.recordings.words_file import RawFile, WordFile
from evtui.recordings.words_search import FAR, Landmarks, WordSearch, tell_rounds
from evtui.units import format_count, format_duration

SMALL_BYTES = 8 << 20
"""Up to this size a file is looked at whole when it is opened: some 10 ms."""

_BLOCK_WORDS = 1 << 18
"""Words that are decoded at once: few enough for the processor's cache."""

_LAST_WORDS = 1 << 14
_OPENING_LOOKS = 32
_CURVE_LOOKS = 200
_LOOK_EVERY = 8 << 20
"""Bytes between the looks for a wrap of the clock: 1 M events of DAT, which its clock of 71.6 min
outlasts only below 244 events/s."""
_MOST_LOOKS = 1024

_LIMIT_US = 1 << 61


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that the full pass decoded at once, and the times of their events."""

    start: int
    stop: int
    before: int | None
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class _Pass:
    """What the full pass found out."""

    tally: Tally
    runs: tuple[_Run, ...]
    rounds: Rounds
    oddities: Oddities


class WordsRecording:
    """A ``Recording`` of fixed-size words.

    Where time goes back, the windows are exact once ``index`` has run; before that they may lack
    the events that are far from where their time is looked for, and a finding says so as soon as a
    step back was met.  Small files are looked at whole when they are opened.
    """

    def __init__(
        self,
        file: RawFile,
        words: WordFile,
        coding: Coding,
        guesses: Sequence[Finding] = (),
    ) -> None:
        """Take over an open file.

        Args:
            file: is closed with the recording.
            words: of the file, all that follow its header.
            coding: what they mean.
            guesses: findings about how the coding was told.

        Raises:
            CannotRead: the operating system refuses.
            DamagedRecording: the file has become shorter.
        """
        self._file = file
        self._words = words
        self._coding = coding
        self._guesses = tuple(guesses)
        self._lock = threading.Lock()
        self._landmarks = Landmarks(words, coding)
        self._is_small = file.bytes <= SMALL_BYTES
        self._rounds = self._tell_rounds()
        self._search = WordSearch(words, self._landmarks, self._rounds)
        self._size_guess: Finding | None = None
        self._pass: _Pass | None = None
        self._info = self._describe()
        if self._is_small and self._rounds.step_back:
            self.index(no_progress, never_cancelled)

    def _tell_rounds(self) -> Rounds:
        if self._is_small:
            return follow_rounds(self._words, self._coding)
        looks = min(_OPENING_LOOKS + self._file.bytes // _LOOK_EVERY, _MOST_LOOKS)
        return tell_rounds(self._landmarks, self._coding, looks)

    def _describe(self) -> RecordingInfo:
        first, last = self._ends()
        width, height = self._file.header.size or self._guess_size()
        events_exact = self._coding.all_events or self._is_small
        return RecordingInfo(
            path=self._file.path,
            format=self._coding.name,
            bytes=self._file.bytes,
            width=width,
            height=height,
            events=self._count_events() if events_exact else self._estimate_events(),
            events_exact=events_exact,
            t_first_us=first,
            duration_us=max(0, last - first),
            duration_exact=not self._rounds.step_back,
            layout=self._coding.layout,
            header=self._file.header.fields,
        )

    def _ends(self) -> tuple[int, int]:
        """Unwrapped times of the first event and the last; zeros where there is none."""
        start = self._landmarks.at(0)[0] if self._landmarks.count else 0
        first = next((int(run.t[0]) for run in self._decoded(start, self._words.count, None)), None)
        if first is None:
            return 0, 0
        stop = self._words.count
        while stop > start:
            place = max(start, stop - _LAST_WORDS)
            before = self._landmarks.last_before(place)
            time = self._rounds.time(*before) if before else None
            if runs := list(self._decoded(place, stop, time)):
                return first, max(int(run.t.max()) for run in runs)
            stop = place
        return first, first

    def _count_events(self) -> int:
        """Every event that has a time, counted."""
        if self._coding.all_events:
            return self._words.count
        start = self._landmarks.at(0)[0] if self._landmarks.count else 0
        blocks = self._words.blocks(start, self._words.count, _BLOCK_WORDS)
        return sum(self._coding.count(words) for _, words in blocks)

    def _estimate_events(self) -> int:
        shares = [self._events_per_word(block) for block in self._landmarks.spread(_OPENING_LOOKS)]
        return round(self._words.count * float(np.mean(shares)))

    def _events_per_word(self, block: int) -> float:
        words = self._landmarks.look(block)
        return self._coding.count(words) / len(words)

    def _guess_size(self) -> tuple[int, int]:
        """The sensor size from a sample of the events."""
        reach = (0, 0)
        for block in self._landmarks.spread(_OPENING_LOOKS):
            words = self._landmarks.look(block)
            events = self._coding.events(words, *self._coding.marks(words), before=0)
            reach = max(reach[0], extent(events.x)), max(reach[1], extent(events.y))
        width, height, self._size_guess = tell_size(*reach)
        return width, height

    @property
    def info(self) -> RecordingInfo:
        """What is known; ``index`` makes every figure exact and may correct guesses."""
        return self._info

    def window(self, t0: int, t1: int) -> Events:
        self._file.require_whole()
        start, stop = (min(max(t, -_LIMIT_US), _LIMIT_US) for t in (t0, t1))
        if stop <= start:
            return Events.empty()
        found = self._pass
        if found is not None and found.rounds.step_back:
            runs = [run for run in found.runs if run.earliest < stop and run.latest >= start]
            spans = [(run.start, run.stop, run.before) for run in runs]
        else:
            zero = self._info.t_first_us
            with self._lock:
                spans = [self._search.span(start + zero - self._coding.mark_us + 1, stop + zero)]
        parts = (events for span in spans for events in self._from_first(*span))
        return Events.concatenate(_between(events, start, stop) for events in parts)

    def timeline(self, bins: int) -> Timeline:
        if self._pass is not None:
            return self._pass.tally.timeline(bins)
        info = self._info
        if not info.events:
            return Timeline(np.zeros(bins), info.duration_us, exact=info.events_exact)
        places, times, shares = self._curve()
        rows = np.cumsum(np.diff(places) * (shares[1:] + shares[:-1]) / 2)
        rows = np.concatenate([[0], rows])
        return timeline_from_places(
            rows * (info.events / max(rows[-1], 1.0)),
            np.clip(times - info.t_first_us, 0, info.duration_us + 1),
            info.duration_us,
            bins,
        )

    def _curve(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Places all over the file, the time at each, and how many of the words are events there.

        The file's beginning and its end are the first place and the last.
        """
        self._file.require_whole()
        blocks = self._landmarks.spread(_CURVE_LOOKS)
        with self._lock:
            places = [0, *(self._landmarks.at(block)[0] for block in blocks), self._words.count]
            times = [-FAR, *(self._search.time(block) for block in blocks), FAR]
            shares = [self._events_per_word(block) for block in blocks]
        shares = [shares[0], *shares, shares[-1]]
        return np.array(places), np.array(times), np.array(shares)
