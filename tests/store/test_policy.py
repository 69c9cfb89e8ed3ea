from pathlib import Path

import pytest

from evtui.errors import NotEnoughMemory
from evtui.store.policy import CachePolicy, Held, MemoryReading, check_available

GB = 10**9
POLICY = CachePolicy(on=True, budget=10 * GB, floor=8 * GB, largest=6 * GB)
PLENTY = MemoryReading(available=100 * GB, process=GB)


def held(name: str, gigabytes: int, last_used: float, *, playing: bool = False) -> Held:
    return Held(Path(name), gigabytes * GB, last_used, playing)


def test_the_cache_is_turned_on_with_exactly_the_floor_available():
    POLICY.check_turning_on(MemoryReading(available=8 * GB, process=0))


def test_turning_the_cache_on_below_the_floor_is_refused_with_the_figures():
    with pytest.raises(NotEnoughMemory, match=r"7\.50 GB of memory are available, 8\.00 GB"):
        POLICY.check_turning_on(MemoryReading(available=7_500_000_000, process=0))


def test_what_fits_needs_no_room():
    assert POLICY.make_room(5 * GB, [held("a", 5, 1)], PLENTY) == []


def test_the_least_recently_used_goes_first_and_no_more_than_needed():
    entries = [held("new", 3, 30), held("old", 3, 10), held("middle", 3, 20)]
    assert POLICY.make_room(2 * GB, entries, PLENTY) == [Path("old")]
    assert POLICY.make_room(5 * GB, entries, PLENTY) == [Path("old"), Path("middle")]


def test_what_plays_never_goes():
    entries = [held("plays", 4, 10, playing=True), held("new", 4, 30)]
    assert POLICY.make_room(4 * GB, entries, PLENTY) == [Path("new")]


def test_a_load_that_only_fits_without_what_plays_is_refused():
    entries = [held("plays", 6, 10, playing=True), held("new", 1, 30)]
    with pytest.raises(NotEnoughMemory, match=r"the cache holds 7\.00 GB of 10\.0 GB"):
        POLICY.make_room(5 * GB, entries, PLENTY)


def test_a_recording_over_the_largest_is_refused_although_the_budget_would_hold_it():
    with pytest.raises(NotEnoughMemory, match=r"largest recording that is kept, 6\.00 GB"):
        POLICY.make_room(6 * GB + 1, [], PLENTY)


def test_a_load_leaves_the_floor_available_by_dropping_what_was_used_least():
    entries = [held("old", 3, 10), held("new", 3, 20)]
    memory = MemoryReading(available=10 * GB, process=0)
    assert POLICY.make_room(2 * GB, entries, memory) == []
    assert POLICY.make_room(4 * GB, entries, memory) == [Path("old")]


def test_a_load_that_would_break_the_floor_is_refused_with_the_figures():
    memory = MemoryReading(available=9 * GB, process=0)
    with pytest.raises(NotEnoughMemory, match=r"9\.00 GB of memory are available and 8\.00 GB"):
        POLICY.make_room(2 * GB, [], memory)


def test_bytes_that_are_held_already_are_not_taken_from_what_is_available_again():
    assert POLICY.make_room(2 * GB, [], memory=None) == []


def test_a_smaller_budget_drops_the_surplus():
    entries = [held("old", 3, 10), held("new", 3, 20)]
    smaller = CachePolicy(on=True, budget=5 * GB)
    assert POLICY.surplus(entries) == []
    assert smaller.surplus(entries) == [Path("old")]


def test_a_cache_that_is_off_keeps_only_what_plays():
    entries = [held("old", 3, 10), held("plays", 3, 20, playing=True)]
    assert CachePolicy(on=False, budget=100 * GB).surplus(entries) == [Path("old")]


def test_without_the_cache_a_load_only_has_to_fit_the_machine():
    memory = MemoryReading(available=GB, process=0)
    check_available(GB, memory)
    with pytest.raises(NotEnoughMemory, match=r"1\.10 GB are needed, 1\.00 GB are available"):
        check_available(1_100_000_000, memory)
