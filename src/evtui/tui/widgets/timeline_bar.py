"""The timeline: event rate over the recording, ON above and OFF below, and what lies where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from rich.style import Style
from textual import events
from textual.message import Message

from evtui.rendering.cells import Cells
from evtui.rendering.colours import Pens
from evtui.tui.widgets.raster_view import RasterView, pen
from evtui.units import format_position

if TYPE_CHECKING:
    from evtui.recordings.base import Timeline
    from evtui.rendering.timescale import TimeScale

_ROWS_WITH_MARKS = 3
"""From this height on the first row is for marks."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """What is pointed out on the timeline; times in µs from the first event."""

    playhead: int | None = None
    mark_a: int | None = None
    mark_b: int | None = None
    bookmarks: tuple[int, ...] = ()
    alerts: tuple[int, ...] = ()
    """Where something is wrong: gaps, time that goes back."""


class Ink(IntEnum):
    """What a cell of the timeline is drawn with; the names are those of the component classes."""

    BACKGROUND = 1
    BAR = 2
    OFF = 3
    ESTIMATE = 4
    PLAYED = 5
    PLAYHEAD = 6
    UNDER_PLAYHEAD = 7
    LOOP = 8
    MARK = 9
    BOOKMARK = 10
    ALERT = 11
    TIME = 12


_FRONTS = {
    Ink.BAR: "bar",
    Ink.OFF: "off",
    Ink.ESTIMATE: "estimate",
    Ink.PLAYED: "played",
    Ink.PLAYHEAD: "playhead",
    Ink.MARK: "mark",
    Ink.BOOKMARK: "bookmark",
    Ink.ALERT: "alert",
    Ink.TIME: "time",
}
"""Inks by the component class that colours them."""
_BACKS = {Ink.UNDER_PLAYHEAD: "playhead", Ink.LOOP: "loop"}


class TimelineBar(RasterView):
    """Bars of event rate.  A click or a drag posts ``Seek``; the wheel zooms."""

    COMPONENT_CLASSES = {
        "timeline--bar",
        "timeline--off",
        "timeline--estimate",
        "timeline--played",
        "timeline--playhead",
        "timeline--loop",
        "timeline--mark",
        "timeline--bookmark",
        "timeline--alert",
        "timeline--time",
    }

    class Seek(Message):
        """The user pointed at a place: its time in µs from the first event."""

        def __init__(self, time_us: float) -> None:
            super().__init__()
            self.time_us = time_us

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timeline: Timeline | None = None
        self.scale: TimeScale | None = None
        """The stretch that is shown; None while there is no timeline."""
        self._pointers = Pointers()
        self._bars: list[str] = []
        self._hanging = 0
        """How many of the bars' rows hang from the middle; they are drawn reversed."""
        self._dragging = False

    def show(self, timeline: Timeline | None) -> None:
        """Replace the timeline; None shows nothing."""
        self.timeline = timeline
        if timeline is None:
            self.scale, self._pointers = None, Pointers()
        self._lay_out()

    def point(self, pointers: Pointers) -> None:
        """Say what is pointed out; a playhead off the stretch that is shown turns the page."""
        before, self._pointers = self._pointers, pointers
        if self.scale is None or pointers == before:
            return
        turned = self.scale if pointers.playhead is None else self.scale.showing(pointers.playhead)
        if turned != self.scale:
            self.scale = turned
            self._lay_out()
        elif self._signs(pointers) != self._signs(before):
            self._paint()

    def zoom(self, steps: int, about_us: float | None = None) -> None:
        """Show a shorter or longer stretch, about a time or the playhead."""
        if self.scale is not None:
            about = about_us if about_us is not None else self._pointers.playhead or 0
            self.scale = self.scale.zoomed(steps, about)
            self._lay_out()

    def on_resize(self) -> None:
        super().on_resize()
        self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.__dict__.pop("_inks", None)
        self._paint()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragging = True
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        self._dragging = False
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._zoom_at(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._zoom_at(event, -1)

    def _zoom_at(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        if self.scale is not None:
            self.zoom(steps, self.scale.time(event.x))

    def _seek(self, column: int) -> None:
        if self.scale is not None:
            self.post_message(self.Seek(self.scale.time(column)))

    # Drawing

    @property
    def _has_marks(self) -> bool:
        return self.size.height >= _ROWS_WITH_MARKS

    def _lay_out(self) -> None:
        """Make the bars for the stretch, the size and the timeline there are now."""
        width, height = self.size
        rows = height - self._has_marks
        self._bars, self._hanging = [], 0
        timeline = self.timeline
        if timeline is not None and width and rows:
            from evtui.rendering.sparkline import bars, mirrored, resample
            from evtui.rendering.timescale import TimeScale

            scale = self.scale or TimeScale(timeline.duration_us, width)
            self.scale = TimeScale(timeline.duration_us, width, scale.start_us, scale.zoom)
            whole = max(1, timeline.duration_us)
            ends = self.scale.start_us / whole, min(1.0, self.scale.end_us / whole)
            if timeline.on is None or rows < 2:
                self._bars = bars(resample(timeline.counts, width, *ends), rows)
            else:
                on = resample(timeline.on, width, *ends)
                off = resample(timeline.counts - timeline.on, width, *ends)
                self._bars, self._hanging = mirrored(on, off, rows), rows - rows // 2
        self._paint()

    def _paint(self) -> None:
        """Draw the bars and what is pointed out."""
        if self.scale is None or not self._bars or not self.size.area:
            self.show_nothing()
            return
        shape = (self.size.height, self.size.width)
        cells = Cells(
            np.full(shape, ord(" "), np.uint32),
            np.full(shape, Ink.BAR, np.uint8),
            np.full(shape, Ink.BACKGROUND, np.uint8),
        )
        if self._has_marks:
            self._paint_marks(cells)
        for row in range(len(self._bars)):
            self._paint_bars(cells, row)
        self.show_cells(cells, self._inks)

    def _paint_bars(self, cells: Cells, row: int) -> None:
        y = row + self._has_marks
        hangs = row >= len(self._bars) - self._hanging
        exact = self.timeline is not None and self.timeline.exact
        codes = np.array([ord(bar) for bar in self._bars[row]], np.uint32)
        inks = np.full(len(codes), Ink.OFF if hangs else Ink.BAR if exact else Ink.ESTIMATE)
        ground = np.full(len(codes), Ink.BACKGROUND)
        playhead, loop = self._column(self._pointers.playhead), self._loop()
        if playhead is not None and not hangs:
            inks[: playhead + 1] = Ink.PLAYED
        ground[loop.start : loop.stop] = Ink.LOOP
        # No glyph hangs from the top: what hangs is drawn by what it leaves free.
        turned = np.full(len(codes), hangs)
        if playhead is not None:
            if codes[playhead] == ord("█" if hangs else " "):
                codes[playhead], turned[playhead] = ord("│"), False
            inks[playhead], ground[playhead] = Ink.PLAYHEAD, Ink.UNDER_PLAYHEAD
        cells.codes[y] = codes
        cells.front[y] = np.where(turned, ground, inks)
        cells.back[y] = np.where(turned, inks, ground)

    def _paint_marks(self, cells: Cells) -> None:
        """The row of marks; where two fall together the later one is seen."""
        if self.scale is not None and self.scale.zoom > 1:
            first = format_position(round(self.scale.start_us))
            last = format_position(round(self.scale.end_us))
            if len(first) + len(last) < cells.columns:
                for text, start in ((first, 0), (last, cells.columns - len(last))):
                    cells.codes[0, start : start + len(text)] = [ord(letter) for letter in text]
                    cells.front[0, start : start + len(text)] = Ink.TIME
        for sign, ink, column in self._signs(self._pointers):
            cells.codes[0, column], cells.front[0, column] = ord(sign), ink

    @cached_property
    def _inks(self) -> Pens:
        """The pens of the theme's colours."""
        own = self.rich_style
        fronts, backs = ["39"] * (len(Ink) + 1), ["49"] * (len(Ink) + 1)
        for ink in Ink:
            style = self._style(_FRONTS[ink]) if ink in _FRONTS else own
            ground = self._style(_BACKS[ink]) if ink in _BACKS else own
            # What hangs is drawn with front and back exchanged, so each ink is both.
            front = ground.bgcolor if ink in _BACKS or ink is Ink.BACKGROUND else style.color
            fronts[ink] = pen(front, self.app.console, front=True)
            back = style.color if ink in _FRONTS else ground.bgcolor
            backs[ink] = pen(back, self.app.console, front=False)
        return Pens(tuple(fronts), tuple(backs))

    def _style(self, kind: str) -> Style:
        return self.get_component_rich_style(f"timeline--{kind}")

    def _signs(self, pointers: Pointers) -> list[tuple[str, Ink, int]]:
        """What is pointed out and shown: a sign, its ink and its column."""
        named: list[tuple[str, Ink, int | None]] = [
            *(("!", Ink.ALERT, time) for time in pointers.alerts),
            *(("◆", Ink.BOOKMARK, time) for time in pointers.bookmarks),
            ("A", Ink.MARK, pointers.mark_a),
            ("B", Ink.MARK, pointers.mark_b),
            ("▾", Ink.MARK, pointers.playhead),
        ]
        columns = [(sign, ink, self._column(time)) for sign, ink, time in named]
        return [(sign, ink, column) for sign, ink, column in columns if column is not None]

    def _loop(self) -> range:
        """The columns between the A-B marks, where both are set."""
        start, end = self._pointers.mark_a, self._pointers.mark_b
        if start is None or end is None or self.scale is None:
            return range(0)
        if end < self.scale.start_us or start > self.scale.end_us:
            return range(0)
        first, last = self._column(start), self._column(end)
        return range(first or 0, self.size.width if last is None else last + 1)

    def _column(self, time_us: int | None) -> int | None:
        return None if time_us is None or self.scale is None else self.scale.column(time_us)
