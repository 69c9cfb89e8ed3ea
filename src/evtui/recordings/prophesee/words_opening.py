"""What a file of words tells when it is opened, at the price of a few looks."""

from __future__ import annotations

import numpy as np

from evtui.events import Events
from evtui.recordings.conventions import extent
from evtui.recordings.prophesee.words_clock import Rounds
from evtui.recordings.prophesee.words_coding import BLOCK_WORDS, Coding, decode
from evtui.recordings.prophesee.words_file import WordFile
from evtui.recordings.prophesee.words_search import Landmarks

_LOOKS = 32
_FIRST_WORDS = 1 << 12
_LAST_WORDS = 1 << 14


def first_time(words: WordFile, coding: Coding) -> int | None:
    """The unwrapped time of the first event, µs; None where there is none."""
    for stop in (min(_FIRST_WORDS, words.count), words.count):
        for block in decode(words, coding, 0, stop, None):
            if len(block.events):
                return int(block.events.t[0])
    return None


def latest_time(words: WordFile, coding: Coding, landmarks: Landmarks, rounds: Rounds) -> int:
    """The unwrapped time of the latest of the last events, µs, in a file that has events."""
    stop = words.count
    while stop:
        start = max(0, stop - _LAST_WORDS)
        mark = landmarks.last_before(start)
        before = rounds.time(*mark) if mark else None
        runs = [block.events.t for block in decode(words, coding, start, stop, before)]
        latest = [int(times.max()) for times in runs if len(times)]
        if latest:
            return max(latest)
        stop = start
    return 0


def count_events(words: WordFile, coding: Coding, start: int, stop: int) -> int:
    """How many events a run of words has."""
    if coding.all_events:
        return stop - start
    return sum(coding.count(run) for _, run in words.blocks(start, stop, BLOCK_WORDS))


def estimate_events(words: WordFile, coding: Coding, landmarks: Landmarks) -> int:
    """How many events the file has, from a sample."""
    shares = [events_per_word(coding, landmarks, block) for block in landmarks.spread(_LOOKS)]
    return round(words.count * float(np.mean(shares)))


def events_per_word(coding: Coding, landmarks: Landmarks, block: int) -> float:
    """Events for each word, in the first words of a block."""
    words = landmarks.look(block)
    return coding.count(words) / len(words)


def reach(coding: Coding, landmarks: Landmarks) -> tuple[int, int]:
    """How many columns and rows hold the events of a sample."""
    width = height = 0
    for block in landmarks.spread(_LOOKS):
        words = landmarks.look(block)
        events = coding.events(words, *coding.marks(words), 0, Events.uninitialised)
        width, height = max(width, extent(events.x)), max(height, extent(events.y))
    return width, height
