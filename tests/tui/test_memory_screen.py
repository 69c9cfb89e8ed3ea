"""The memory screen: what it shows, that it follows, and its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from textual.pilot import Pilot
from textual.widgets import Static

from evtui.store.entries import Entry
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.memory import MemoryScreen
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.history_plot import HistoryPlot
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.memory_table import MemoryTable, ago
from support.loads import HeldLoader

Until = Any

FAN = Path("recordings/fan.h5")
DRONE = Path("recordings/deeper/drone.h5")


async def open_screen(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> MemoryTable:
    """Turn the cache on and open the screen, once the browser's table is complete."""
    table = app.browser.query_one(DatasetTable)
    await until(
        pilot, lambda: len(table.paths) == 3 and all(table.row(p).summary for p in table.paths)
    )
    await pilot.press("c", "m")
    await until(pilot, lambda: isinstance(app.screen, MemoryScreen))
    return app.screen.query_one(MemoryTable)


async def load(app: EvtuiApp, loader: HeldLoader, path: Path) -> None:
    loader.let_go()
    await app.services.store.load(path, keep=True)


def rows(table: MemoryTable) -> list[list[str]]:
    """The text of every cell, and of the first only the file's name."""
    read = [[str(cell).strip() for cell in table.get_row_at(at)] for at in range(table.row_count)]
    return [[name.split("  ")[0], *rest] for name, *rest in read]


def totals(app: EvtuiApp) -> str:
    return str(app.screen.query_one("#memory-totals", Static).render())


async def test_a_row_comes_for_what_is_loaded_while_it_is_open(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = await open_screen(app, pilot, until)
        assert rows(table) == []
        await load(app, loader, FAN)
        await until(pilot, lambda: table.row_count == 1)
        name, events, memory, load_time, last_use, hits, pinned = rows(table)[0]
        assert (name, events, memory) == ("fan.h5", "3,000", "39.0 kB")
        assert (load_time, last_use, hits, pinned) == ("2.00 s", "0 s ago", "0", "")
        assert "1 in memory, 39.0 kB of 8.00 GB" in totals(app)
        app.services.store.get(FAN)
        app.services.store.get(DRONE)
        app.services.store.playing(FAN, True)
        await until(pilot, lambda: rows(table)[0][4:6] == ["playing", "1"])
        assert "1 hit, 1 miss, hit rate 50%, 0 dropped" in totals(app)


async def test_only_cells_that_changed_are_drawn_anew(
    app: EvtuiApp, loader: HeldLoader, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = await open_screen(app, pilot, until)
        entry = Entry(FAN, 3_000, 39_000, 2.0, idle_s=5.0, uses=0, playing=True, pinned=False)
        table.show([entry])
        drawn: list[str] = []
        monkeypatch.setattr(
            table, "update_cell", lambda row, column, cell, **_: drawn.append(str(cell).strip())
        )
        monkeypatch.setattr(app.screen, "show", lambda: None)
        table.show([entry])
        assert drawn == []
        table.show([Entry(FAN, 3_000, 39_000, 2.0, idle_s=9.0, uses=3, playing=True, pinned=True)])
        assert drawn == ["3", "pinned"]


async def test_u_frees_and_p_pins_the_highlighted(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = await open_screen(app, pilot, until)
        store = app.services.store
        for path in (FAN, DRONE):
            await load(app, loader, path)
        await until(pilot, lambda: table.row_count == 2)
        await pilot.press("j", "p")
        assert [entry.pinned for entry in store.entries] == [False, True]
        assert [row[-1] for row in rows(table)] == ["", "pinned"]
        await pilot.press("p", "k", "u")
        assert [entry.pinned for entry in store.entries] == [False]
        assert [row[0] for row in rows(table)] == ["drone.h5"]
        store.playing(DRONE, True)
        await until(pilot, lambda: rows(table)[0][4] == "playing")
        await pilot.press("u")
        assert [entry.path for entry in store.held] == [DRONE]
        assert [note.message for note in app._notifications] == ["drone.h5 is playing"]
        store.playing(DRONE, False)
        await pilot.press("u", "u", "p")
        assert rows(table) == []


async def test_loads_are_shown_what_runs_first_and_x_cancels_them(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(app, pilot, until)
        app.browser._load(FAN, then_open=False)
        await loader.begun.get()
        app.browser._load(DRONE, then_open=False)
        await until(pilot, lambda: app.services.store.queue == [DRONE])
        panel = app.screen.query_one(LoadingPanel)
        await until(pilot, lambda: "queued" in str(panel.render()))
        shown = str(panel.render()).splitlines()
        assert ["fan.h5 reading" in shown[0], "drone.h5 queued" in shown[1]] == [True, True]
        await until(pilot, lambda: "1 loading, 1 waiting" in totals(app))
        await pilot.click(LoadingPanel, offset=(1, 1))
        await until(pilot, lambda: list(app.services.store.loads) == [FAN])
        await pilot.press("x")
        await until(pilot, lambda: not app.services.store.loads)
        await until(pilot, lambda: str(panel.render()) == "nothing loads")


async def test_c_turns_the_cache_off_and_the_screen_says_so(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = await open_screen(app, pilot, until)
        await load(app, loader, FAN)
        await until(pilot, lambda: table.row_count == 1)
        await pilot.press("c")
        await until(pilot, lambda: table.row_count == 0)
        assert "the cache is off; c turns it on" in totals(app)


@pytest.mark.parametrize("key", ["escape", "m", "q"])
async def test_it_closes(app: EvtuiApp, key: str, until: Until) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(app, pilot, until)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, BrowserScreen))


async def test_rows_stay_when_the_terminal_changes_its_size(
    app: EvtuiApp, loader: HeldLoader, until: Until
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        table = await open_screen(app, pilot, until)
        await load(app, loader, FAN)
        await until(pilot, lambda: table.row_count == 1)
        before = rows(table)
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: table.size.width > 100 and table.row_count == 1)
        assert rows(table)[0][:4] == before[0][:4]


async def test_names_are_data(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(140, 40)) as pilot:
        table = await open_screen(app, pilot, until)
        app.screen.show = lambda: None  # type: ignore[method-assign]
        path = Path("[red]a\x1b[31m/[b]x\x1b.h5")
        table.show([Entry(path, 1, 13, 0.1, idle_s=0.0, uses=0, playing=False, pinned=False)])
        name = table.get_row_at(0)[0]
        assert isinstance(name, Text)
        assert str(name) == "[b]x�.h5  [red]a�[31m"


async def test_the_plot_goes_on_while_it_is_open(app: EvtuiApp, memory: Any, until: Until) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(app, pilot, until)
        plot = app.screen.query_one(HistoryPlot)
        assert "most  16.0 GB" in str(plot.render())
        memory.available = 12_000_000_000
        await until(pilot, lambda: "least 12.0 GB" in str(plot.render()))
        assert "free" in str(plot.render())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (90_000, "25 h ago"),
    ],
)
def test_times_since_are_short(seconds: float, shown: str) -> None:
    assert ago(seconds) == shown
