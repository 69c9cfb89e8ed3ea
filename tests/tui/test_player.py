from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot

from evtui.playback.session import Session
from evtui.playback.transport import Transport
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.hdf5.reader import Hdf5Recording
from evtui.timing import STAGES, Log
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser import BrowserScreen
from evtui.tui.screens.details import DetailsScreen
from evtui.tui.screens.player import PlayerScreen
from evtui.tui.services import Services
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.status_line import StatusLine
from evtui.tui.widgets.timeline_bar import TimelineBar

Until = Any


def session(app: EvtuiApp) -> Session:
    playing = app.player.session
    assert playing is not None
    return playing


def transport(app: EvtuiApp) -> Transport:
    return session(app).transport


def status(app: EvtuiApp) -> str:
    return app.player.query_one(StatusLine).render().plain


def found(app: EvtuiApp) -> bool:
    return Path("recordings/fan.h5") in app.browser.query_one(DatasetTable).paths


async def play(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> None:
    """Open the fan, which plays, and pause it at the start."""
    await until(pilot, lambda: found(app))
    await pilot.press("G", "enter")
    await until(pilot, lambda: app.player.session is not None)
    transport(app).playing = False
    await pilot.press("home")


async def test_opening_plays_and_shows_events(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: found(app))
        await pilot.press("G", "enter")
        await until(pilot, lambda: app.player.session is not None)
        assert transport(app).playing
        await until(pilot, lambda: transport(app).position_us > 0)
        events = app.player.query_one(EventView).events
        assert events is not None and len(events)


async def test_space_pauses_and_plays(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("space")
        assert transport(app).playing
        assert status(app).strip().startswith("▶")
        await pilot.press("space")
        assert status(app).strip().startswith("‖")


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        (["5"], 195_000),
        (["end"], 390_001),
        (["end", "home"], 0),
        (["full_stop", "full_stop"], 20_000),
        (["full_stop", "full_stop", "comma"], 10_000),
        (["right"], 20_000),
        (["right", "right", "left"], 20_000),
    ],
)
async def test_keys_seek(app: EvtuiApp, until: Until, keys: list[str], position: int) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press(*keys)
        assert transport(app).position_us == position
        seconds = f"{position / 1e6:09.6f}"
        await until(pilot, lambda: f"00:00:{seconds}" in status(app))


async def test_the_frame_follows_the_position(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("7")
        start, end = transport(app).window
        view = app.player.query_one(EventView)
        await until(pilot, lambda: view.events is not None and view.events.t[0] >= start)
        assert view.events is not None and view.events.t[-1] < end


async def test_speed_and_window_go_along_their_ladders(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("backspace", "right_square_bracket")
        assert transport(app).speed == 2.0
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert transport(app).speed == 0.5
        await pilot.press("equals_sign")
        assert transport(app).window_us == 20_000
        await pilot.press("minus", "minus")
        assert transport(app).window_us == 5_000
        assert "window 5.00 ms" in status(app)


async def test_marks_and_loop(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        was = transport(app).looping
        await pilot.press("2", "l", "6", "l", "L")
        assert transport(app).marks == (78_000, 234_000)
        assert transport(app).looping is not was
        await pilot.press("l")
        assert transport(app).marks == ()


async def test_view_glyphs_zoom_and_pan(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        view = app.player.query_one(EventView)
        await pilot.press("v", "m", "z")
        assert view.look is not None
        assert (view.look.view, view.look.glyphs) == ("on", "quadrant")
        assert (view.look.region.width, view.look.region.height) == (32, 24)
        assert "zoom 2×" in status(app)
        before = view.look.region.x
        await pilot.press("H")
        assert view.look.region.x < before
        await pilot.press("z", "z", "z")
        assert (view.look.region.x, view.look.region.width) == (0, 64)


async def test_timeline_and_overlay_switch(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("t", "o")
        assert not app.player.query_one(TimelineBar).display
        assert app.player.query_one("#hud").display


async def test_pointing_at_the_timeline_seeks(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(81, 24)) as pilot:
        await play(app, pilot, until)
        await pilot.click(TimelineBar, offset=(40, 0))
        assert transport(app).position_us == 200_000


async def test_s_saves_the_frame_at_the_sensor_s_resolution(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        for expected in ("fan_00-00-00.000000.png", "fan_00-00-00.000000-2.png"):
            await pilot.press("s")
            await until(pilot, lambda expected=expected: Path(expected).exists())
            with Image.open(expected) as picture:
                assert picture.size == (64, 48)
                assert len(np.unique(np.asarray(picture))) > 1


async def test_a_file_cut_short_while_it_plays_is_a_message(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        recording = app.player.recording
        assert recording is not None
        recording.close()
        await pilot.press("9")
        await until(pilot, lambda: bool(app._notifications))
        assert isinstance(app.screen, PlayerScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, BrowserScreen)


async def test_the_stages_are_timed_shown_and_logged(
    folder: Path, services: Services, tmp_path: Path, until: Until
) -> None:
    services.log = Log(tmp_path / "log.jsonl")
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await until(pilot, lambda: Path("recordings/fan.h5") in app.services.stages)
        await pilot.press("i")
        assert isinstance(app.screen, DetailsScreen)
        await pilot.press("escape")
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    logged = json.loads(line)
    assert logged["event"] == "opened"
    assert set(logged["stages"]) <= set(STAGES)
    assert {"metadata", "first window", "first frame"} <= set(logged["stages"])


async def test_a_resize_draws_the_same_events_again(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, until)
        view = app.player.query_one(EventView)
        small = view.cells
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: view.cells is not small)
        assert view.cells is not None and small is not None
        assert view.cells.rows > small.rows


async def test_the_index_pass_makes_the_timeline_exact_and_is_remembered(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        bar = app.player.query_one(TimelineBar)
        await until(pilot, lambda: bar.timeline is not None and bar.timeline.exact)
        row = app.browser.row(Path("recordings/fan.h5"))
        assert row is not None
        await until(pilot, lambda: row.summary is not None and row.summary.on_fraction is not None)
        remembered = app.services.catalogue.get(row.dataset)
        assert remembered is not None and remembered.is_counted
        assert app.services.catalogue.counts(row.dataset) is not None


async def test_the_next_opening_runs_no_second_pass(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("recordings/fan.h5")
    counted = app.services.shelf.take(path)
    counted.index(no_progress, never_cancelled)
    app.services.shelf.put_back(path)
    app.services.shelf.close()

    def refuse(*_: object) -> None:
        raise AssertionError("a second pass")

    monkeypatch.setattr(Hdf5Recording, "index", refuse)
    monkeypatch.setattr(Hdf5Recording, "timeline", refuse)
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        bar, row = app.player.query_one(TimelineBar), app.browser.row(path)
        await until(pilot, lambda: bar.timeline is not None and bar.timeline.exact)
        assert bar.timeline is not None and bar.timeline.on is not None
        assert row is not None
        await until(pilot, lambda: row.summary is not None and row.summary.is_counted)
