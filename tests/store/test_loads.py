"""Who waits for a load, who goes next, and how a load ends."""

import asyncio
from pathlib import Path

import pytest

from evtui.errors import CannotRead, LoadCancelled, LoadFailed, NotEnoughMemory
from evtui.store.loader import Decoded
from evtui.store.messages import Stage
from evtui.store.policy import MemoryReading
from support.store_rig import GB, ON


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
    rig.loader.error = LoadFailed("the loader was ended by SIGSEGV", Path("0.h5"))
    task = rig.begin(paths[0])
    await rig.begun()
    rig.loader.let_go()
    with pytest.raises(LoadFailed, match="SIGSEGV"):
        await task
    failed = rig.last(paths[0])
    assert (failed.stage, failed.error) == (Stage.FAILED, "the loader was ended by SIGSEGV")
    rig.loader.error = None
    rig.loader.let_go()
    assert await rig.store.load(paths[0], keep=False)


async def test_a_file_that_cannot_be_read_is_a_failed_load(rig, tmp_path):
    with pytest.raises(CannotRead):
        await rig.store.load(tmp_path / "absent.h5", keep=True)
    assert rig.last(tmp_path / "absent.h5").stage is Stage.FAILED


async def test_closing_ends_every_load(rig, paths):
    tasks = [rig.begin(path) for path in paths]
    await rig.begun()
    await rig.store.close()
    for task in tasks:
        with pytest.raises(LoadCancelled):
            await task
    assert rig.store.loads == {}


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


async def test_loads_asked_for_at_once_go_in_that_order_whatever_their_plans_take(rig, paths):
    first = rig.begin(paths[0], keep=False)
    await rig.begun()
    loads = [rig.begin(path, keep=False) for path in reversed(paths[1:])]
    await asyncio.sleep(0)
    assert rig.store.queue == paths[:0:-1]
    for path in paths[1:]:
        await rig.queued(path)
    for _ in paths:
        rig.loader.let_go()
    await asyncio.gather(first, *loads)
    assert [await rig.begun() for _ in paths[1:]] == paths[:0:-1]


async def test_a_machine_that_runs_short_ends_the_load_that_began_last(rig, paths):
    rig.store.set_policy(ON)
    rig.store.set_loads_at_once(2)
    loads = []
    for path in paths[:2]:
        loads.append(rig.begin(path))
        assert await rig.begun() == path
    waiting = rig.begin(paths[2], keep=False)
    await rig.queued(paths[2])
    rig.store.answer(MemoryReading(available=8 * GB - 1, process=0))
    with pytest.raises(NotEnoughMemory, match=r"given up, for memory ran short: 8\.00 GB are"):
        await loads[1]
    last = rig.last(paths[1])
    assert last.stage is Stage.FAILED
    assert "cache_floor" in (last.error or "")
    for _ in range(2):
        rig.loader.let_go()
    assert await loads[0]
    assert await waiting


async def test_a_machine_that_runs_short_drops_what_is_held_before_it_ends_a_load(rig, paths):
    rig.store.set_policy(ON)
    held = rig.begin(paths[0])
    await rig.begun()
    rig.loader.let_go()
    await held
    load = rig.begin(paths[1])
    await rig.begun()
    short = MemoryReading(available=8 * GB - 1, process=0)
    rig.store.answer(short)
    assert rig.cached == []
    rig.loader.let_go()
    assert await load
    assert rig.cached == [paths[1]]


async def test_a_load_that_the_cache_has_no_part_in_is_not_ended_for_its_floor(rig, paths):
    rig.store.set_policy(ON)
    load = rig.begin(paths[0], keep=False)
    await rig.begun()
    rig.store.answer(MemoryReading(available=1, process=0))
    rig.loader.let_go()
    assert await load


class SlowToEnd:
    """Stands in for a loading process that takes a moment to be gone."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ending = asyncio.Event()
        self.end = asyncio.Event()
        self.gone = 0

    async def __call__(self, *_: object) -> Decoded:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ending.set()
            await self.end.wait()
            self.gone += 1
        raise AssertionError("nobody lets it go")


async def test_a_load_that_is_cancelled_twice_is_still_waited_for(rig, paths):
    rig.store._decode = process = SlowToEnd()
    load = rig.begin(paths[0])
    await process.begun.wait()
    rig.store.cancel(paths[0])
    await process.ending.wait()
    rig.store.cancel(paths[0])
    closing = asyncio.create_task(rig.store.close())
    await asyncio.sleep(0)
    process.end.set()
    await closing
    assert process.gone == 1
    with pytest.raises(LoadCancelled):
        await load


async def test_closing_ends_what_waited_to_begin_anew(rig, paths):
    rig.store._decode = process = SlowToEnd()
    first = rig.begin(paths[0])
    await process.begun.wait()
    rig.store.cancel(paths[0])
    again = rig.begin(paths[0])
    await process.ending.wait()
    closing = asyncio.create_task(rig.store.close())
    process.end.set()
    await closing
    assert rig.store.loads == {}
    done = await asyncio.gather(first, again, return_exceptions=True)
    assert [type(error) for error in done] == [LoadCancelled, LoadCancelled]
