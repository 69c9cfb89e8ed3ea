"""Pictures in the player: whole where nothing lies over them, else gone without a trace."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from evtui.rendering.glyphs import GLYPHS
from evtui.rendering.palettes import PALETTES
from evtui.rendering.pixels import GraphicsProtocol
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.player.screen import PlayerScreen
from evtui.tui.services import Services
from evtui.tui.widgets.event_view import EventView
from support.graphics_terminal import CELL, behind_graphics, graphics, graphics_of, seen_sixels
from support.model_terminal import wrong_cells
from tui.test_raster_view import SITUATIONS, act, open_the_fan, settled, step

Until = Any
PALETTE = np.array(PALETTES["classic"])
PERCENTAGES = np.round(PALETTE * 100 / 255).astype(np.int16)

COVERED = {"help", "help while it plays", "details", "palette", "overlay"}
"""Situations in which something lies over the view."""

ELSEWHERE = {"another recording's browser"}


@pytest.fixture(params=list(GraphicsProtocol))
def protocol(request: pytest.FixtureRequest, services: Services) -> GraphicsProtocol:
    services.measure_graphics = lambda: graphics(request.param)
    return request.param


async def open_in_pixels(app: EvtuiApp, pilot: Pilot[Any], until: Until) -> EventView:
    app.services.settings = dataclasses.replace(app.services.settings, glyphs="pixels")
    view = await open_the_fan(app, pilot, until, "half")
    await settled(app, pilot)
    return view


def assert_whole(app: EvtuiApp, view: EventView) -> None:
    """The picture of the view, pixel by pixel, and no other."""
    driver, scene = graphics_of(app), view._scene
    assert view.graphics is not None and scene is not None
    picture = scene.picture
    column = view.region.x + (view.size.width - picture.columns) // 2
    row = view.region.y + (view.size.height - picture.rows) // 2
    if view.graphics.protocol is GraphicsProtocol.KITTY:
        (placed,) = driver.kitty.placed.values()
        assert (placed.column, placed.row, placed.lost) == (column, row, set())
        assert (placed.columns, placed.rows) == (picture.columns, picture.rows)
        assert np.array_equal(placed.pixels[..., 3] != 0, picture.shades != 0)
        lit = picture.shades != 0
        assert np.array_equal(placed.pixels[lit][:, :3], PALETTE[picture.shades[lit]])
    else:
        expected = np.full_like(seen_sixels(app), -1)
        pixels = picture.enlarged(CELL)
        left, top = column * CELL[0], row * CELL[1]
        expected[top : top + len(pixels), left : left + pixels.shape[1]] = PERCENTAGES[pixels]
        assert np.array_equal(seen_sixels(app), expected)


def assert_gone(app: EvtuiApp) -> None:
    driver = graphics_of(app)
    assert not driver.kitty.placed
    assert not driver.sixels.pixels


async def test_no_pixel_is_wrong(app: EvtuiApp, until: Until, protocol: GraphicsProtocol) -> None:
    """One after the other, so that what one situation leaves behind is met by the next."""
    async with behind_graphics(app).run_test(headless=False, notifications=True) as pilot:
        view = await open_in_pixels(app, pilot, until)
        assert_whole(app, view)
        assert view._scene is not None and view._scene.picture.shades.any()
        for situation, acts in SITUATIONS.items():
            for what in acts:
                await act(app, pilot, what)
            await settled(app, pilot)
            if situation in COVERED | ELSEWHERE:
                assert (situation, view.shows_pixels) == (situation, False)
                assert_gone(app)
            elif app.player.session is not None and not app.player.session.transport.playing:
                assert (situation, view.shows_pixels) == (situation, True)
                assert_whole(app, view)
            assert (situation, wrong_cells(app)) == (situation, [])
        assert graphics_of(app).kitty.answers == 0


async def test_a_toast_covers_as_much_as_it_is_high(
    app: EvtuiApp, until: Until, protocol: GraphicsProtocol
) -> None:
    async with behind_graphics(app).run_test(headless=False, notifications=True) as pilot:
        view = await open_in_pixels(app, pilot, until)
        for lines, covers in ((1, False), (5, True)):
            app.notify("\n".join(["something happened"] * lines), timeout=30)
            await settled(app, pilot)
            assert view.shows_pixels is not covers
            assert_gone(app) if covers else assert_whole(app, view)
            assert wrong_cells(app) == []
            app.clear_notifications()
            await settled(app, pilot)
            assert_whole(app, view)


async def test_leaving_takes_the_picture_along(
    app: EvtuiApp, until: Until, protocol: GraphicsProtocol
) -> None:
    async with behind_graphics(app).run_test(headless=False) as pilot:
        await open_in_pixels(app, pilot, until)
        await pilot.press("escape")
        await settled(app, pilot)
        assert not isinstance(app.screen, PlayerScreen)
        assert_gone(app)


async def test_quitting_takes_the_picture_along(
    app: EvtuiApp, until: Until, services: Services
) -> None:
    services.measure_graphics = lambda: graphics(GraphicsProtocol.KITTY)
    async with behind_graphics(app).run_test(headless=False) as pilot:
        await open_in_pixels(app, pilot, until)
        driver = graphics_of(app)
        assert driver.kitty.placed
    assert not driver.kitty.placed


async def test_pixels_come_after_the_last_glyphs(
    app: EvtuiApp, until: Until, protocol: GraphicsProtocol
) -> None:
    async with behind_graphics(app).run_test(headless=False) as pilot:
        view = await open_the_fan(app, pilot, until, list(GLYPHS)[-1])
        assert not view.shows_pixels
        await pilot.press("m")
        await settled(app, pilot)
        assert view.modes()[-1] == "pixels"
        assert_whole(app, view)
        await pilot.press("m")
        await settled(app, pilot)
        assert view.modes()[-1] == next(iter(GLYPHS))
        assert_gone(app)


async def test_a_terminal_without_graphics_is_never_sent_any(app: EvtuiApp, until: Until) -> None:
    async with behind_graphics(app).run_test(headless=False) as pilot:
        view = await open_in_pixels(app, pilot, until)
        assert view.modes()[-1] == "half"
        await pilot.press(*["m"] * len(GLYPHS))
        await settled(app, pilot)
        assert graphics_of(app).picture_characters == 0


async def test_the_same_frame_again_costs_little(
    app: EvtuiApp, until: Until, protocol: GraphicsProtocol
) -> None:
    async with behind_graphics(app).run_test(headless=False) as pilot:
        await open_in_pixels(app, pilot, until)
        await step(pilot)
        await settled(app, pilot)
        before = graphics_of(app).picture_characters
        app.player.say()
        await settled(app, pilot)
        assert graphics_of(app).picture_characters == before
