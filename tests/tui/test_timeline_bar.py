"""The timeline in an app of its own, seen by its glyphs and its messages."""

from __future__ import annotations

import numpy as np
from textual.app import App, ComposeResult

from evtui.recordings.base import Timeline
from evtui.tui.widgets.timeline_bar import Pointers, TimelineBar

COLUMNS = 41
DURATION = 4_000_000


class Shown(App[None]):
    CSS = "TimelineBar { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.seeks: list[float] = []

    def compose(self) -> ComposeResult:
        yield TimelineBar()

    def on_timeline_bar_seek(self, message: TimelineBar.Seek) -> None:
        self.seeks.append(message.time_us)

    @property
    def bar(self) -> TimelineBar:
        return self.query_one(TimelineBar)

    @property
    def rows(self) -> list[str]:
        cells = self.bar.cells
        return [" " * COLUMNS] * 3 if cells is None else cells.lines()


def a_timeline(*, counted: bool = True) -> Timeline:
    """Activity in the second quarter alone, all of it ON in its first half."""
    counts = np.zeros(64)
    counts[16:32] = 8
    on = np.zeros(64)
    on[16:24] = 8
    return Timeline(counts, DURATION, exact=counted, on=on if counted else None)


async def test_on_rises_and_off_hangs() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)):
        app.bar.show(a_timeline())
        _, up, down = app.rows
        # What hangs is drawn reversed: a full block is empty, a blank is full.
        assert up[:8].strip() == "" and set(up[12:14]) == {"█"} and up[17:].strip() == ""
        assert set(down[:14]) == {"█"} and set(down[17:19]) == {" "} and set(down[22:]) == {"█"}


async def test_before_polarity_is_counted_all_events_rise() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)):
        app.bar.show(a_timeline(counted=False))
        assert [set(row[12:19]) for row in app.rows[1:]] == [{"█"}, {"█"}]


async def test_what_is_pointed_out_has_a_sign_in_its_place() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)):
        app.bar.show(a_timeline())
        app.bar.point(Pointers(0, 1_000_000, 3_000_000, (2_000_000,), (500_000,)))
        assert app.rows[0].rstrip() == "▾    !    A         ◆         B"
        app.bar.point(Pointers(mark_b=3_000_000))
        assert app.rows[0].rstrip() == " " * 30 + "B"


async def test_pointing_and_dragging_seek() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)) as pilot:
        app.bar.show(a_timeline())
        await pilot.mouse_down(TimelineBar, offset=(10, 1))
        await pilot.hover(TimelineBar, offset=(20, 1))
        await pilot.mouse_up(TimelineBar, offset=(20, 1))
        await pilot.hover(TimelineBar, offset=(30, 1))
        assert (app.seeks[0], set(app.seeks[1:])) == (1_000_000, {2_000_000})


async def test_zooming_shows_times_and_follows_the_playhead() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)):
        app.bar.show(a_timeline())
        app.bar.point(Pointers(0))
        app.bar.zoom(1)
        assert app.rows[0].startswith("▾0:00:00.000000") and "00:00:01.000000" in app.rows[0]
        assert app.bar.scale is not None and app.bar.scale.length_us == 1_000_000
        app.bar.point(Pointers(2_500_000))
        assert app.bar.scale.start_us == 2_000_000
        assert app.rows[0][20] == "▾"
        app.bar.zoom(-1)
        assert app.bar.scale.zoom == 1


async def test_a_loop_reaches_to_the_edge_of_a_closer_look() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)):
        app.bar.show(a_timeline())
        app.bar.point(Pointers(1_000_000, 0, 4_000_000))
        assert len(app.bar._loop()) == COLUMNS
        app.bar.zoom(1)
        assert len(app.bar._loop()) == COLUMNS
        app.bar.point(Pointers(1_000_000, 2_500_000, 4_000_000))
        assert len(app.bar._loop()) == 0


async def test_nothing_to_show_is_blank() -> None:
    app = Shown()
    async with app.run_test(size=(COLUMNS, 5)) as pilot:
        app.bar.point(Pointers(5))
        await pilot.click(TimelineBar)
        assert app.seeks == []
        app.bar.show(a_timeline())
        app.bar.show(None)
        assert all(not row.strip() for row in app.rows)
