import asyncio
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from evtui.errors import LoadCancelled, NotEnoughMemory
from evtui.store.kept import KeptEvents
from evtui.store.messages import CacheStats, Forecast, NotKept, Stage, StoreMessage
from evtui.store.policy import CachePolicy, MemoryReading
from evtui.store.store import Store
from support.loads import as_loaded, write_ecf, write_text
from support.small import write_h5
from support.store_rig import GB, OFF, ON, Rig


async def test_a_load_goes_through_its_stages_and_is_kept(quick, paths):
    loaded = await quick.store.load(paths[0], keep=True)
    assert quick.store.get(paths[0]) is loaded
    assert quick.stages(paths[0]) == [Stage.QUEUED, Stage.READING, Stage.DONE]
    done = quick.last(paths[0])
    assert (done.share, done.elapsed_s, done.error, done.loader) == (1.0, 2.0, None, "own")
    assert done.bytes_per_s == paths[0].stat().st_size / 2.0
    assert quick.store.loads == {}
    assert [entry.uses for entry in quick.store.entries] == [1]
    assert quick.cached == [paths[0]]
    assert quick.heard[-1] == quick.store.stats
    assert quick.store.stats == CacheStats(True, 1_300, 3_250, 1, hits=1, misses=0, evictions=0)


async def test_what_is_in_memory_is_not_loaded_again(quick, paths):
    first = await quick.store.load(paths[0], keep=True)
    assert await quick.store.load(paths[0], keep=True) is first
    assert quick.loader.begun.qsize() == 1


async def test_a_file_that_has_changed_is_loaded_again(quick, paths):
    first = await quick.store.load(paths[0], keep=True)
    os.utime(paths[0], ns=(1, 1))
    second = await quick.store.load(paths[0], keep=True)
    assert second is not first
    assert quick.store.peek(paths[0]) is second


@pytest.mark.parametrize(("policy", "keep"), [(OFF, True), (ON, False)])
async def test_a_load_that_is_not_to_be_kept_is_the_callers_alone(quick, paths, policy, keep):
    quick.store.set_policy(policy)
    loaded = await quick.store.load(paths[0], keep=keep)
    assert loaded.recording.info.events == 100
    assert quick.store.peek(paths[0]) is None
    assert quick.last(paths[0]).error is None


async def test_the_cache_cannot_be_turned_on_below_the_floor_and_nothing_changes(rig):
    rig.available = 7 * GB
    with pytest.raises(NotEnoughMemory, match=r"7\.00 GB"):
        rig.store.set_policy(ON)
    assert not rig.store.stats.on
    with pytest.raises(NotEnoughMemory):
        Store(ON, "auto", lambda: MemoryReading(rig.available, 0))


async def test_a_cache_that_is_on_takes_another_policy_whatever_the_memory(quick):
    quick.available = 7 * GB
    quick.store.set_policy(CachePolicy(on=True, budget=5, floor=8 * GB))
    assert quick.store.stats.budget_bytes == 5


async def test_a_load_that_cannot_fit_never_starts_and_names_the_file(rig, tmp_path):
    rig.store.set_policy(ON)
    path = write_h5(tmp_path / "large.h5", count=201)
    with pytest.raises(NotEnoughMemory, match=r"large\.h5: 2\.61 kB are more than the largest"):
        await rig.store.load(path, keep=True)
    assert rig.loader.begun.empty()
    rig.loader.let_go()
    assert await rig.store.load(path, keep=False)


async def test_memory_is_looked_at_again_when_a_load_gets_its_turn(rig, paths):
    rig.store.set_policy(ON)
    tasks = [rig.begin(path) for path in paths[:2]]
    for path in paths[:2]:
        await rig.queued(path)
    first = await rig.begun()
    rig.available = 7 * GB
    rig.loader.let_go()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [result for result in results if isinstance(result, NotEnoughMemory)]
    assert len(refused) == 1
    assert "7.00 GB of memory are available" in str(refused[0])
    assert rig.cached == [first]


async def test_without_the_cache_a_load_must_fit_the_machine(rig, paths):
    rig.available = 1_299
    with pytest.raises(NotEnoughMemory, match=r"0\.h5: 1\.30 kB are needed"):
        await rig.store.load(paths[0], keep=True)


async def test_room_is_made_before_a_load_begins(rig, paths):
    rig.store.set_policy(ON)
    held_while_loading = []
    for path in paths[:3]:
        rig.clock.now += 1
        task = rig.begin(path)
        await rig.begun()
        held_while_loading.append(rig.cached)
        rig.loader.let_go()
        await task
    assert held_while_loading == [[], [paths[0]], [paths[1]]]
    assert rig.store.stats.evictions == 1


async def test_what_plays_is_never_dropped(quick, paths):
    for path in paths[:2]:
        quick.clock.now += 1
        await quick.store.load(path, keep=True)
    quick.store.playing(paths[0], True)
    quick.clock.now += 1
    await quick.store.load(paths[2], keep=True)
    assert quick.cached == [paths[0], paths[2]]
    quick.store.set_policy(OFF)
    assert quick.cached == [paths[0]]
    quick.store.playing(paths[0], False)
    assert quick.cached == []


async def test_a_recording_larger_than_was_thought_is_handed_over_but_not_kept(quick, paths):
    quick.loader.events = 300
    loaded = await quick.store.load(paths[0], keep=True)
    assert loaded.recording.info.events == 300
    assert quick.store.peek(paths[0]) is None
    done = quick.last(paths[0])
    assert done.stage is Stage.DONE
    assert done.error is not None
    assert "3.90 kB are more than the largest" in done.error


async def test_turning_the_cache_off_during_a_load_keeps_nothing(rig, paths):
    rig.store.set_policy(ON)
    task = rig.begin(paths[0])
    await rig.begun()
    rig.store.set_policy(OFF)
    rig.loader.let_go()
    assert await task
    assert rig.store.stats.entries == 0


async def test_unloading_is_told(quick, paths):
    await quick.store.load(paths[0], keep=True)
    assert quick.store.unload(paths[0])
    assert quick.store.stats.used_bytes == 0
    assert quick.heard[-1] == quick.store.stats
    assert not quick.store.unload(paths[0])


async def test_the_loader_is_limited_to_the_memory_available(quick, paths):
    await quick.store.load(paths[0], keep=True)
    assert quick.loader.limits == [16 * GB]


async def test_the_time_a_load_took_is_what_the_next_one_expects(quick, paths, tmp_path):
    await quick.store.load(paths[0], keep=False)
    await quick.store.load(paths[1], keep=False)
    size = paths[0].stat().st_size
    assert quick.loader.expected == [None, float(size)]
    assert quick.throughputs.throughput("HDF5", "own") == float(size)


async def test_a_load_that_is_cancelled_while_its_time_is_noted_is_not_in_the_cache(
    quick, paths, monkeypatch
):
    noting, go = threading.Event(), threading.Event()

    def note(*_: object) -> None:
        noting.set()
        go.wait()

    monkeypatch.setattr(quick.throughputs, "note_throughput", note)
    load = quick.begin(paths[0])
    await asyncio.to_thread(noting.wait, 10)
    quick.store.cancel(paths[0])
    with pytest.raises(LoadCancelled):
        await load
    go.set()
    assert quick.cached == []


async def test_the_loader_is_the_one_that_was_chosen(quick, paths, tmp_path):
    packed = write_ecf(tmp_path / "a.h5")
    quick.store.loader = "evlib"
    await quick.store.load(paths[0], keep=False)
    quick.store.loader = "auto"
    await quick.store.load(paths[1], keep=False)
    await quick.store.load(packed, keep=False)
    chosen = [quick.loader.begun.get_nowait().loader for _ in range(3)]
    assert chosen == ["evlib", "own", "evlib"]


async def test_a_listener_hears_nothing_more_once_it_has_left(quick, paths):
    heard: list[StoreMessage] = []
    leave = quick.store.subscribe(heard.append)
    leave()
    await quick.store.load(paths[0], keep=True)
    assert heard == []


async def test_a_real_load_from_file_to_lazy_frame(paths):
    store = Store(ON, "auto", lambda: MemoryReading(16 * GB, 0))
    loaded = await store.load(paths[0], keep=True)
    assert loaded.recording.info.events == len(loaded.frame.collect()) == 100
    assert store.get(paths[0]) is loaded
    await store.close()
    assert store.stats.entries == 0


async def test_more_loads_at_once_keep_within_the_budget(rig, paths):
    rig.store.set_policy(ON)
    rig.store.set_loads_at_once(3)
    loads = [rig.begin(path) for path in paths[:3]]
    assert {await rig.begun(), await rig.begun()} <= set(paths[:3])
    # Two of 100 events have their room; a third does not fit in 250 and waits for nobody.
    done, running = await asyncio.wait(loads, return_when=asyncio.FIRST_COMPLETED)
    assert [type(load.exception()) for load in done] == [NotEnoughMemory]
    for _ in running:
        rig.loader.let_go()
    await asyncio.gather(*running)
    assert rig.store.stats.entries == 2


async def test_a_load_waits_for_one_whose_room_it_can_have_afterwards(rig, tmp_path):
    rig.store.set_policy(ON)
    large = [write_h5(tmp_path / f"large {number}.h5", count=150) for number in range(2)]
    loads = [rig.begin(large[0])]
    await rig.begun()
    loads.append(rig.begin(large[1]))
    await rig.queued(large[1])
    for _ in loads:
        rig.loader.let_go()
    await asyncio.gather(*loads)
    assert rig.cached == [large[1]]


async def test_memory_that_others_take_is_given_back_and_told(quick, paths):
    for path in paths[:2]:
        quick.clock.now += 1
        await quick.store.load(path, keep=True)
    quick.store.pin(paths[0], True)
    assert [entry.pinned for entry in quick.store.held] == [True, False]
    quick.heard.clear()
    quick.store.answer(MemoryReading(available=8 * GB, process=0))
    assert quick.heard == []
    quick.store.answer(MemoryReading(available=8 * GB - 1, process=0))
    assert quick.cached == [paths[0]]
    assert quick.heard == [quick.store.stats]


async def test_what_a_load_would_drop_is_told_before_and_nothing_is_dropped(quick, paths):
    for path in paths[:2]:
        quick.clock.now += 1
        await quick.store.load(path, keep=True)
    assert quick.store.forecast(650) == Forecast(650)
    assert quick.store.forecast(1_300) == Forecast(1_300, (paths[0],))
    quick.store.playing(paths[0], True)
    assert quick.store.forecast(1_300).drops == (paths[1],)
    quick.store.pin(paths[1], True)
    assert "do not fit" in quick.store.forecast(1_300).refusal
    assert "more than the largest" in quick.store.forecast(2_601).refusal
    assert quick.cached == paths[:2]


@pytest.fixture
def texts(tmp_path) -> list[Path]:
    """Recordings that nobody can seek in."""
    return [write_text(tmp_path / f"{name}.txt") for name in "ab"]


@pytest_asyncio.fixture
async def keeping(tmp_path) -> AsyncIterator[Rig]:
    """A store that keeps on disk what it decoded."""
    made = Rig(held=False, kept=KeptEvents(tmp_path / "events", 1_000_000))
    yield made
    await made.store.close()


async def kept_on_disk(rig: Rig, path: Path, loader: str = "own") -> None:
    """Wait until a recording's events are on disk."""
    async with asyncio.timeout(10):
        while rig.kept.find(path, loader) is None:
            await asyncio.gather(*rig.store._writing)


async def test_what_was_decoded_whole_is_there_at_once_the_next_time(keeping, texts):
    first = await keeping.store.load(texts[0], keep=False)
    await kept_on_disk(keeping, texts[0])
    again = await keeping.store.load(texts[0], keep=False)
    assert again is not first
    assert again.recording.info == first.recording.info
    assert again.frame.collect().equals(first.frame.collect())
    assert keeping.loader.begun.qsize() == 1
    assert keeping.stages(texts[0])[-2:] == [Stage.QUEUED, Stage.DONE]


async def test_what_is_kept_on_disk_waits_for_no_other_load(tmp_path, texts):
    kept = KeptEvents(tmp_path / "events", 1_000_000)
    kept.keep(as_loaded(texts[1]), "own")
    rig = Rig(kept=kept)
    load = rig.begin(texts[0], keep=False)
    await rig.begun()
    assert (await rig.store.load(texts[1], keep=False)).recording.info.events == 500
    rig.loader.let_go()
    await load
    await rig.store.close()


async def test_what_is_kept_on_disk_counts_in_the_cache_like_all_else(keeping, texts):
    await keeping.store.load(texts[0], keep=False)
    await kept_on_disk(keeping, texts[0])
    keeping.store.set_policy(ON)
    loaded = await keeping.store.load(texts[0], keep=True)
    assert keeping.store.get(texts[0]) is loaded
    assert keeping.store.stats.used_bytes == loaded.bytes
    keeping.store.set_policy(replace(ON, budget=loaded.bytes - 1))
    assert keeping.store.stats.entries == 0
    with pytest.raises(NotEnoughMemory):
        await keeping.store.load(texts[0], keep=True)


async def test_what_can_be_read_in_place_is_not_kept_on_disk(keeping, paths):
    await keeping.store.load(paths[0], keep=False)
    assert not keeping.store._writing
    assert keeping.kept.sizes() == []


async def test_events_of_another_loader_are_not_taken(keeping, texts, tmp_path):
    packed = write_ecf(tmp_path / "a.h5")
    await keeping.store.load(packed, keep=False)
    await kept_on_disk(keeping, packed, "evlib")
    await keeping.store.load(packed, keep=False)
    assert keeping.loader.begun.qsize() == 1


async def test_a_disk_without_room_is_told_and_the_recording_is_there(keeping, texts):
    keeping.kept.budget = 10
    heard = asyncio.Event()
    keeping.store.subscribe(lambda said: heard.set() if isinstance(said, NotKept) else None)
    assert await keeping.store.load(texts[0], keep=False)
    async with asyncio.timeout(10):
        await heard.wait()
    (told,) = [said for said in keeping.heard if isinstance(said, NotKept)]
    assert told.path == texts[0]
    assert "disk_budget" in told.why
