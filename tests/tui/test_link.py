"""The link between pacer and driver, with a clock and a driver of the test's own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import CursorPosition

from evtui.tui.link import Link
from evtui.tui.probes import ROW, question


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Written(HeadlessDriver):
    """Keeps what is written, in place of a terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.text = ""

    def write(self, data: str) -> None:
        self.text += data


@pytest.fixture
def clock() -> Clock:
    return Clock()


def linked(clock: Clock, environment: dict[str, str], max_rate: int = 0) -> tuple[Link, Any]:
    """A link on a driver of 80 columns."""
    app: App[None] = App()
    app.driver_class = Written
    link = Link(max_rate, environment, clock)
    link.watch(app)
    driver = app.driver_class(app)
    link.start(80)
    return link, driver


def answer(link: Link, identity: int) -> None:
    link.hear(CursorPosition(identity - 1, ROW - 1))


async def test_it_asks_at_once_and_behind_each_frame(clock: Clock) -> None:
    link, driver = linked(clock, {})
    assert driver.text == question(1)
    clock.now += 0.1
    answer(link, 1)
    assert link.after_frame(5_000).endswith(question(3))
    assert driver.text == question(1) + question(2)


async def test_a_frame_waits_for_the_answer_to_the_one_before(clock: Clock) -> None:
    link, _ = linked(clock, {})
    clock.now += 0.1
    answer(link, 1)
    link.after_frame(5_000)
    assert link.wait_s > 0
    clock.now += 0.2
    answer(link, 2)
    answer(link, 3)
    assert link.wait_s == 0
    assert link.state.in_flight == 0
    assert link.news.is_set()


async def test_one_that_gives_up_waiting_is_not_kept_by_an_answer_of_that_moment(
    clock: Clock,
) -> None:
    link, _ = linked(clock, {})
    clock.now += 0.1
    answer(link, 1)
    link.after_frame(5_000)
    waiting = asyncio.create_task(link.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    link.news.set()
    await asyncio.sleep(0)  # the news is heard, and whoever waits has not been woken
    waiting.cancel()
    await asyncio.wait([waiting], timeout=10)
    assert waiting.cancelled()


async def test_a_key_on_the_same_row_is_no_answer(clock: Clock) -> None:
    link, _ = linked(clock, {})
    link.hear(CursorPosition(0, 0))
    assert not link.news.is_set()


async def test_how_large_a_frame_may_be_follows_the_link(clock: Clock) -> None:
    link, _ = linked(clock, {})
    assert link.frame_bytes is None
    for identity in (1, 2, 3):
        clock.now += 0.1
        answer(link, identity)
        link.after_frame(10_000)
    limited, _ = linked(clock, {}, max_rate=50_000)
    assert limited.state.mode == "limited"
    assert limited.frame_bytes == 6_000


async def test_a_multiplexer_over_ssh_has_a_limit(clock: Clock) -> None:
    link, _ = linked(clock, {"TMUX": "/tmp/tmux", "SSH_CONNECTION": "a b c d"})
    assert link.state.mode == "limited"
    link.set_max_rate(2_000_000, 80)
    assert link.frame_bytes == 240_000


async def test_switched_off_it_asks_nothing_and_always_has_room(clock: Clock) -> None:
    link, driver = linked(clock, {"EVTUI_PACING": "off"})
    assert link.after_frame(10**9) == ""
    assert driver.text == ""
    assert (link.wait_s, link.frame_bytes) == (0, None)


async def test_without_a_terminal_it_always_has_room(clock: Clock) -> None:
    link = Link(clock=clock)
    link.start(80)
    assert link.after_frame(10**9) == ""
    assert link.wait_s == 0


async def test_settling_ends_at_once_where_nothing_is_on_its_way(clock: Clock) -> None:
    link, _ = linked(clock, {})
    answer(link, 1)
    await link.settle()
    assert link.wait_s == 0
