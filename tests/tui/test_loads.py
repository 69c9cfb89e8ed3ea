"""Loading through the app: what the panel says, what opens, what is freed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from evtui.errors import LoadFailed
from evtui.store.messages import LoadProgress, Stage
from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.status_line import StatusLine
from support.loads import HeldLoader, as_loaded, write_text

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
    loader.error = LoadFailed("the loading process was killed by SIGKILL", TEXT)
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


def facts(app: EvtuiApp) -> str:
    return str(app.browser.query_one("#preview-facts", Static).render())


DRONE = Path("recordings/deeper/drone.h5")
BYTES = {FAN: 3_000 * 13, DRONE: 900 * 13}


async def test_with_the_cache_on_the_facts_say_what_a_load_takes_and_drops(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, DRONE)
        assert "load" not in facts(app)
        app.post_message(ChangeSetting("cache_budget", BYTES[FAN]))
        await pilot.press("c")
        await until(pilot, lambda: "load     11.7 kB" in facts(app))
        await pilot.press("l")
        loader.let_go()
        await until(pilot, lambda: cached(app, DRONE) == "yes")
        assert "load " not in facts(app)
        await pilot.press("u")
        assert "load     11.7 kB" in facts(app)
        await pilot.press("l")
        loader.let_go()
        await until(pilot, lambda: cached(app, DRONE) == "yes")
        await highlight(app, pilot, until, FAN)
        await until(pilot, lambda: "load     39.0 kB, drops drone.h5" in facts(app))
        app.post_message(ChangeSetting("cache_largest", BYTES[FAN] - 1))
        await until(pilot, lambda: "load     no: 39.0 kB are more" in facts(app))


async def preloading(app: EvtuiApp, **changes: object) -> None:
    """Have the cursor's dataset preloaded when it rests, with other settings changed too."""
    for key, value in {**changes, "cache": True, "preload": True}.items():
        app.post_message(ChangeSetting(key, value))


async def test_preloading_drops_nothing(app: EvtuiApp, loader: HeldLoader, until: Until) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, DRONE)
        await preloading(app, cache_budget=BYTES[FAN])
        await loader.begun.get()
        loader.let_go()
        await until(pilot, lambda: cached(app, DRONE) == "yes")
        await highlight(app, pilot, until, FAN)
        app.browser.preload()
        assert not app.services.store.loads
        await pilot.press("l")
        assert (await loader.begun.get()).path == FAN
        assert cached(app, DRONE) == ""


async def test_what_cannot_be_preloaded_is_not_tried_every_second(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    loader.error = LoadFailed("the loader ended with exit code 1", FAN)
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await preloading(app)
        await loader.begun.get()
        loader.let_go()
        await until(pilot, lambda: "exit code 1; l tries again" in panel(app))
        assert said(app) == [], "nobody asked for it"
        app.browser.preload()
        assert not app.services.store.loads
        loader.error = None
        await pilot.press("l")
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")


async def test_a_preload_that_is_asked_for_meanwhile_goes_on(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await preloading(app)
        await loader.begun.get()
        await pilot.press("l", "k")
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")


async def test_capital_x_clears_the_queue_and_what_runs_goes_on(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
        for path in (TEXT, DRONE):
            await highlight(app, pilot, until, path)
            await pilot.press("l")
        await until(pilot, lambda: len(app.services.store.queue) == 2)
        await pilot.press("X")
        await until(pilot, lambda: list(app.services.store.loads) == [FAN])
        assert app.services.store.queue == []
        loader.let_go()
        await until(pilot, lambda: cached(app, FAN) == "yes")


async def test_more_loads_at_a_time_when_the_setting_says_so(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, FAN)
        await pilot.press("c", "l")
        await loader.begun.get()
        await highlight(app, pilot, until, TEXT)
        await pilot.press("l")
        await until(pilot, lambda: app.services.store.queue == [TEXT])
        app.post_message(ChangeSetting("loads_at_once", 2))
        assert (await loader.begun.get()).path == TEXT


async def test_what_was_decoded_once_opens_from_disk(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    kept = app.services.kept
    async with app.run_test() as pilot:
        await highlight(app, pilot, until, TEXT)
        await pilot.press("enter")
        await loader.begun.get()
        loader.let_go()
        await until(pilot, lambda: isinstance(app.screen, PlayerScreen))
        await until(pilot, lambda: kept.find(TEXT, "own") is not None)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BrowserScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.player.session is not None)
        assert "file" in str(app.player.query_one(StatusLine).render())
        assert loader.begun.empty(), "it was not decoded again"


async def test_a_disk_without_room_is_said(app: EvtuiApp, loader: HeldLoader, until: Until) -> None:
    app.services.kept.budget = 10
    async with app.run_test(size=(160, 40)) as pilot:
        await highlight(app, pilot, until, TEXT)
        await pilot.press("enter")
        loader.let_go()
        await until(pilot, lambda: "z.txt: not kept on disk: " in panel(app))


async def test_a_smaller_budget_on_disk_acts_at_once(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    kept = app.services.kept
    kept.keep(as_loaded(TEXT), "own")
    async with app.run_test() as pilot:
        app.post_message(ChangeSetting("disk_budget", 0))
        await until(pilot, lambda: kept.sizes() == [])
        assert not kept.on


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
