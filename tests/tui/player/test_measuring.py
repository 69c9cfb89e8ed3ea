from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from evtui.events import Events
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services
from evtui.tui.widgets.event_view import EventView
from support.player import hud, play, status, transport
from support.small import write_h5

Until = Any


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
