"""Run by ``make wheel-check`` in an environment that holds only the wheel: does the app start?"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import evtui
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services, policy_of
from evtui.tui.styles import style_sheets


async def start() -> None:
    """Start the app on an empty folder, open the help and quit."""
    settings = Settings()
    services = Services(
        settings, Catalogue(None), Store(policy_of(settings), "auto", read_memory), read_memory
    )
    with tempfile.TemporaryDirectory() as folder:
        app = EvtuiApp([Path(folder)], services)
        async with app.run_test() as pilot:
            await pilot.press("question_mark", "escape", "q")
    assert app.return_code == 0


package = Path(evtui.__file__).parent
assert "site-packages" in package.parts, package
assert (package / "py.typed").is_file()
names = sorted(Path(sheet).name for sheet in style_sheets())
assert all(Path(sheet).is_relative_to(package) for sheet in style_sheets()), names
assert "browser.tcss" in names
asyncio.run(start())
print(f"installed evtui {evtui.__version__} starts, with {', '.join(names)}", flush=True)
# As the program itself ends: its thread of imports may hold a lock the interpreter waits for.
os._exit(0)
