from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evtui.recordings.base import Timeline
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.prompt import PromptScreen
from support.player import play, transport

Until = Any


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
