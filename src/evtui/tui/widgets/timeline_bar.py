"""The timeline: event rate over the whole recording, with playhead and A-B marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from evtui.recordings.base import Timeline


class TimelineBar(Widget):
    """Bars of event rate.  A click or a drag posts ``Seek``."""

    COMPONENT_CLASSES = {
        "timeline--bar",
        "timeline--estimate",
        "timeline--played",
        "timeline--playhead",
        "timeline--loop",
    }

    class Seek(Message):
        """The user pointed at a place: its share of the recording, 0.0 to 1.0."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timeline: Timeline | None = None
        self._rows: list[str] = []
        self._playhead: int | None = None
        self._loop: tuple[int, int] | None = None
        self._dragging = False

    def show(self, timeline: Timeline | None) -> None:
        """Replace the timeline; None shows nothing."""
        self.timeline = timeline
        self._playhead = self._loop = None
        self._layout_bars()

    def point_at(self, share: float, marks: Sequence[float] = ()) -> None:
        """Move the playhead and the A-B marks, all as shares of the recording."""
        width = self.size.width
        column = self._column(share, width)
        loop = (self._column(marks[0], width), self._column(marks[-1], width)) if marks else None
        if (column, loop) != (self._playhead, self._loop):
            self._playhead, self._loop = column, loop
            self.refresh()

    def on_resize(self) -> None:
        self._layout_bars()

    def render_line(self, y: int) -> Strip:
        width, _height = self.size
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        exact = self.timeline is not None and self.timeline.exact
        usual = self.get_component_rich_style("timeline--bar" if exact else "timeline--estimate")
        played = self.get_component_rich_style("timeline--played")
        looped = self.get_component_rich_style("timeline--loop")
        head = self.get_component_rich_style("timeline--playhead")
        segments = []
        for column, bar in enumerate(self._rows[y]):
            style = usual if self._playhead is None or column > self._playhead else played
            if self._loop and self._loop[0] <= column <= self._loop[1]:
                style += Style(bgcolor=looped.bgcolor)
            if column == self._playhead:
                style, bar = head, bar if bar != " " else "│"
            segments.append(Segment(bar, style))
        return Strip(segments, len(segments)).simplify().adjust_cell_length(width, self.rich_style)

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

    def _seek(self, column: int) -> None:
        last = max(1, self.size.width - 1)
        self.post_message(self.Seek(min(max(column, 0), last) / last))

    def _layout_bars(self) -> None:
        width, height = self.size
        self._rows = []
        if self.timeline is not None and width and height:
            from evtui.rendering.sparkline import bars, resample

            self._rows = bars(resample(self.timeline.counts, width), height)
        self.refresh()

    @staticmethod
    def _column(share: float, width: int) -> int:
        return min(max(0, round(share * (width - 1))), max(0, width - 1))
