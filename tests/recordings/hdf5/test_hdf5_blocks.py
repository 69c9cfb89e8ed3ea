"""Blocks of an HDF5 stream: few are decoded, few are kept."""

from dataclasses import dataclass

import numpy as np
import pytest

from contract.truths import between, made_events
from evtui.events import BYTES_PER_EVENT, Events
from evtui.recordings.hdf5.blocks import Blocks


@dataclass
class CountedStorage:
    block_rows: int
    is_packed: bool = True


class CountedSource:
    """Columns in memory that count how many of their blocks are decoded."""

    rows: int
    packing = "none"

    def __init__(self, events: Events, block_rows: int) -> None:
        self._storage = CountedStorage(block_rows)
        self._columns = {"t": events.t, "x": events.x, "y": events.y, "p": events.p}
        self.rows = len(events)
        self.reads: list[tuple[str, int, int]] = []

    def storage(self, name):
        return self._storage

    def read(self, name, start, stop):
        self.reads.append((name, start, stop))
        return {name: self._columns[name][start:stop].copy()}


@pytest.fixture(scope="module")
def truth():
    steps = np.random.default_rng(1).exponential(1.0, 2_000_000)
    made = made_events(len(steps))
    return Events(np.cumsum(steps).astype(np.int64), made.x, made.y, made.p)


def opened(truth, block_rows=8_192):
    source = CountedSource(truth, block_rows)
    return source, Blocks(source, dict.fromkeys("txyp", lambda raw: raw))


def window(blocks, t0, t1):
    return blocks.events(blocks.row_at(t0), blocks.row_at(t1))


def test_a_cold_window_decodes_a_few_blocks_of_a_few_hundred(truth):
    needed = []
    for t0 in range(0, 1_900_000, 190_001):
        source, blocks = opened(truth)
        assert window(blocks, t0, t0 + 5_000).equals(between(truth, t0, t0 + 5_000))
        needed.append(len(source.reads))
    assert blocks.count == 245
    assert np.median(needed) <= 2 + 3 + 2 * 4  # both ends, the search, two blocks of each column


def test_the_next_window_costs_at_most_the_next_blocks(truth):
    source, blocks = opened(truth)
    window(blocks, 1_000_000, 1_005_000)
    before = len(source.reads)
    for t0 in range(1_005_000, 1_050_000, 5_000):
        assert window(blocks, t0, t0 + 5_000).equals(between(truth, t0, t0 + 5_000))
    assert len(source.reads) - before <= 4 * (45_000 // 8_192 + 3)


def test_no_block_is_decoded_twice_while_it_is_kept(truth):
    source, blocks = opened(truth)
    for t0 in (500_000, 501_000, 500_500, 499_000):
        window(blocks, t0, t0 + 3_000)
    assert len(set(source.reads)) == len(source.reads)


def test_what_is_kept_stays_below_32_mib(truth):
    _source, blocks = opened(truth)
    for t0 in range(0, 2_000_000, 20_000):
        window(blocks, t0, t0 + 20_000)
        assert blocks.kept_bytes <= 32 << 20
    assert blocks.kept_bytes > 10 << 20


def test_a_window_too_large_to_keep_is_read_once(truth):
    source, blocks = opened(truth)
    assert len(truth) * BYTES_PER_EVENT > 16 << 20
    assert window(blocks, 0, 10**9).equals(truth)
    assert source.reads[-4:] == [(name, 0, len(truth)) for name in "txyp"]
    assert blocks.kept_bytes < 1 << 20


def test_blocks_larger_than_the_memory_are_not_decoded_for_every_window(truth):
    source, blocks = opened(truth, block_rows=1_500_000)
    for t0 in range(100_000, 200_000, 10_000):
        window(blocks, t0, t0 + 10_000)
    assert sorted(source.reads) == sorted(set(source.reads))
    assert len(source.reads) <= 5


def test_nobody_can_change_what_is_kept(truth):
    _source, blocks = opened(truth)
    with pytest.raises(ValueError, match="read-only"):
        window(blocks, 0, 1_000).x[0] = 5


def test_known_places_are_rows_and_their_times(truth):
    _source, blocks = opened(truth)
    for block in (0, 100, blocks.count - 1):
        blocks.learn_times(block)
    rows, times = blocks.places()
    assert times.tolist() == truth.t[rows].tolist()
    assert rows.tolist() == sorted([0, 8_191, 819_200, 827_391, 1_998_848, 1_999_999])
