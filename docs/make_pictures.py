"""Makes the README's pictures: the program itself, run without a screen on the demo recordings.

    make picture
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from evtui import paths
from evtui.demo.make import make_demo
from evtui.settings import Settings
from evtui.timing import Log
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services

FOLDER = Path(__file__).parent


async def shoot() -> None:
    """Browse the demo recordings, then play the first."""
    folder = paths.demo_folder()
    make_demo(folder, lambda _name, _share: None)
    app = EvtuiApp([folder], Services.make(Settings(), Log()))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.browser.picture_shown)
        app.save_screenshot("browser.svg", str(FOLDER))
        await pilot.press("enter")
        await until(pilot, lambda: app.player.frame_shown)
        await pilot.press("5", "space")
        await pilot.pause(0.5)
        app.save_screenshot("player.svg", str(FOLDER))
        await pilot.press("escape")


async def until(pilot: object, ready: object) -> None:
    """Let the program run until something is true."""
    while not ready():
        await pilot.pause(0.05)


if __name__ == "__main__":
    asyncio.run(shoot())
