"""Loading through the app: what the panel says, what opens, what is freed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from evtui.errors import LoadFailed
from evtui.store.messages import LoadProgress, Stage
from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.status_line import StatusLine
from support.loads import HeldLoader, write_text

Until = Any

FAN = Path("recordings/fan.h5")
TEXT = Path("recordings/z.txt")


@pytest.fixture(autouse=True)
def text_file(folder: Path) -> None:
    """A recording that plays only after it was loaded; the last in the table."""
    write_text(folder / "z.txt")


def panel(app: EvtuiApp) -> str:
    return str(app.browser.query_one(LoadingPanel).render())


def cached(app: EvtuiApp, path: Path) -> str:
    row = app.browser.row(path)
    assert row is not None
    return row.cached


def said(app: EvtuiApp) -> list[str]:
    return [note.message for note in app._notifications]


async def highlight(app: EvtuiApp, pilot: Pilot[Any], until: Until, path: Path) -> None:
    """Wait for the table to be complete and put the cursor on a dataset."""
    table = app.browser.query_one(DatasetTable)
    await until(
        pilot,
        lambda: len(table.paths) == 4 and all(table.row(path).summary for path in table.paths),
    )
    table.move_cursor(row=table.get_row_index(str(path)))
    await until(pilot, lambda: table.current is not None and table.current.dataset.path == path)


async def test_l_loads_into_the_cache_and_u_frees(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
        await until(pilot, lambda: "reading" in panel(app))
        assert "50%" in panel(app)
        assert cached(app, FAN) == "…"
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")
        assert app.services.store.stats.used_bytes == 3_000 * 13
        assert "fan.h5" not in panel(app)
        await pilot.press("u")
        assert app.services.store.stats.used_bytes == 0
        assert cached(app, FAN) == ""


async def test_p_pins_what_is_in_memory(app: EvtuiApp, loader: HeldLoader, until: Until) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("p")
        assert said(app) == ["only what is in memory can be pinned; l loads it"]
        await pilot.press("c", "l")
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")
        await pilot.press("p")
        assert cached(app, FAN) == "pinned"
        assert [entry.pinned for entry in app.services.store.held] == [True]
        await pilot.press("p")
        assert cached(app, FAN) == "yes"


async def test_n_has_a_load_that_waits_go_next(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        drone = Path("recordings/deeper/drone.h5")
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
        for path in (TEXT, drone):
            await highlight(app, pilot, until, path)
            await pilot.press("l")
            await until(pilot, lambda path=path: path in app.services.store.queue)
            assert cached(app, path) == "queued"
        await pilot.press("n")
        assert app.services.store.queue == [drone, TEXT]
        for _ in range(3):
            loader.let_go()
        await until(pilot, lambda: not app.services.store.loads)


async def test_memory_that_runs_short_is_given_back_while_the_program_runs(
    app: EvtuiApp, loader: HeldLoader, memory, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")
        memory.available = 1_000_000_000
        await until(pilot, lambda: cached(app, FAN) == "")
        assert app.services.store.stats.evictions == 1


async def test_l_with_the_cache_off_says_so(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("l")
        assert said(app) == ["the cache is off; press c to turn it on"]


async def test_turning_the_cache_off_frees_it(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")
        await pilot.press("c")
        assert app.services.store.stats.used_bytes == 0
        assert cached(app, FAN) == ""


async def test_x_cancels(app: EvtuiApp, loader: HeldLoader, until: Until) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
        await pilot.press("x")
        await until(pilot, lambda: "fan.h5: cancelled" in panel(app))
        assert cached(app, FAN) == ""


async def test_what_cannot_seek_loads_and_then_opens(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, TEXT)
        await pilot.press("enter")
        await loader.begun.get()
        assert isinstance(app.screen, BrowserScreen)
        loader.let_go()
        await until(pilot, lambda: isinstance(app.screen, PlayerScreen))
        await until(pilot, lambda: "memory" in str(app.player.query_one(StatusLine).render()))
        await pilot.press("escape")
        assert app.services.store.stats.entries == 0, "the cache is off: nothing is kept"


async def test_escape_gives_up_opening_what_loads(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, TEXT)
        await pilot.press("enter")
        await loader.begun.get()
        await pilot.press("escape")
        await until(pilot, lambda: "z.txt: cancelled" in panel(app))
        assert not app.services.store.loads


async def test_a_load_that_fails_is_a_message(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    loader.error = LoadFailed("z.txt: the loading process was killed by SIGKILL")
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, TEXT)
        await pilot.press("enter")
        loader.let_go()
        await until(pilot, lambda: bool(said(app)))
        assert "killed by SIGKILL" in said(app)[0]
        assert "killed by SIGKILL" in panel(app)
        assert isinstance(app.screen, BrowserScreen)


async def test_with_the_cache_on_playing_goes_on_from_memory(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "enter")
        await until(pilot, lambda: app.player.session is not None)
        status = app.player.query_one(StatusLine)
        assert "file" in str(status.render())
        assert app.player.session is not None
        app.player.session.transport.playing = False
        await pilot.press("3")
        loader.let_go()
        await until(pilot, lambda: "memory" in str(status.render()))
        assert app.player.session.transport.position_us == 117_000
        assert not app.services.store.unload(FAN), "what plays is not freed"
        await pilot.press("escape", "enter")
        await until(pilot, lambda: app.player.session is not None)
        assert "memory" in str(status.render())
        assert app.services.store.stats.hits == 1


async def test_the_highlighted_dataset_is_preloaded_when_idle(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        app.post_message(ChangeSetting("cache", True))
        app.post_message(ChangeSetting("preload", True))
        plan = await loader.begun.get()
        assert plan.path == FAN
        await pilot.press("k")
        await until(pilot, lambda: not app.services.store.loads)
        assert cached(app, FAN) == ""


async def test_what_waits_is_left_out_of_the_panel_first(app: EvtuiApp) -> None:
    async with app.run_test(size=(80, 24)):
        loads = [LoadProgress(Path(f"{number}.h5"), "own", Stage.QUEUED) for number in range(9)]
        loads.insert(5, LoadProgress(FAN, "own", Stage.READING))
        app.browser.query_one(LoadingPanel).show(loads)
        shown = [line.split()[1] for line in panel(app).splitlines()]
        assert shown == ["fan.h5", "0.h5", "1.h5"]


async def test_quitting_while_something_loads_is_quiet(
    app: EvtuiApp, loader: HeldLoader, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
    assert not app.services.store.loads
    assert caplog.records == []
