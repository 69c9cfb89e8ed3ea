"""The gauge: what its lines say where, and that it is drawn only when that changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from evtui.store.loader import Decoded, ProgressListener
from evtui.store.memory import held_by
from evtui.store.messages import CacheStats, LoadProgress, Stage
from evtui.store.plan import Plan
from evtui.store.policy import MemoryReading
from evtui.store.watch import Rate
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.gauge import Gauge
from support.loads import HeldLoader

Until = Any

NARROW, WIDE = 36, 78
"""Its cells in a browser of 80 and of 200 columns."""

GB = 10**9
IDLE = MemoryReading(available=16 * GB, process=337_000_000)
LOADING = MemoryReading(available=99_700_000_000, process=3_370_000_000, children=1_200_000_000)
OFF = CacheStats(False, 0, 8 * GB, 0, hits=0, misses=0, evictions=0)
SOME = CacheStats(True, 2_100_000_000, 8 * GB, 3, hits=12, misses=4, evictions=0)
MANY = CacheStats(True, 7_990_000_000, 8 * GB, 24, hits=3_400, misses=450, evictions=12)
RUNNING, ENDED = Rate(450e6, running=True), Rate(4_500_000.0, running=False)


class Alone(App[None]):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gauge = Gauge()
        self.gauge.styles.width = width
        self.gauge.styles.height = 3

    def compose(self) -> ComposeResult:
        yield self.gauge


@pytest.mark.parametrize(
    ("width", "memory", "cache", "rate", "lines"),
    [
        (
            NARROW,
            IDLE,
            OFF,
            None,
            ["memory 337 MB, machine 16 GB free", "cache off  c turns it on"],
        ),
        (
            NARROW,
            LOADING,
            SOME,
            RUNNING,
            [
                "3.4 GB, loaders 1.2 GB, 100 GB free",
                "cache █░░░ 2.1 GB of 8.0 GB 450 MB/s",
                "3 in, 12 hits, 4 misses",
            ],
        ),
        (
            NARROW,
            IDLE,
            MANY,
            ENDED,
            [
                "memory 337 MB, machine 16 GB free",
                "cache ████ 8.0 GB of 8.0 GB 4.5 MB/s",
                "24 in, 3,400 hit, 450 miss, 12 out",
            ],
        ),
        (
            WIDE,
            LOADING,
            SOME,
            RUNNING,
            [
                "memory 3.37 GB, loaders 1.20 GB, machine 99.7 GB free",
                "cache ██████▉░░░░░░░░░░░░░░░░░░░ 2.10 GB of 8.00 GB, loading 450 MB/s",
                "3 in, 12 hits, 4 misses",
            ],
        ),
        (
            WIDE,
            IDLE,
            OFF,
            ENDED,
            [
                "memory 337 MB, machine 16.0 GB free",
                "cache off  c turns it on, last load 4.50 MB/s",
            ],
        ),
    ],
)
async def test_it_says_all_that_there_is_room_for(
    width: int, memory: MemoryReading, cache: CacheStats, rate: Rate | None, lines: list[str]
) -> None:
    app = Alone(width)
    async with app.run_test(size=(80, 24)):
        app.gauge.show(memory, cache, rate)
        assert str(app.gauge.render()).splitlines() == lines
        assert max(map(len, lines)) <= width


async def test_it_is_drawn_only_when_what_it_shows_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Alone(WIDE)
    async with app.run_test(size=(80, 24)):
        drawn: list[object] = []
        monkeypatch.setattr(app.gauge, "refresh", lambda: drawn.append(app.gauge.render()))
        app.gauge.show(IDLE, SOME, ENDED)
        assert len(drawn) == 1
        app.gauge.show(IDLE, SOME, ENDED)
        unseen = MemoryReading(IDLE.available + 1_000, IDLE.process - 1_000)
        app.gauge.show(unseen, SOME, Rate(ENDED.bytes_per_s + 1, running=False))
        assert len(drawn) == 1
        app.gauge.show(IDLE, SOME, RUNNING)
        app.gauge.show(IDLE, MANY, RUNNING)
        app.gauge.show(LOADING, MANY, RUNNING)
        assert len(drawn) == 4


@pytest.mark.parametrize(("columns", "width"), [(80, NARROW), (200, WIDE)])
async def test_these_are_its_widths(app: EvtuiApp, columns: int, width: int) -> None:
    async with app.run_test(size=(columns, 24)):
        gauge = app.browser.query_one(Gauge)
        assert (gauge.size.width, gauge.size.height) == (width, 3)


class Measured(HeldLoader):
    """Stands in for the loading process by this one, and says how fast it reads."""

    async def __call__(
        self,
        plan: Plan,
        memory_limit: int | None,
        throughput: float | None,
        on_progress: ProgressListener,
    ) -> Decoded:
        def tell(told: LoadProgress) -> None:
            on_progress(
                LoadProgress(
                    told.path, "own", Stage.READING, 0.5, bytes_per_s=450e6, pid=os.getpid()
                )
            )

        return await super().__call__(plan, memory_limit, throughput, tell)


@pytest.fixture
def loader() -> HeldLoader:
    return Measured()


async def test_a_load_shows_its_process_and_its_rate(
    app: EvtuiApp, services: Services, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(200, 24)) as pilot:
        await begin_load(app, pilot, until)
        gauge = app.browser.query_one(Gauge)
        await until(pilot, lambda: "loading 450 MB/s" in str(gauge.render()))
        await until(pilot, lambda: "loaders" in str(gauge.render()))
        last = services.history.last
        assert last is not None
        assert last.loads == 1
        assert last.process > 100_000_000 + held_by([os.getpid()]) // 2
        loader.let_go()
        await until(pilot, lambda: "last load" in str(gauge.render()))
        await until(pilot, lambda: "loaders" not in str(gauge.render()))


async def begin_load(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> None:
    table = app.browser.query_one(DatasetTable)
    path = Path("recordings/fan.h5")
    await until(pilot, lambda: table.row(path) is not None and len(table.paths) == 3)
    table.move_cursor(row=table.get_row_index(str(path)))
    await until(pilot, lambda: table.current is not None and table.current.dataset.path == path)
    await pilot.press("c", "l")


async def test_the_history_is_fed_while_something_plays(
    app: EvtuiApp, services: Services, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.browser.query_one(DatasetTable)
        await until(
            pilot, lambda: len(table.paths) == 3 and all(table.row(p).summary for p in table.paths)
        )
        await pilot.press("G", "enter")
        await until(pilot, lambda: app.screen is app.player)
        before = len(services.history)
        await until(pilot, lambda: len(services.history) > before)
