from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp

from evtui import paths
from evtui.rendering.frame import draw_picture
from evtui.tui.app import EvtuiApp
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.player import play, said, status

Until = Any


def wheel(kind: type[MouseEvent], view: EventView, column: int, row: int) -> MouseEvent:
    return kind(view, column, row, 0, 0, 0, False, False, False)


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


async def test_s_saves_the_frame_at_the_sensor_s_resolution(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("s", "s")
        first = Path("recordings/fan_00-00-00.000000.png")
        second = first.with_stem(f"{first.stem}-2")
        await until(pilot, lambda: f"saved {second}" in said(app))
        assert f"saved {first}" in said(app)
        view = app.player.view
        shown = draw_picture(view.events, view.look, view.palette, view.window)
        for path in (first, second):
            with Image.open(path) as picture:
                assert picture.size == (64, 48)
                assert np.array_equal(np.asarray(picture.convert("RGB")), shown)
        assert len(np.unique(shown)) > 1


async def test_a_picture_of_what_is_seen_has_its_view_part_and_filters(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test(size=(160, 30)) as pilot:
        await play(app, pilot, until)
        await pilot.press("5", "z", *"vvvvc")  # closer, as a time surface, in other colours
        view = app.player.view
        await until(pilot, lambda: view.window is not None and view.window[0] == 195_000)
        before = view.events
        await pilot.press("p")  # ON alone
        await until(pilot, lambda: view.events is not before)
        await pilot.press("s")
        target = Path("recordings/fan_00-00-00.195000.png")
        await until(pilot, lambda: f"saved {target}" in said(app))
        assert view.look is not None and view.events is not None
        assert view.events.p.all()
        with Image.open(target) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        assert pixels.shape == (view.look.region.height, view.look.region.width, 3)
        assert view.look.region.width < 64
        wanted = draw_picture(view.events, view.look, view.palette, view.window)
        assert np.array_equal(pixels, wanted)


async def test_a_picture_that_cannot_be_written_is_a_message(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "folder_for_results", lambda recording: Path("gone"))
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("s")
        await until(pilot, lambda: any("the folder does not exist" in text for text in said(app)))


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
