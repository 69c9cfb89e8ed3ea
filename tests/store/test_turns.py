"""Who goes next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evtui.store.turns import Turns

A, B, C, D = (Path(name) for name in "abcd")


class Rig:
    """Tasks that note when they have their turn, and keep it until they are told."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.began: list[Path] = []
        self.tasks: dict[Path, asyncio.Task[None]] = {}
        self._ends: dict[Path, asyncio.Event] = {}

    async def ask(self, *paths: Path) -> None:
        for path in paths:
            self._ends[path] = asyncio.Event()
            self.tasks[path] = asyncio.create_task(self._go(path))
        await settled()

    async def end(self, path: Path) -> None:
        self._ends[path].set()
        await self.tasks[path]
        await settled()

    async def cancel(self, path: Path) -> None:
        self.tasks[path].cancel()
        await settled()

    async def _go(self, path: Path) -> None:
        async with self.turns.turn(path):
            self.began.append(path)
            await self._ends[path].wait()


async def settled() -> None:
    """Let every task go as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def rig() -> Rig:
    return Rig(Turns())


async def test_one_at_a_time_in_the_order_they_asked(rig):
    await rig.ask(A, B, C)
    assert (rig.began, rig.turns.waiting) == ([A], [B, C])
    await rig.end(A)
    assert (rig.began, rig.turns.waiting) == ([A, B], [C])


async def test_one_that_is_promoted_goes_next(rig):
    await rig.ask(A, B, C)
    rig.turns.promote(C)
    rig.turns.promote(D)  # does not wait: nothing changes
    assert rig.turns.waiting == [C, B]
    await rig.end(A)
    assert rig.began == [A, C]


async def test_more_at_once(rig):
    await rig.ask(A, B, C, D)
    rig.turns.at_once = 3
    await settled()
    assert rig.began == [A, B, C]
    rig.turns.at_once = 1
    await rig.end(A)
    await rig.end(B)
    assert rig.began == [A, B, C]
    await rig.end(C)
    assert rig.began == [A, B, C, D]


async def test_one_that_gives_up_waiting_is_passed_over(rig):
    await rig.ask(A, B, C)
    await rig.cancel(B)
    await rig.end(A)
    assert rig.began == [A, C]


async def test_one_that_is_cancelled_in_its_turn_lets_the_next_one_go(rig):
    await rig.ask(A, B)
    await rig.cancel(A)
    assert rig.began == [A, B]


async def test_one_that_gives_up_in_the_moment_it_is_called_lets_the_next_one_go(rig):
    await rig.ask(A, B, C)
    rig._ends[A].set()
    await asyncio.sleep(0)  # A wakes, and has called B, which has not heard yet
    rig.tasks[B].cancel()
    await settled()
    assert (rig.began, rig.turns.waiting) == ([A, C], [])
