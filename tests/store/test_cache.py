import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import NotEnoughMemory
from evtui.store.cache import Cache
from evtui.store.entries import Entry
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.plan import Plan
from evtui.store.policy import CachePolicy, MemoryReading
from support.loads import EVENT_BYTES, Ticker, decoded
from support.small import columns

PATHS = 4


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("recordings")
    paths = [folder / f"{number}.raw" for number in range(PATHS)]
    for path in paths:
        path.write_bytes(b"events")
    return paths


@pytest.fixture
def clock() -> Ticker:
    return Ticker()


@pytest.fixture
def cache(clock) -> Cache:
    made = Cache(clock)
    made.set_policy(policy(budget=100), PLENTY)
    return made


def memory(events: int) -> MemoryReading:
    """So much available, in events."""
    return MemoryReading(available=events * EVENT_BYTES, process=0)


PLENTY = memory(10**6)


def policy(
    *,
    on: bool = True,
    budget: int = 100,
    largest: int = 1_000,
    floor: int = 0,
    share: float | None = None,
) -> CachePolicy:
    """Limits in events."""
    return CachePolicy(on, budget * EVENT_BYTES, share, floor * EVENT_BYTES, largest * EVENT_BYTES)


def loaded(path: Path, events: int) -> Loaded:
    status = path.stat()
    plan = Plan(path, "EVT3", "evlib", status.st_size, status.st_mtime_ns)
    return make_loaded(plan, decoded(columns(events)))


def test_a_recording_is_found_again_and_counted_as_a_hit(cache, files):
    entry = loaded(files[0], 10)
    assert cache.get(files[0]) is None
    cache.put(entry)
    assert cache.get(files[0]) is entry
    stats = cache.stats
    assert (stats.hits, stats.misses, stats.entries) == (1, 1, 1)
    assert (stats.used_bytes, stats.budget_bytes, stats.on) == (130, 1_300, True)


def test_a_cache_that_is_off_counts_no_misses(clock, files):
    cache = Cache(clock)
    assert cache.get(files[0]) is None
    assert cache.stats.misses == 0


def test_a_file_that_has_changed_is_a_miss_and_so_is_one_that_is_gone(cache, tmp_path):
    path = tmp_path / "a.raw"
    path.write_bytes(b"events")
    cache.put(loaded(path, 10))
    os.utime(path, ns=(1, 1))
    assert cache.get(path) is cache.peek(path) is None
    cache.put(loaded(path, 10))
    assert cache.get(path) is not None
    path.unlink()
    assert cache.get(path) is None
    assert (cache.stats.hits, cache.stats.misses) == (1, 2)


def test_getting_makes_an_entry_recent_and_peeking_does_not(cache, clock, files):
    for path in files[:3]:
        clock.now += 1
        cache.put(loaded(path, 30))
    clock.now += 1
    cache.get(files[0])
    cache.peek(files[1])
    cache.put(loaded(files[3], 30))
    assert [cache.peek(path) is not None for path in files] == [True, False, True, True]
    assert cache.stats.evictions == 1


def test_entries_tell_what_a_user_wants_to_know(cache, clock, files):
    for path in files[:2]:
        cache.put(loaded(path, 30))
    clock.now += 5
    cache.get(files[0])
    cache.get(files[0])
    cache.peek(files[1])
    cache.set_playing(files[0], True)
    cache.set_pinned(files[1], True)
    clock.now += 7
    first, second = cache.entries
    assert first == Entry(files[0], 30, 390, 2.0, idle_s=7.0, uses=2, playing=True, pinned=False)
    assert second == Entry(files[1], 30, 390, 2.0, idle_s=12.0, uses=0, playing=False, pinned=True)
    cache.put(loaded(files[0], 30))
    assert [(entry.path, entry.uses) for entry in cache.entries] == [(files[1], 0), (files[0], 0)]


def test_what_does_not_fit_drops_nothing(cache, files):
    cache.put(loaded(files[0], 60))
    with pytest.raises(NotEnoughMemory):
        cache.put(loaded(files[1], 101))
    with pytest.raises(NotEnoughMemory):
        cache.reserve(files[1], 101 * EVENT_BYTES, PLENTY)
    assert cache.peek(files[0]) is not None


def test_room_is_made_before_anything_comes(cache, files):
    cache.put(loaded(files[0], 60))
    cache.reserve(files[1], 50 * EVENT_BYTES, PLENTY)
    assert cache.stats.used_bytes == 0


def test_the_room_of_a_load_is_not_given_away_while_it_runs(cache, files):
    cache.reserve(files[0], 60 * EVENT_BYTES, PLENTY)
    with pytest.raises(NotEnoughMemory):
        cache.reserve(files[1], 50 * EVENT_BYTES, PLENTY)
    with pytest.raises(NotEnoughMemory):
        cache.put(loaded(files[1], 50))
    cache.put(loaded(files[0], 60))
    cache.release(files[0])
    cache.reserve(files[1], 50 * EVENT_BYTES, PLENTY)
    assert cache.peek(files[0]) is None


def test_two_loads_do_not_take_the_same_available_memory(cache, files):
    cache.set_policy(policy(floor=30), PLENTY)
    cache.reserve(files[0], 40 * EVENT_BYTES, memory(100))
    with pytest.raises(NotEnoughMemory):
        cache.reserve(files[1], 40 * EVENT_BYTES, memory(100))
    cache.reserve(files[1], 30 * EVENT_BYTES, memory(100))


def test_what_another_program_takes_is_answered_by_the_least_recently_used(cache, clock, files):
    cache.set_policy(policy(floor=50), PLENTY)
    for path in files[:3]:
        clock.now += 1
        cache.put(loaded(path, 30))
    assert not cache.answer(memory(50))
    assert cache.answer(memory(15))
    assert [cache.peek(path) is not None for path in files[:3]] == [False, False, True]
    assert cache.stats.evictions == 2


def test_what_is_pinned_is_dropped_by_no_load_and_else_last(cache, clock, files):
    for path in files[:3]:
        clock.now += 1
        cache.put(loaded(path, 30))
    cache.set_pinned(files[0], True)
    cache.reserve(files[3], 60 * EVENT_BYTES, PLENTY)
    assert [cache.peek(path) is not None for path in files[:3]] == [True, False, False]
    cache.release(files[3])
    with pytest.raises(NotEnoughMemory):
        cache.reserve(files[3], 80 * EVENT_BYTES, PLENTY)
    cache.put(loaded(files[1], 30))
    cache.set_policy(policy(budget=30), PLENTY)
    assert [cache.peek(path) is not None for path in files[:2]] == [True, False]
    cache.set_policy(policy(budget=29), PLENTY)
    assert cache.peek(files[0]) is None


def test_a_budget_that_is_a_share_follows_the_memory_there_is(cache, clock, files):
    cache.set_policy(policy(share=0.5), memory(100))
    assert cache.stats.budget_bytes == 50 * EVENT_BYTES
    cache.put(loaded(files[0], 40))
    cache.answer(memory(60))  # the cache itself took the other 40
    assert cache.stats.budget_bytes == 50 * EVENT_BYTES
    assert cache.answer(memory(30))  # another program took 30
    assert (cache.stats.budget_bytes, cache.stats.used_bytes) == (35 * EVENT_BYTES, 0)


def test_an_older_recording_of_a_path_makes_way_for_the_new_one(cache, files):
    cache.put(loaded(files[0], 60))
    newer = loaded(files[0], 70)
    cache.put(newer)
    assert cache.peek(files[0]) is newer
    assert (cache.stats.entries, cache.stats.evictions) == (1, 0)


def test_turning_the_cache_off_frees_it_at_once_but_for_what_plays(cache, files):
    cache.put(loaded(files[0], 10))
    cache.put(loaded(files[1], 10))
    cache.set_playing(files[1], True)
    cache.set_policy(policy(on=False, budget=100), PLENTY)
    assert [cache.peek(path) is not None for path in files[:2]] == [False, True]
    cache.set_playing(files[1], False)
    assert cache.stats.used_bytes == 0


def test_a_smaller_budget_drops_the_least_recently_used_at_once(cache, clock, files):
    for path in files[:3]:
        clock.now += 1
        cache.put(loaded(path, 30))
    cache.set_policy(policy(budget=60), PLENTY)
    assert [cache.peek(path) is not None for path in files[:3]] == [False, True, True]


def test_unloading_spares_what_plays(cache, files):
    cache.put(loaded(files[0], 10))
    cache.set_playing(files[0], True)
    assert not cache.unload(files[0])
    cache.set_playing(files[0], False)
    assert cache.unload(files[0])
    assert not cache.unload(files[0])


def test_what_plays_is_known_before_it_is_cached(cache, files):
    cache.set_playing(files[0], True)
    cache.put(loaded(files[0], 60))
    with pytest.raises(NotEnoughMemory):
        cache.put(loaded(files[1], 60))
    assert cache.peek(files[0]) is not None


NUMBERS = st.integers(0, PATHS - 1)
EVENTS = st.integers(0, 120)
STEPS = st.one_of(
    st.tuples(st.just("load"), NUMBERS, EVENTS),
    st.tuples(st.just("loaded"), NUMBERS, EVENTS),
    st.tuples(st.just("get"), NUMBERS),
    st.tuples(st.just("unload"), NUMBERS),
    st.tuples(st.just("play"), NUMBERS, st.booleans()),
    st.tuples(st.just("pin"), NUMBERS, st.booleans()),
    st.tuples(st.just("memory"), st.integers(0, 300)),
    st.tuples(
        st.just("policy"), st.booleans(), EVENTS, EVENTS, EVENTS, st.none() | st.floats(0, 1)
    ),
)


class Rules:
    """A cache that is put through steps, and what must hold after every one of them."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files
        self.clock = Ticker()
        self.cache = Cache(self.clock)
        self.memory = memory(200)
        self.cache.set_policy(policy(), self.memory)
        self.playing: set[Path] = set()
        self.loading: dict[Path, int] = {}

    def take(self, kind: str, number: int, *values: Any) -> None:
        """One step."""
        cache, path = self.cache, self.files[number % PATHS]
        match kind, values:
            case "load", [events] if cache.policy.on and path not in self.loading:
                cache.unload(path)
                cache.reserve(path, events * EVENT_BYTES, self.memory)
                self.loading[path] = events
            case "loaded", [other] if path in self.loading:
                try:
                    if cache.policy.on:
                        cache.put(loaded(path, self.loading.pop(path) if other % 2 else other))
                finally:
                    self.loading.pop(path, None)
                    cache.release(path)
            case "get", []:
                cache.get(path)
            case "unload", []:
                cache.unload(path)
            case "play", [playing]:
                (self.playing.add if playing else self.playing.discard)(path)
                cache.set_playing(path, playing)
            case "pin", [pinned]:
                cache.set_pinned(path, pinned)
            case "memory", []:
                self.memory = memory(number)
                cache.answer(self.memory)
            case "policy", [budget, largest, floor, share]:
                chosen = policy(
                    on=bool(number), budget=budget, largest=largest, floor=floor, share=share
                )
                cache.set_policy(chosen, self.memory)

    def check(self) -> None:
        """Never over the budget, but for what plays while it shrinks."""
        cache = self.cache
        allowed = cache.policy.budget if cache.policy.on else 0
        of_players = sum(entry.bytes for entry in cache.held if entry.playing)
        assert cache.stats.used_bytes <= max(allowed, of_players)


@given(st.lists(STEPS, max_size=40))
def test_no_sequence_goes_over_the_budget_or_drops_what_plays(files, steps):
    rules = Rules(files)
    for step in steps:
        rules.clock.now += 1
        before = {path for path in rules.playing if rules.cache.peek(path) is not None}
        # A refusal is an outcome too; what holds after every step holds after it.
        with contextlib.suppress(NotEnoughMemory):
            rules.take(*step)
        rules.check()
        assert all(rules.cache.peek(path) is not None for path in before & rules.playing)
