from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from evtui.events import Events
from evtui.library.summary import of_recording
from evtui.playback.session import Session
from evtui.playback.transport import StepBy, Transport
from evtui.recordings.base import Recording, Timeline, never_cancelled, no_progress
from evtui.recordings.findings import finding
from evtui.recordings.hdf5.reader import Hdf5Recording
from evtui.timing import STAGES, Log
from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting
from evtui.tui.screens.browser import BrowserScreen
from evtui.tui.screens.details import DetailsScreen
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.screens.prompt import PromptScreen
from evtui.tui.services import Services
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.status_line import StatusLine
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.small import write_h5

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


def found(app: EvtuiApp) -> bool:
    return Path("recordings/fan.h5") in app.browser.query_one(DatasetTable).paths


def wheel(kind: type[MouseEvent], view: EventView, column: int, row: int) -> MouseEvent:
    return kind(view, column, row, 0, 0, 0, False, False, False)


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
        await pilot.press(*"z" * 5)
        assert (view.look.region.x, view.look.region.width) == (0, 64)


async def test_the_wheel_zooms_about_what_it_points_at(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        view = app.player.query_one(EventView)
        column, row = view.size.width // 2 + 8, 3
        before = view.pixel_at(column, row)
        view.post_message(wheel(MouseScrollUp, view, column, row))
        await until(pilot, lambda: view.zoom == 2)
        after = view.pixel_at(column, row)
        assert before is not None and after is not None
        assert abs(before[0] - after[0]) <= 2 and abs(before[1] - after[1]) <= 2
        assert "zoom 2×" in status(app)
        for _ in range(3):
            view.post_message(wheel(MouseScrollDown, view, column, row))
        await until(pilot, lambda: view.zoom == 1)
        assert view.look is not None and view.look.region.width == 64


async def test_brightness_is_nudged_and_held(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        assert "+0.5 EV" in status(app)
        await pilot.press("asterisk")
        assert "held at" in status(app)
        await pilot.press("asterisk")
        assert "held at" not in status(app) and "EV" not in status(app)


async def test_palettes_change_in_turn(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        view = app.player.query_one(EventView)
        pens = view.pens
        await pilot.press("c")
        assert view.palette == "safe" and view.pens != pens


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


async def test_playing_backwards(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("5", "r", "space")
        await until(pilot, lambda: transport(app).position_us < 195_000)
        assert status(app).strip().startswith("◀")
        await pilot.press("r")
        assert not transport(app).backwards


async def test_a_typed_time_is_gone_to(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("colon", *"12.5ms", "enter")
        assert transport(app).position_us == 12_500
        await pilot.press("colon", *"+10ms", "enter")
        assert transport(app).position_us == 22_500


async def test_what_is_no_time_is_said_and_may_be_mended(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("colon", *"9h", "enter")
        prompt = app.screen
        assert isinstance(prompt, PromptScreen)
        assert prompt.query_one("#prompt-hint").has_class("wrong")
        await pilot.press("backspace", "backspace", *"1ms", "enter")
        assert transport(app).position_us == 1_000
        await pilot.press("colon", *"3ms", "escape")
        assert transport(app).position_us == 1_000


async def test_bookmarks_are_set_listed_jumped_to_renamed_and_deleted(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await until(pilot, lambda: app.player.bookmarks is not None)

        def names() -> list[str]:
            assert app.player.bookmarks is not None
            return [mark.name for mark in app.player.bookmarks.all]

        await pilot.press("3", "b", "enter")
        await until(pilot, lambda: names() == ["mark 1"])
        await pilot.press("6", "b", *"again", "enter")
        await until(pilot, lambda: names() == ["mark 1", "again"])
        await pilot.press("home", "n")
        assert transport(app).position_us == 117_000
        await pilot.press("n")
        assert transport(app).position_us == 234_000
        await pilot.press("N")
        assert transport(app).position_us == 117_000
        await pilot.press("B", "j", "enter")
        assert transport(app).position_us == 234_000
        await pilot.press("B", "r", *"the turn", "enter")
        await until(pilot, lambda: names() == ["the turn", "again"])
        await pilot.press("B", "j", "d")
        await until(pilot, lambda: names() == ["the turn"])


async def test_bookmarks_are_there_again(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await until(pilot, lambda: app.player.bookmarks is not None)
        await pilot.press("3", "b", "enter")
        await until(pilot, lambda: bool(app.player.bookmarks and app.player.bookmarks.all))
        await pilot.press("escape")
        assert app.player.bookmarks is None
        await play(app, pilot, until)
        await until(pilot, lambda: bool(app.player.bookmarks and app.player.bookmarks.all))


async def test_bursts_are_jumped_to(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        counts = np.ones(400)
        counts[200:220] = 100
        app.player.timeline_bar.show(Timeline(counts, 400_000, exact=False))
        await pilot.press("right_curly_bracket")
        assert transport(app).position_us == pytest.approx(200_000, abs=1_500)
        await pilot.press("home", "left_curly_bracket")
        assert transport(app).position_us == 0


async def test_a_and_b_are_set_each_on_its_own(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("6", "right_parenthesis", "2", "left_parenthesis")
        assert transport(app).marks == (78_000, 234_000)


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


async def test_filters_are_set_shown_and_taken_away(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        view = app.player.view

        def polarities() -> set[int]:
            return set() if view.events is None else set(view.events.p.tolist())

        await pilot.press("5")
        await until(pilot, lambda: polarities() == {0, 1})
        await pilot.press("p")
        await until(pilot, lambda: polarities() == {1})
        assert "ON only" in status(app)
        await pilot.press("p", "d")
        await until(pilot, lambda: app.player.session is not None and "isolated 1" in status(app))
        await pilot.press(*"dddd", "p")
        await until(pilot, lambda: polarities() == {0, 1})
        assert not app.player.filters and "only" not in status(app)


async def test_hot_pixels_are_found_and_masked(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        recording = app.player.recording
        assert recording is not None
        times = np.arange(0, 400_000, 500)
        places = np.full(len(times), 7, np.uint16), np.full(len(times), 9, np.uint16)
        hot = Events(times, *places, np.ones(len(times), np.uint8))

        class Hot:
            info, counts = recording.info, None

            def window(self, t0: int, t1: int) -> Events:
                return Events.concatenate((recording.window(t0, t1), hot.between(t0, t1)))

        app.player.recording = cast(Any, Hot())
        await pilot.press("h")
        await until(pilot, lambda: "1 hot pixel masked" in status(app))
        app.player.recording = recording
        await pilot.press("h")
        assert not app.player.filters


async def test_a_region_is_marked_counted_and_taken_away(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        view = app.player.view
        await pilot.press("z", "R", "z", "z", "z", "z", "z")
        assert view.roi is not None and (view.roi.width, view.roi.height) == (32, 24)
        assert view.cells is not None and "┌" in "".join(view.cells.lines())
        counted = app.player.statistics
        assert counted is not None and view.events is not None
        assert counted.events == int(view.roi.holds(view.events.x, view.events.y).sum())
        await pilot.press("R")
        assert view.roi is None and "┌" not in "".join(view.cells.lines())


async def test_a_region_is_dragged_with_the_mouse(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        view, middle = app.player.view, 80
        start, end = view.pixel_at(middle - 6, 4), view.pixel_at(middle + 5, 12)
        await pilot.mouse_down(EventView, offset=(middle - 6, 4))
        await pilot.hover(EventView, offset=(middle + 5, 12))
        await pilot.mouse_up(EventView, offset=(middle + 5, 12))
        assert start is not None and end is not None
        await until(pilot, lambda: app.player.statistics is not None)
        roi = app.player.view.roi
        assert roi is not None
        assert (roi.x, roi.y) == start
        assert (roi.width, roi.height) == (end[0] - start[0] + 1, end[1] - start[1] + 1)


async def test_a_zoomed_view_is_dragged_along(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        await pilot.press("z", "z")
        view = app.player.view
        held = view.pixel_at(80, 12)
        await pilot.mouse_down(EventView, offset=(80, 12), control=True)
        await pilot.hover(EventView, offset=(70, 8))
        await pilot.mouse_up(EventView, offset=(70, 8), control=True)
        assert held is not None and view.roi is None
        moved = view.pixel_at(70, 8)
        assert moved is not None
        assert abs(moved[0] - held[0]) <= 1 and abs(moved[1] - held[1]) <= 1


async def test_a_step_goes_by_the_window_or_by_the_frame(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        transport(app).speed = 1.0
        await pilot.press("full_stop")
        assert transport(app).position_us == 10_000
        app.post_message(ChangeSetting("step", "frame"))
        await until(pilot, lambda: transport(app).step_by is StepBy.FRAME)
        await pilot.press("home", "full_stop")
        assert transport(app).position_us == pytest.approx(1e6 / 30, abs=1)


async def test_the_frequency_of_a_blinking_region_is_told(
    services: Services, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    random = np.random.default_rng(3)
    flashes = np.arange(0, 2_000_000, 20_000)
    t = np.sort((flashes[:, None] + random.integers(0, 2_000, (100, 300))).reshape(-1))
    path = tmp_path / "lamp.h5"
    write_h5(path, t=t)
    app = EvtuiApp([path], services)
    async with app.run_test(size=(160, 30)) as pilot:
        await until(pilot, lambda: app.player.session is not None)
        transport(app).playing = False
        await pilot.press("f")
        await until(pilot, lambda: app.player.frequency is not None)
        found = app.player.frequency
        assert found is not None and found.hz == pytest.approx(50, rel=0.01)
        assert re.search(r" (2,99\d|3,00\d) rpm", status(app))
        await pilot.press("F")
        assert re.search(r" (1,49\d|1,50\d) rpm of 2 blades", status(app))
        await pilot.press("f")
        assert "Hz" not in status(app)


async def test_the_overlay_tells_what_is_measured(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await play(app, pilot, until)
        await pilot.press("o", "p")
        await until(pilot, lambda: "ON only" in hud(app))
        said = hud(app)
        assert all(word in said for word in ("region", "ON, ", "frames", "window read"))
