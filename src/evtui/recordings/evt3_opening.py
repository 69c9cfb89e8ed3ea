"""What an EVT3 file tells when it is opened, at the price of a few looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evtui.recordings.conventions import extent
from evtui.recordings.evt3_blocks import Blocks, Run
from evtui.recordings.evt3_decoding import decode
from evtui.recordings.evt3_seeking import Skeleton
from evtui.recordings.evt3_words import Carry, count_events

_LOOKS = 64


def first_time(blocks: Blocks) -> int | None:
    """The sensor's clock at the first event, µs; None where there is none."""
    for done in blocks.decoded(Run(0, blocks.count, Carry()), at_once=1):
        if len(done.events):
            return int(done.events.t[0])
    return None


def last_time(blocks: Blocks, skeleton: Skeleton) -> int:
    """The sensor's clock at the last event, µs, in a file that has events."""
    for block in reversed(range(blocks.count)):
        if not count_events(blocks.read(block, block + 1)):
            continue
        run = Run(block, block + 1, skeleton.carry(block))
        done = next(blocks.decoded(run, find_base=skeleton.find_base))
        if len(done.events):
            return int(done.events.t.max())
    return 0


def spread(blocks: Blocks, most: int) -> list[int]:
    """Borders of blocks all over the file, its end the last of them."""
    number = min(most, blocks.count)
    return [blocks.count * (step + 1) // number for step in range(number)]


def events_per_word(blocks: Blocks, borders: list[int]) -> NDArray[np.float64]:
    """Events for each word, in the last words before some borders."""
    looks = [blocks.before(blocks.place(border), blocks.grain.look) for border in borders]
    return np.array([count_events(words) / len(words) for words in looks])


def estimate_events(blocks: Blocks) -> int:
    """How many events the file has, from a sample; at least one."""
    shares = events_per_word(blocks, spread(blocks, _LOOKS))
    return max(1, round(blocks.total * float(shares.mean())))


def reach(blocks: Blocks) -> tuple[int, int]:
    """How many columns and rows hold the events of a sample."""
    width = height = 0
    for border in spread(blocks, _LOOKS):
        words = blocks.before(blocks.place(border), blocks.grain.look)
        events = decode(words, Carry(high=0, shown=0)).events
        width, height = max(width, extent(events.x)), max(height, extent(events.y))
    return width, height
