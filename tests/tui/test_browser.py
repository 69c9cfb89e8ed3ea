from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Static

from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.details import DetailsScreen
from evtui.tui.screens.help import HelpScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.services import Services
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.loading_panel import LoadingPanel
from support.small import write_h5

Until = Any


def table(app: EvtuiApp) -> DatasetTable:
    return app.browser.query_one(DatasetTable)


def names(app: EvtuiApp) -> list[str]:
    shown = table(app)
    return [str(shown.get_row_at(index)[0]) for index in range(shown.row_count)]


def learned(app: EvtuiApp) -> bool:
    shown = [table(app).row(path) for path in table(app).paths]
    return len(shown) == 3 and all(row is not None and row.summary for row in shown)


async def test_lists_datasets_and_fills_in_their_facts(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: learned(app))
        assert names(app) == ["broken.h5", "drone.h5", "fan.h5"]
        fan = table(app).get_row("recordings/fan.h5")
        assert "3,000" in [str(cell) for cell in fan]
        assert "64×48" in [str(cell) for cell in fan]


async def test_j_k_g_and_capital_g_move(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        rows = []
        for key in ("j", "j", "k", "G", "g"):
            await pilot.press(key)
            rows.append(table(app).cursor_row)
        assert rows == [1, 2, 1, 2, 0]


async def test_the_filter_narrows_and_escape_clears(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        await pilot.press("slash", *"drone")
        await until(pilot, lambda: names(app) == ["drone.h5"])
        await pilot.press("enter")
        assert app.focused is table(app)
        assert isinstance(app.screen, BrowserScreen)
        await pilot.press("escape")
        await until(pilot, lambda: len(names(app)) == 3)
        assert not app.browser.query_one("#filter", Input).display


async def test_sorting_keeps_the_highlighted_dataset(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: learned(app))
        await pilot.press("G")
        await pilot.press("s", "S")
        assert names(app) == ["fan.h5", "drone.h5", "broken.h5"]
        current = table(app).current
        assert current is not None and current.dataset.name == "fan.h5"
        title = str(app.browser.query_one("#browser-title", Static).content)
        assert "sorted by name ↓" in title


async def test_the_preview_shows_the_highlighted_dataset(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        view = app.browser.query_one("#preview-view", EventView)
        assert view.events is None, "the first is broken"
        await pilot.press("G")
        await until(pilot, lambda: view.events is not None)
        assert "fan.h5" in str(app.browser.query_one("#preview-facts", Static).content)


async def test_enter_opens_and_escape_leads_back(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(app.screen, PlayerScreen))
        await pilot.press("escape")
        assert isinstance(app.screen, BrowserScreen)


async def test_a_broken_dataset_says_why_and_stays_in_the_browser(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        await pilot.press("g", "enter")
        await until(pilot, lambda: bool(app._notifications))
        assert isinstance(app.screen, BrowserScreen)
        (message,) = [note.message for note in app._notifications]
        assert message.startswith("broken.h5: ")
        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(app.screen, PlayerScreen))


async def test_rescan_notices_what_came_and_went(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        Path("recordings/broken.h5").unlink()
        write_h5(Path("recordings/new.h5"))
        await pilot.press("r")
        await until(pilot, lambda: sorted(names(app)) == ["drone.h5", "fan.h5", "new.h5"])


async def test_help_and_details_open_and_close(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        for key, screen in (
            ("question_mark", HelpScreen),
            ("f1", HelpScreen),
            ("i", DetailsScreen),
        ):
            await pilot.press(key)
            assert isinstance(app.screen, screen)
            await pilot.press("escape")
            assert isinstance(app.screen, BrowserScreen)


async def test_an_empty_folder_says_so(tmp_path: Path, services: Services, until: Until) -> None:
    app = EvtuiApp([tmp_path], services)
    async with app.run_test() as pilot:
        await until(
            pilot, lambda: "no recordings in" in str(app.browser.query_one(LoadingPanel).render())
        )
        await pilot.press("q")
    assert app.return_code == 0


async def test_one_file_opens_in_the_player(folder: Path, services: Services, until: Until) -> None:
    app = EvtuiApp([folder / "fan.h5"], services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, PlayerScreen))
        await pilot.press("escape")
        assert names(app) == ["fan.h5"]


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quits(app: EvtuiApp, until: Until, key: str) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: learned(app))
        await pilot.press(key)
    assert app.return_code == 0
