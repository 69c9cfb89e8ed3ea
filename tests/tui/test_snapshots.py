"""The look, at the two sizes the house keeps; run with ``--snapshot-update`` after looking."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.policy import MemoryReading
from evtui.store.store import Store
from evtui.store.watch import MemoryHistory
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.export import ExportScreen
from evtui.tui.services import Services, policy_of
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.memory_table import MemoryTable
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.loads import HeldLoader, Ticker, write_text

SIZES = [(80, 24), (200, 50)]

Until = Any
Compare = Any


@pytest.fixture(params=SIZES, ids=["80x24", "200x50"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    made: tuple[int, int] = request.param
    return made


async def settle(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> None:
    """Everything learned, the last dataset highlighted and its preview shown."""
    table = app.browser.query_one(DatasetTable)
    await until(
        pilot,
        lambda: (
            len(table.paths) == 3
            and all(row is not None and row.summary for row in map(table.row, table.paths))
        ),
    )
    await pilot.press("G")
    view = app.browser.query_one("#preview-view", EventView)
    await until(pilot, lambda: view.cells is not None)


async def pause_at_the_middle(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> None:
    await settle(app, pilot, until)
    await pilot.press("enter")
    await until(pilot, lambda: app.player.session is not None)
    assert app.player.session is not None
    app.player.session.transport.playing = False
    await pilot.press("5")
    bar = app.player.query_one(TimelineBar)
    view = app.player.query_one(EventView)
    await until(pilot, lambda: bar.timeline is not None and bar.timeline.exact)
    await until(pilot, lambda: view.events is not None and view.events.t[0] >= 195_000)


def test_browser(app: EvtuiApp, size: tuple[int, int], until: Until, snap_compare: Compare) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await settle(app, pilot, until)

    assert snap_compare(app, terminal_size=size, run_before=show)


@pytest.mark.parametrize(("glyphs", "presses"), [("half", 0), ("quadrant", 1), ("braille", 4)])
def test_player(
    app: EvtuiApp,
    size: tuple[int, int],
    glyphs: str,
    presses: int,
    until: Until,
    snap_compare: Compare,
) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await pause_at_the_middle(app, pilot, until)
        await pilot.press(*["m"] * presses)

    assert snap_compare(app, terminal_size=size, run_before=show), glyphs


@pytest.mark.parametrize(("name", "key"), [("settings", "comma"), ("help", "question_mark")])
def test_dialogs(
    app: EvtuiApp, size: tuple[int, int], name: str, key: str, until: Until, snap_compare: Compare
) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await settle(app, pilot, until)
        await pilot.press(key)

    assert snap_compare(app, terminal_size=size, run_before=show), name


def test_an_empty_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    services: Any,
    size: tuple[int, int],
    snap_compare: Compare,
) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.chdir(tmp_path)
    app = EvtuiApp([Path("nothing")], services)

    async def show(pilot: Pilot[Any]) -> None:
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=show)


@pytest.mark.parametrize("place", ["browser", "player"])
def test_the_export_dialog(
    app: EvtuiApp, size: tuple[int, int], place: str, until: Until, snap_compare: Compare
) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        if place == "browser":
            await settle(app, pilot, until)
        else:
            await pause_at_the_middle(app, pilot, until)
            view = app.player.query_one(EventView)
            await pilot.press("l", "7", "l", "R")  # marks and a region
            await until(pilot, lambda: view.window is not None and view.window[0] == 273_000)
            unfiltered = view.events
            await pilot.press("p")  # ON alone
            await until(pilot, lambda: view.events is not unfiltered)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        await until(pilot, lambda: app.screen.query_one("#export-file", Input).value != "")
        for box in app.screen.query(Input):
            box.cursor_blink = False
        if place == "browser":
            app.screen.query_one("#export-region", Input).value = "1,2"
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.screen.query("#export-hint.wrong")))

    assert snap_compare(app, terminal_size=size, run_before=show), place


def remember(app: EvtuiApp, memory: Any, clock: Ticker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes of memory and cache, as if they had passed; nothing is added after them."""
    history, stats = app.services.history, app.services.store.stats
    for step in range(1_200):
        reading = MemoryReading(
            memory.available - step * 2_000_000,
            process=100_000_000 + step * 300_000,
            children=800_000_000 if 400 <= step < 520 else 0,
        )
        used = 1_700_000_000 if step < 600 else 3_900_000_000
        history.add(reading, dataclasses.replace(stats, used_bytes=used), int(400 <= step < 520))
        clock.now += 0.5
    monkeypatch.setattr(history, "add", lambda *reading: None)


def test_the_memory_screen(
    folder: Path,
    tmp_path: Path,
    memory: Any,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    until: Until,
    snap_compare: Compare,
) -> None:
    clock, loader, settings = Ticker(), HeldLoader(), Settings(cache=True)
    store = Store(policy_of(settings), "auto", memory, clock=clock, decode=loader)
    config = tmp_path / "config.toml"
    services = Services(settings, Catalogue(None), store, memory, config_file=config)
    services.history = MemoryHistory(clock=clock)
    app = EvtuiApp([folder], services)

    async def show(pilot: Pilot[Any]) -> None:
        await settle(app, pilot, until)
        remember(app, memory, clock, monkeypatch)
        fan, drone = folder / "fan.h5", folder / "deeper" / "drone.h5"
        for path in (fan, drone):
            loader.let_go()
            await store.load(path, keep=True)
        store.pin(fan, True)
        for path in (fan, fan, folder / "broken.h5"):
            store.get(path)
        store.playing(drone, True)
        clock.now += 252
        for name in ("one.txt", "two.txt"):
            path = write_text(folder / name)
            app.browser._load(path, then_open=False)
            await until(pilot, lambda path=path: path in store.loads and store.loads[path].loader)
        await pilot.press("m")
        await until(pilot, lambda: app.screen.query_one(MemoryTable).row_count == 2)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=show)
