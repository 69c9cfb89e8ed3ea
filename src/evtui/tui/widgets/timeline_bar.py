"""The timeline: event rate over the recording, ON above and OFF below, and what lies where."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

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


class TimelineBar(Widget):
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
            self.refresh()

    def zoom(self, steps: int, about_us: float | None = None) -> None:
        """Show a shorter or longer stretch, about a time or the playhead."""
        if self.scale is not None:
            about = about_us if about_us is not None else self._pointers.playhead or 0
            self.scale = self.scale.zoomed(steps, about)
            self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

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
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = y - self._has_marks
        if self.scale is not None and self.scale.columns != width:
            self._lay_out()  # a resize is drawn before it is told
        if self.scale is None or row >= len(self._bars):
            return Strip.blank(width, self.rich_style)
        cells = self._marks() if row < 0 else self._bar_cells(row)
        segments = [
            Segment("".join(text for text, _ in run), style)
            for style, run in groupby(cells, key=lambda cell: cell[1])
        ]
        return Strip(segments, width)

    def _bar_cells(self, row: int) -> list[tuple[str, Style]]:
        """One row of bars, a glyph and a style for each column."""
        exact = self.timeline is not None and self.timeline.exact
        hangs = row >= len(self._bars) - self._hanging
        usual = self._style("off" if hangs else "bar" if exact else "estimate")
        played, head = self._style("played"), self._style("playhead")
        loop, loop_back = self._loop(), self._style("loop").bgcolor
        playhead = self._column(self._pointers.playhead)
        cells = []
        for column, bar in enumerate(self._bars[row]):
            is_played = playhead is not None and column <= playhead and not hangs
            style = played if is_played else usual
            if column in loop:
                style += Style(bgcolor=loop_back)
            if hangs:
                style += Style(reverse=True)
            if column == playhead:
                empty = bar == ("█" if hangs else " ")
                bar, style = ("│", head) if empty else (bar, head + Style(reverse=hangs))
            cells.append((bar, style))
        return cells

    def _marks(self) -> list[tuple[str, Style]]:
        """The row of marks; where two fall together the later of these is seen."""
        cells = [(" ", self.rich_style)] * self.size.width
        if self.scale is not None and self.scale.zoom > 1:
            self._label(cells)
        for sign, kind, column in self._signs(self._pointers):
            cells[column] = sign, self._style(kind)
        return cells

    def _label(self, cells: list[tuple[str, Style]]) -> None:
        """Write the times at both ends of the stretch."""
        assert self.scale is not None
        first = format_position(round(self.scale.start_us))
        last = format_position(round(self.scale.end_us))
        if len(first) + len(last) < len(cells):
            quiet = self.rich_style + Style(dim=True)
            cells[: len(first)] = [(letter, quiet) for letter in first]
            cells[-len(last) :] = [(letter, quiet) for letter in last]

    def _style(self, kind: str) -> Style:
        return self.get_component_rich_style(f"timeline--{kind}")

    def _signs(self, pointers: Pointers) -> list[tuple[str, str, int]]:
        """What is pointed out and shown: a sign, its kind and its column."""
        named: list[tuple[str, str, int | None]] = [
            *(("!", "alert", time) for time in pointers.alerts),
            *(("◆", "bookmark", time) for time in pointers.bookmarks),
            ("A", "mark", pointers.mark_a),
            ("B", "mark", pointers.mark_b),
            ("▾", "mark", pointers.playhead),
        ]
        columns = [(sign, kind, self._column(time)) for sign, kind, time in named]
        return [(sign, kind, column) for sign, kind, column in columns if column is not None]

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
