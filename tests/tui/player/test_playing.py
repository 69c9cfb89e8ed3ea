from __future__ import annotations

import gc
import json
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evtui.library.summary import of_recording
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.findings import finding
from evtui.recordings.hdf5.reader import Hdf5Recording
from evtui.timing import STAGES, Log
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.screens.details import DetailsScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.services import Services
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.player import found, play, session, transport

Until = Any


async def test_opening_plays_and_shows_events(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: found(app))
        await pilot.press("G", "enter")
        await until(pilot, lambda: app.player.session is not None)
        assert transport(app).playing
        await until(pilot, lambda: transport(app).position_us > 0)
        events = app.player.query_one(EventView).events
        assert events is not None and len(events)


@pytest.mark.parametrize("codes", [[], ["time_goes_back"]])
async def test_what_the_full_pass_finds_is_played(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch, codes: list[str]
) -> None:
    monkeypatch.setattr(PlayerScreen, "_index", lambda *_: None)  # what it tells is told below
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        read_anew: list[Recording] = []
        monkeypatch.setattr(session(app), "switch", read_anew.append)
        recording = app.player.recording
        assert recording is not None
        counted = of_recording(recording)
        for duration in (500_000, 300_000):
            await pilot.press("end")
            found_now = tuple(finding(code) for code in codes)
            summary = replace(counted, duration_us=duration, findings=found_now)
            app.player.post_message(
                app.player.Indexed(session(app), recording.timeline(9), summary)
            )
            await until(pilot, lambda: transport(app).duration_us == duration)  # noqa: B023
            assert transport(app).position_us <= transport(app).last_us
        await pilot.press("end")
        assert transport(app).window[1] == 300_001
        assert read_anew == [recording] * 2 * len(codes)


async def test_the_frame_follows_the_position(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("7")
        start, end = transport(app).window
        view = app.player.query_one(EventView)
        await until(pilot, lambda: view.events is not None and view.events.t[0] >= start)
        assert view.events is not None and view.events.t[-1] < end


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


async def test_what_was_played_is_given_back_without_the_garbage_collector(
    app: EvtuiApp, until: Until
) -> None:
    """What the collector does not look through any more would stay for good."""
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await until(pilot, lambda: app.player.frame is not None)
        played = weakref.ref(session(app))
        gc.disable()
        try:
            await pilot.press("escape")
            await until(pilot, lambda: played() is None)
        finally:
            gc.enable()
