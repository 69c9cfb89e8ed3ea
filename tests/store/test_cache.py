import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import NotEnoughMemory
from evtui.store.cache import Cache
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
    made.policy = policy(budget=100)
    return made


def policy(*, on: bool = True, budget: int, largest: int = 1_000) -> CachePolicy:
    """Limits in events."""
    return CachePolicy(on, budget * EVENT_BYTES, floor=0, largest=largest * EVENT_BYTES)


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


def test_what_does_not_fit_drops_nothing(cache, files):
    cache.put(loaded(files[0], 60))
    with pytest.raises(NotEnoughMemory):
        cache.put(loaded(files[1], 101))
    with pytest.raises(NotEnoughMemory):
        cache.make_room(101 * EVENT_BYTES)
    assert cache.peek(files[0]) is not None


def test_room_is_made_before_anything_comes(cache, files):
    cache.put(loaded(files[0], 60))
    cache.make_room(50 * EVENT_BYTES, MemoryReading(available=10**6, process=0))
    assert cache.stats.used_bytes == 0


def test_an_older_recording_of_a_path_makes_way_for_the_new_one(cache, files):
    cache.put(loaded(files[0], 60))
    newer = loaded(files[0], 70)
    cache.put(newer)
    assert cache.peek(files[0]) is newer
    assert (cache.stats.entries, cache.stats.evictions) == (1, 0)


def test_what_is_dropped_is_freed_by_whoever_the_cache_was_told(clock, files):
    freed: list[list[Loaded]] = []
    cache = Cache(clock, freed.append)
    cache.policy = policy(budget=100)
    first, second = loaded(files[0], 60), loaded(files[0], 70)
    cache.put(first)
    cache.put(second)
    cache.unload(files[0])
    assert freed == [[first], [second]]


def test_turning_the_cache_off_frees_it_at_once_but_for_what_plays(cache, files):
    cache.put(loaded(files[0], 10))
    cache.put(loaded(files[1], 10))
    cache.set_playing(files[1], True)
    cache.policy = policy(on=False, budget=100)
    assert [cache.peek(path) is not None for path in files[:2]] == [False, True]
    cache.set_playing(files[1], False)
    assert cache.stats.used_bytes == 0


def test_a_smaller_budget_drops_the_least_recently_used_at_once(cache, clock, files):
    for path in files[:3]:
        clock.now += 1
        cache.put(loaded(path, 30))
    cache.policy = policy(budget=60)
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
STEPS = st.one_of(
    st.tuples(st.just("put"), NUMBERS, st.integers(0, 120)),
    st.tuples(st.just("get"), NUMBERS),
    st.tuples(st.just("unload"), NUMBERS),
    st.tuples(st.just("play"), NUMBERS, st.booleans()),
    st.tuples(st.just("room"), st.integers(0, 120), st.integers(0, 200)),
    st.tuples(st.just("policy"), st.booleans(), st.integers(0, 150), st.integers(0, 150)),
)


@given(st.lists(STEPS, max_size=40))
def test_no_sequence_goes_over_the_budget_or_drops_what_plays(files, steps):
    clock = Ticker()
    cache = Cache(clock)
    cache.policy = policy(budget=100)
    playing: set[Path] = set()
    for kind, *values in steps:
        clock.now += 1
        kept = {path for path in playing if cache.peek(path) is not None}
        try:
            match kind, values:
                case "put", [number, events] if cache.policy.on:
                    cache.put(loaded(files[number], events))
                case "get", [number]:
                    cache.get(files[number])
                case "unload", [number]:
                    cache.unload(files[number])
                case "play", [number, True]:
                    playing.add(files[number])
                    cache.set_playing(files[number], True)
                case "play", [number, False]:
                    playing.discard(files[number])
                    kept.discard(files[number])
                    cache.set_playing(files[number], False)
                case "room", [events, available]:
                    memory = MemoryReading(available * EVENT_BYTES, process=0)
                    cache.make_room(events * EVENT_BYTES, memory)
                case "policy", [on, budget, largest]:
                    cache.policy = policy(on=on, budget=budget, largest=largest)
        except NotEnoughMemory:
            pass  # a refusal; what holds after every step holds after it too
        assert all(cache.peek(path) is not None for path in kept)
        allowed = cache.policy.budget if cache.policy.on else 0
        of_players = sum(entry.bytes for entry in cache.held if entry.playing)
        assert cache.stats.used_bytes <= max(allowed, of_players)
