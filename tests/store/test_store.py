import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from evtui.errors import CannotRead, LoadCancelled, LoadFailed, NotEnoughMemory
from evtui.store.messages import CacheStats, LoadProgress, Stage, StoreMessage
from evtui.store.policy import CachePolicy, MemoryReading
from evtui.store.progress import ThisRun
from evtui.store.store import Store
from support.loads import EVENT_BYTES, HeldLoader, Ticker, write_ecf
from support.small import write_h5

GB = 10**9
ON = CachePolicy(on=True, budget=250 * EVENT_BYTES, floor=8 * GB, largest=200 * EVENT_BYTES)
OFF = CachePolicy()


class Rig:
    """A store whose loads, memory and clock a test controls."""

    def __init__(self, *, held: bool = True) -> None:
        self.available = 16 * GB
        self.clock = Ticker()
        self.throughputs = ThisRun()
        self.loader = HeldLoader(held=held)
        self.heard: list[StoreMessage] = []
        self.store = Store(
            OFF,
            "auto",
            lambda: MemoryReading(self.available, process=GB),
            throughputs=self.throughputs,
            clock=self.clock,
            decode=self.loader,
        )
        self._news = asyncio.Event()
        self.store.subscribe(self._hear)

    def _hear(self, message: StoreMessage) -> None:
        self.heard.append(message)
        self._news.set()

    def begin(self, path: Path, *, keep: bool = True) -> asyncio.Task:
        return asyncio.create_task(self.store.load(path, keep=keep))

    async def begun(self) -> Path:
        """The next recording whose decoding begins."""
        async with asyncio.timeout(10):
            return (await self.loader.begun.get()).path

    async def queued(self, path: Path) -> None:
        """Wait until a load stands in the queue, with its plan made."""
        async with asyncio.timeout(10):
            while not (path in self.store.loads and self.store.loads[path].loader):
                self._news.clear()
                await self._news.wait()

    def stages(self, path: Path) -> list[Stage]:
        """The stages heard of a load, each once in a row."""
        heard = [
            message.stage
            for message in self.heard
            if isinstance(message, LoadProgress) and message.path == path
        ]
        return [
            stage
            for number, stage in enumerate(heard)
            if number == 0 or stage is not heard[number - 1]
        ]

    def last(self, path: Path) -> LoadProgress:
        return [
            message
            for message in self.heard
            if isinstance(message, LoadProgress) and message.path == path
        ][-1]


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.store.close()


@pytest_asyncio.fixture
async def quick() -> AsyncIterator[Rig]:
    """A rig whose loads end by themselves."""
    made = Rig(held=False)
    made.store.set_policy(ON)
    yield made
    await made.store.close()


@pytest.fixture
def paths(tmp_path) -> list[Path]:
    """Recordings of 100 events each."""
    return [write_h5(tmp_path / f"{number}.h5", count=100) for number in range(4)]


async def test_a_load_goes_through_its_stages_and_is_kept(quick, paths):
    loaded = await quick.store.load(paths[0], keep=True)
    assert quick.store.get(paths[0]) is loaded
    assert quick.stages(paths[0]) == [Stage.QUEUED, Stage.READING, Stage.DONE]
    done = quick.last(paths[0])
    assert (done.share, done.elapsed_s, done.error, done.loader) == (1.0, 2.0, None, "own")
    assert done.bytes_per_s == paths[0].stat().st_size / 2.0
    assert quick.store.loads == {}
    assert [entry.uses for entry in quick.store.entries] == [1]
    assert quick.store.cached_paths == [paths[0]]
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


async def test_one_load_runs_at_a_time_in_the_order_they_were_asked_for(rig, paths):
    tasks = []
    for path in paths[:3]:
        tasks.append(rig.begin(path))
        await rig.queued(path)
    for path in paths[:3]:
        assert await rig.begun() == path
        assert rig.loader.begun.empty()
        rig.loader.let_go()
    await asyncio.gather(*tasks)
    assert list(rig.store.loads) == []


async def test_two_who_want_one_recording_wait_for_one_load(rig, paths):
    rig.store.set_policy(ON)
    first, second = rig.begin(paths[0], keep=False), rig.begin(paths[0], keep=True)
    await rig.begun()
    rig.loader.let_go()
    assert await first is await second
    assert rig.loader.begun.empty()
    assert rig.store.peek(paths[0]) is not None


async def test_a_cancelled_load_is_told_to_all_who_wait(rig, paths):
    tasks = [rig.begin(paths[0]), rig.begin(paths[0])]
    await rig.begun()
    rig.store.cancel(paths[0])
    for task in tasks:
        with pytest.raises(LoadCancelled, match=r"0\.h5"):
            await task
    assert rig.stages(paths[0])[-1] is Stage.CANCELLED
    assert rig.store.loads == {}


async def test_a_load_that_is_cancelled_before_it_began_is_told_as_well(rig, paths):
    task = rig.begin(paths[0])
    await asyncio.sleep(0)
    rig.store.cancel(paths[0])
    with pytest.raises(LoadCancelled):
        await task
    assert rig.stages(paths[0]) == [Stage.QUEUED, Stage.CANCELLED]


async def test_a_queued_load_that_is_cancelled_lets_the_next_one_on(rig, paths):
    tasks = [rig.begin(path) for path in paths[:3]]
    for path in paths[:3]:
        await rig.queued(path)
    first = await rig.begun()
    waiting = [path for path in paths[:3] if path != first]
    rig.store.cancel(waiting[0])
    rig.loader.let_go()
    assert await rig.begun() == waiting[1]
    rig.loader.let_go()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) is LoadCancelled for result in results] == [
        path == waiting[0] for path in paths[:3]
    ]


async def test_a_load_nobody_waits_for_any_more_is_cancelled(rig, paths):
    tasks = [rig.begin(paths[0]), rig.begin(paths[0])]
    await rig.begun()
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert paths[0] in rig.store.loads
    tasks[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    again = rig.begin(paths[0])
    await rig.begun()
    rig.loader.let_go()
    assert (await again).recording.info.events == 100
    assert rig.stages(paths[0])[-4:] == [
        Stage.CANCELLED,
        Stage.QUEUED,
        Stage.READING,
        Stage.DONE,
    ]


async def test_a_failed_load_is_told_with_its_reason_and_the_next_one_runs(rig, paths):
    rig.loader.error = LoadFailed("0.h5: the loader was ended by SIGSEGV")
    task = rig.begin(paths[0])
    await rig.begun()
    rig.loader.let_go()
    with pytest.raises(LoadFailed, match="SIGSEGV"):
        await task
    failed = rig.last(paths[0])
    assert (failed.stage, failed.error) == (Stage.FAILED, str(rig.loader.error))
    rig.loader.error = None
    rig.loader.let_go()
    assert await rig.store.load(paths[0], keep=False)


async def test_a_file_that_cannot_be_read_is_a_failed_load(rig, tmp_path):
    with pytest.raises(CannotRead):
        await rig.store.load(tmp_path / "absent.h5", keep=True)
    assert rig.last(tmp_path / "absent.h5").stage is Stage.FAILED


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
    assert rig.store.cached_paths == [first]


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
        held_while_loading.append(rig.store.cached_paths)
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
    assert quick.store.cached_paths == [paths[0], paths[2]]
    quick.store.set_policy(OFF)
    assert quick.store.cached_paths == [paths[0]]
    quick.store.playing(paths[0], False)
    assert quick.store.cached_paths == []


async def test_a_recording_larger_than_was_thought_is_handed_over_but_not_kept(quick, paths):
    quick.loader.events = 300
    loaded = await quick.store.load(paths[0], keep=True)
    assert loaded.recording.info.events == 300
    assert quick.store.peek(paths[0]) is None
    done = quick.last(paths[0])
    assert done.stage is Stage.DONE
    assert done.error is not None
    assert "loaded, but not kept: 3.90 kB are more than" in done.error


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


async def test_the_loader_is_the_one_that_was_chosen(quick, paths, tmp_path):
    packed = write_ecf(tmp_path / "a.h5")
    quick.store.loader = "evlib"
    await quick.store.load(paths[0], keep=False)
    quick.store.loader = "auto"
    await quick.store.load(paths[1], keep=False)
    await quick.store.load(packed, keep=False)
    chosen = [quick.loader.begun.get_nowait().loader for _ in range(3)]
    assert chosen == ["evlib", "own", "evlib"]


async def test_closing_ends_every_load(rig, paths):
    tasks = [rig.begin(path) for path in paths]
    await rig.begun()
    await rig.store.close()
    for task in tasks:
        with pytest.raises(LoadCancelled):
            await task
    assert rig.store.loads == {}


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


async def test_a_load_that_waits_can_go_before_the_others(rig, paths):
    loads = [rig.begin(paths[0], keep=False)]
    assert await rig.begun() == paths[0]
    for path in paths[1:]:
        loads.append(rig.begin(path, keep=False))
        await rig.queued(path)
    rig.store.load_next(paths[3])
    assert rig.store.queue == [paths[3], paths[1], paths[2]]
    assert list(rig.store.loads) == [paths[0], paths[3], paths[1], paths[2]]
    for _ in paths:
        rig.loader.let_go()
    await asyncio.gather(*loads)
    assert [await rig.begun() for _ in paths[1:]] == [paths[3], paths[1], paths[2]]


async def test_clearing_the_queue_lets_what_runs_go_on(rig, paths):
    loads = [rig.begin(paths[0], keep=False)]
    await rig.begun()
    for path in paths[1:3]:
        loads.append(rig.begin(path, keep=False))
        await rig.queued(path)
    rig.store.clear_queue()
    rig.loader.let_go()
    done = await asyncio.gather(*loads, return_exceptions=True)
    assert done[0].path == paths[0]
    assert all(isinstance(error, LoadCancelled) for error in done[1:])


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
    assert quick.store.cached_paths == [paths[0]]
    assert quick.heard == [quick.store.stats]
