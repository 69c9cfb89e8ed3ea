from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.settings import SettingsScreen

Until = Any


def saved(app: EvtuiApp) -> dict[str, object]:
    file = app.services.config_file
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def test_a_change_acts_and_is_saved_at_once(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await pilot.press("comma", "right")
        assert isinstance(app.screen, SettingsScreen)
        assert app.services.store.stats.on
        await until(pilot, lambda: saved(app) == {"cache": True})
        await pilot.press("left")
        assert not app.services.store.stats.on
        await until(pilot, lambda: saved(app) == {"cache": False})
        await pilot.press("escape")
        assert isinstance(app.screen, BrowserScreen)


async def test_c_switches_the_cache(app: EvtuiApp) -> None:
    async with app.run_test() as pilot:
        await pilot.press("c")
        assert app.services.store.stats.on
        await pilot.press("c")
        assert not app.services.store.stats.on


async def test_the_theme_changes_at_once(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        app.post_message(ChangeSetting("theme", "nord"))
        await pilot.pause()
        assert app.theme == "nord"
        await until(pilot, lambda: saved(app) == {"theme": "nord"})


async def test_a_file_that_cannot_be_written_is_a_message(
    app: EvtuiApp, tmp_path: Path, until: Until
) -> None:
    (tmp_path / "no_folder").write_text("")
    app.services.config_file = tmp_path / "no_folder" / "config.toml"
    async with app.run_test() as pilot:
        await pilot.press("c")
        assert app.services.store.stats.on, "the setting acts for this run"
        await until(pilot, lambda: bool(app._notifications))
        (message,) = [note.message for note in app._notifications]
        assert "config.toml" in message


async def test_what_was_changed_last_is_saved_before_the_program_ends(app: EvtuiApp) -> None:
    async with app.run_test() as pilot:
        for theme in ("nord", "gruvbox", "tokyo-night"):
            app.post_message(ChangeSetting("theme", theme))
        app.post_message(ChangeSetting("fps", 60))
        await pilot.press("q")
    assert saved(app) == {"theme": "tokyo-night", "fps": 60}


async def test_too_little_memory_keeps_the_cache_off(app: EvtuiApp, memory: Any) -> None:
    memory.available = 1_000
    async with app.run_test() as pilot:
        await pilot.press("c")
        assert not app.services.settings.cache
        assert not app.services.store.stats.on
        (message,) = [note.message for note in app._notifications]
        assert "cache" in message
