"""Make the README's pictures: the program itself, run without a screen on the demo recordings.

Run it as ``make picture``.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from evtui import paths
from evtui.demo.make import make_demo
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services, policy_of
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView

FOLDER = Path(__file__).parent.resolve()
SIZE = (120, 34)


async def shoot(folder: Path, config: Path) -> None:
    """The browser on the fan, then the player in the middle of it."""
    settings = Settings()
    store = Store(policy_of(settings), settings.loader, read_memory)
    app = EvtuiApp(
        [folder], Services(settings, Catalogue(None), store, read_memory, config_file=config)
    )
    async with app.run_test(size=SIZE) as pilot:
        table = app.browser.query_one(DatasetTable)
        preview = app.browser.query_one("#preview-view", EventView)
        fan = folder / "fan.h5"
        await until(pilot, lambda: all(table.row(path).summary for path in table.paths))
        table.move_cursor(row=table.get_row_index(str(fan)))
        await until(pilot, lambda: table.current.dataset.path == fan)
        await until(pilot, lambda: preview.cells is not None)
        app.save_screenshot("browser.svg", str(FOLDER))
        await pilot.press("enter")
        await until(pilot, lambda: app.player.session is not None)
        app.player.session.transport.playing = False
        await pilot.press("5", "minus", "minus")
        view = app.player.query_one(EventView)
        await until(pilot, lambda: view.events.t[0] >= app.player.session.transport.position_us)
        await pilot.pause(0.5)
        app.save_screenshot("player.svg", str(FOLDER))
        await pilot.press(*"vvvv", "equals_sign", "R", "f", "F", "F")
        await until(pilot, lambda: app.player.frequency is not None)
        await pilot.pause(0.5)
        app.save_screenshot("surface.svg", str(FOLDER))


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    """Let the program run until something is true."""
    while not ready():
        await pilot.pause(0.05)


def main() -> None:
    folder = paths.demo_folder()
    make_demo(folder, lambda _name, _share: None)
    with tempfile.TemporaryDirectory() as home:
        os.chdir(folder.parent)  # the pictures name the folder, not where this machine has it
        asyncio.run(shoot(Path(folder.name), Path(home) / "config.toml"))


if __name__ == "__main__":
    main()
