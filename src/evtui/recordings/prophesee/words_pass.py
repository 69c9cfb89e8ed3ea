"""The pass over every word of a file: exact counts, and what only a pass can find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evtui.recordings.base import Cancelled, Progress, RecordingInfo
from evtui.recordings.counting import Tally
from evtui.recordings.findings import Finding, finding
from evtui.recordings.gathering import Gathering
from evtui.recordings.prophesee.words_clock import Rounds
from evtui.recordings.prophesee.words_coding import BLOCK_WORDS, Coding, Oddities, decode
from evtui.recordings.prophesee.words_file import WordFile
from evtui.units import format_count


@dataclass(frozen=True, slots=True)
class Run:
    """Words that were decoded at once, and the times of their events."""

    start: int
    stop: int
    before: int | None
    """The unwrapped time of the last time mark before the words, µs."""
    earliest: int
    """Of the events, µs on the sensor's clock."""
    latest: int


@dataclass(frozen=True, slots=True)
class FullPass:
    """What a full pass found out."""

    tally: Tally
    runs: Sequence[Run]
    rounds: Rounds
    oddities: Oddities

    def runs_reaching(self, t0: int, t1: int) -> Iterator[Run]:
        """The runs that may have events with t0 ≤ t < t1 on the sensor's clock, in file order."""
        return (run for run in self.runs if run.earliest < t1 and run.latest >= t0)

    def findings(self) -> Iterator[Finding]:
        """What only a full pass can tell."""
        yield from self.tally.findings()
        if damaged := self.oddities.damaged:
            said = f"{format_count(damaged)} words are damaged, or of a kind nobody knows"
            yield finding("damaged_words", said)
        if triggers := self.oddities.triggers:
            said = f"{format_count(triggers)} edges of the trigger input, which are no events"
            yield finding("triggers", said)


def full_pass(
    words: WordFile, coding: Coding, info: RecordingInfo, progress: Progress, cancelled: Cancelled
) -> FullPass | None:
    """Decode every word; None if it was cancelled.

    Args:
        words: of the file.
        coding: what they mean.
        info: what is known so far.
        progress: is told the share done after each block.
        cancelled: is asked before each block.
    """
    tally = Tally(info.duration_us, info.width, info.height)
    rounds, oddities, runs = Rounds(coding.clock), Oddities(), list[Run]()
    room = Gathering(BLOCK_WORDS).room
    for block in decode(words, coding, 0, words.count, None, info.t_first_us, room):
        if cancelled():
            return None
        tally.add(block.events)
        rounds.follow(block.places, block.times)
        oddities += coding.oddities(block.words)
        if len(t := block.events.t):
            span = int(t.min()) + info.t_first_us, int(t.max()) + info.t_first_us
            runs.append(Run(block.start, block.stop, block.before, *span))
        progress(block.stop / words.count)
    tally.finish()
    return FullPass(tally, runs, rounds, oddities)
