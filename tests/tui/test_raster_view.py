"""What the terminal shows is what a full repaint would: cell by cell, behind a model of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from evtui.rendering.glyphs import GLYPHS
from evtui.tui.app import EvtuiApp
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView
from support.model_terminal import behind_a_model, model_of, wrong_cells

Until = Any


async def open_the_fan(app: EvtuiApp, pilot: Pilot[Any], until: Until, glyphs: str) -> EventView:
    """The fan, paused near its beginning, in the glyphs asked for."""
    await until(
        pilot, lambda: Path("recordings/fan.h5") in app.browser.query_one(DatasetTable).paths
    )
    await pilot.press("G", "enter")
    await until(pilot, lambda: app.player.session is not None)
    assert app.player.session is not None
    app.player.session.transport.playing = False
    view = app.player.query_one(EventView)
    await until(pilot, lambda: view.events is not None)
    await pilot.press("1", *["m"] * list(GLYPHS).index(glyphs))
    return view


async def settled(app: EvtuiApp, pilot: Pilot[Any]) -> None:
    """Let frames, timers and repaints come to rest."""
    await pilot.pause(0.05)
    await pilot.pause()


async def step(pilot: Pilot[Any]) -> None:
    await pilot.press("full_stop")
    await pilot.pause(0.02)


SITUATIONS = {
    "steps": [".", ".", "."],
    "help": ["?"],
    "help closed": ["escape"],
    "help while it plays": ["space", "?", "wait"],
    "closed while it plays": ["escape", "wait"],
    "paused": ["space"],
    "details": ["i"],
    "details closed": ["escape", "."],
    "palette": ["ctrl+p"],
    "palette closed": ["escape"],
    "overlay": ["o", "."],
    "overlay taken away": ["o"],
    "timeline away": ["t"],
    "timeline back": [".", "t"],
    "toast": ["toast", "."],
    "toast gone": ["no toast"],
    "smaller": ["50x16", "."],
    "larger": ["90x28", "."],
    "as before": ["64x20"],
    "screenshot": ["screenshot", "."],
    "theme": ["theme", "."],
    "zoom and pan": ["z", "z", "H", "J"],
    "not zoomed": ["z", "z"],
    "views": ["v", "v", "v"],
    "another recording's browser": ["escape", "wait"],
    "open again": ["enter", "wait", "."],
}


async def act(app: EvtuiApp, pilot: Pilot[Any], what: str) -> None:
    if what == ".":
        await step(pilot)
    elif what == "toast":
        app.notify("something happened", timeout=30)
    elif what == "no toast":
        app.clear_notifications()
    elif what == "screenshot":
        app.export_screenshot()
    elif what == "theme":
        app.theme = "textual-light"
    elif what == "wait":
        await pilot.pause(0.1)
    elif "x" in what and what[0].isdigit():
        width, height = map(int, what.split("x"))
        await pilot.resize_terminal(width, height)
    else:
        await pilot.press({"?": "question_mark"}.get(what, what))


@pytest.mark.parametrize("glyphs", list(GLYPHS))
async def test_no_cell_is_wrong(app: EvtuiApp, until: Until, glyphs: str) -> None:
    """One after the other, so that what one situation leaves behind is met by the next."""
    async with behind_a_model(app).run_test(
        headless=False, notifications=True, size=(64, 20)
    ) as pilot:
        await open_the_fan(app, pilot, until, glyphs)
        for situation, acts in SITUATIONS.items():
            for what in acts:
                await act(app, pilot, what)
            await settled(app, pilot)
            assert (situation, wrong_cells(app)) == (situation, [])


async def test_what_does_not_change_is_not_sent(app: EvtuiApp, until: Until) -> None:
    async with behind_a_model(app).run_test(headless=False) as pilot:
        view = await open_the_fan(app, pilot, until, "half")
        await settled(app, pilot)
        before = model_of(app).characters
        assert view.cells is not None and view.pens is not None
        view.show_cells(view.cells, view.pens)
        await settled(app, pilot)
        whole_rows = view.cells.columns * view.cells.rows
        assert 0 < model_of(app).characters - before < whole_rows / 5
