from __future__ import annotations

from typing import Any

import pytest

from evtui.playback.transport import StepBy
from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.player import play, status, transport

Until = Any


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


async def test_pointing_at_the_timeline_seeks(app: EvtuiApp, until: Until) -> None:
    async with app.run_test(size=(81, 24)) as pilot:
        await play(app, pilot, until)
        await pilot.click(TimelineBar, offset=(40, 0))
        assert transport(app).position_us == 200_000


async def test_playing_backwards(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("5", "r", "space")
        await until(pilot, lambda: transport(app).position_us < 195_000)
        assert status(app).strip().startswith("◀")
        await pilot.press("r")
        assert not transport(app).backwards


async def test_a_and_b_are_set_each_on_its_own(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await play(app, pilot, until)
        await pilot.press("6", "right_parenthesis", "2", "left_parenthesis")
        assert transport(app).marks == (78_000, 234_000)


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
