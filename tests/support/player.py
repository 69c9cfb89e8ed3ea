"""What tests of the player begin with and look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from evtui.playback.session import Session
from evtui.playback.transport import Transport
from evtui.tui.app import EvtuiApp
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.status_line import StatusLine

Until = Any


def session(app: EvtuiApp) -> Session:
    playing = app.player.session
    assert playing is not None
    return playing


def transport(app: EvtuiApp) -> Transport:
    return session(app).transport


def status(app: EvtuiApp) -> str:
    return app.player.query_one(StatusLine).render().plain


def hud(app: EvtuiApp) -> str:
    return str(app.player.hud.render())


def said(app: EvtuiApp) -> list[str]:
    """The toasts on the screen."""
    return [note.message for note in app._notifications]


def found(app: EvtuiApp) -> bool:
    return Path("recordings/fan.h5") in app.browser.query_one(DatasetTable).paths


async def play(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> None:
    """Open the fan, which plays, and pause it at the start."""
    await until(pilot, lambda: found(app))
    await pilot.press("G", "enter")
    await until(pilot, lambda: app.player.session is not None)
    transport(app).playing = False
    await pilot.press("home")
