"""What an EVT3 file tells when it is opened, at the price of a few looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.conventions import extent
from evtui.recordings.prophesee.evt3_blocks import Blocks, Run
from evtui.recordings.prophesee.evt3_decoding import decode
from evtui.recordings.prophesee.evt3_seeking import Skeleton
from evtui.recordings.prophesee.evt3_words import Carry, Words, count_events

_LOOKS = 64
_MOST_TRIES = 16


def first_time(blocks: Blocks) -> int | None:
    """The sensor's clock at the first event, µs; None where there is none."""
    for done in blocks.decoded(Run(0, blocks.count, Carry()), at_once=1):
        if len(done.events):
            return int(done.events.t[0])
    return None


def last_time(blocks: Blocks, skeleton: Skeleton) -> int | None:
    """The sensor's clock at the last event, µs; None where it is not in the last words."""
    tries = 0
    for block in reversed(range(blocks.count)):
        if count_events(blocks.read(block, block + 1)):
            run = Run(block, block + 1, skeleton.carry(block))
            done = next(blocks.decoded(run, find_base=skeleton.find_base))
            if len(done.events):
                return int(done.events.t.max())
            tries += 1
        if tries == _MOST_TRIES:
            break
    return None


@dataclass(frozen=True, slots=True)
class Sample:
    """What looks all over a file tell."""

    words: int
    """That were looked at."""
    events: int
    """An estimate for the whole file, at least 1."""
    unknown: int
    """Words of unknown kind among those looked at."""
    columns: int
    """So many hold all events that were seen."""
    rows: int


def take_sample(blocks: Blocks) -> Sample:
    """Look at some words all over a file."""
    looks = take_looks(blocks, spread(blocks, _LOOKS))
    seen = [decode(words, Carry(high=0, shown=0)) for words in looks]
    return Sample(
        words=sum(map(len, looks)),
        events=max(1, round(blocks.total * float(np.mean(events_per_word(looks))))) if looks else 0,
        unknown=sum(done.oddities.unknown for done in seen),
        columns=max((extent(done.events.x) for done in seen), default=0),
        rows=max((extent(done.events.y) for done in seen), default=0),
    )


def spread(blocks: Blocks, most: int) -> list[int]:
    """Borders of blocks all over the file, its end the last of them."""
    number = min(most, blocks.count)
    return [blocks.count * (step + 1) // number for step in range(number)]


def take_looks(blocks: Blocks, borders: list[int]) -> list[Words]:
    """The last words before some borders."""
    blocks.will_look(borders)
    return [blocks.look(border) for border in borders]


def events_per_word(looks: Iterable[Words]) -> NDArray[np.float64]:
    """How many events some words have for each word."""
    return np.array([count_events(words) / len(words) for words in looks])
