"""The history plot: process, cache, free memory and loads over the last minutes, as bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from evtui.rendering.sparkline import scaled
from evtui.units import US_PER_S, format_bytes, format_duration

if TYPE_CHECKING:
    from evtui.store.watch import MemoryHistory, Sample, Span

_LEFT, _RIGHT = 10, 15


@dataclass(frozen=True, slots=True)
class _Band:
    """One figure over time."""

    title: str
    figure: Callable[[Sample], int]
    show: Callable[[float], str] = format_bytes
    choose: Callable[[Sequence[int]], int] = max
    """Which of the readings of one column is drawn."""
    ceiling: Callable[[Sample], int] = lambda sample: 0
    """What a full band stands for at least; the most there was where that is more."""


_BANDS = (
    _Band("processes", lambda sample: sample.process),
    _Band("cache", lambda sample: sample.used, ceiling=lambda sample: sample.budget),
    _Band("free", lambda sample: sample.available, choose=min),
)
_LOADS = _Band("loads", lambda sample: sample.loads, show=str, ceiling=lambda sample: 1)


class HistoryPlot(Widget):
    """Three bands of bars as high as there is room, a row of loads, and the time.

    Each band has its figure of now at its left, most and least at its right.
    """

    COMPONENT_CLASSES = {"history--bar", "history--loads"}

    def __init__(self, history: MemoryHistory, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._history = history
        self._drawn: Sample | None = None

    def follow(self) -> None:
        """Draw anew if there is another reading."""
        if self._history.last is not self._drawn:
            self._drawn = self._history.last
            self.refresh()

    def render(self) -> Text:
        rows = max(1, (self.size.height - 2) // len(_BANDS))
        bar = self.get_component_rich_style("history--bar")
        lines = [line for band in _BANDS for line in self._band(band, rows, bar)]
        lines += self._band(_LOADS, 1, self.get_component_rich_style("history--loads"))
        lines.append(self._time_line())
        return Text("\n", no_wrap=True, overflow="crop").join(lines)

    @property
    def _columns(self) -> int:
        return max(2, self.size.width - _LEFT - _RIGHT)

    def _band(self, band: _Band, rows: int, style: Style) -> list[Text]:
        span, last = self._history.span(band.figure), self._history.last
        if span is None or last is None:
            return [Text(band.title, "dim")] + [Text()] * (rows - 1)
        values = self._history.columns(band.figure, self._columns, band.choose)
        full = max(span.most, band.ceiling(last))
        drawn = scaled(values, full, rows)
        left, right = _beside(band, span, full, rows)
        return [
            Text.assemble(
                (f"{left[row]:<{_LEFT}}", "" if row or rows == 1 else "dim"),
                (bars.rjust(self._columns), style),
                (f"  {right[row]}", "dim"),
            )
            for row, bars in enumerate(drawn)
        ]

    def _time_line(self) -> Text:
        """When the oldest reading was, under its column, and now."""
        shown = len(self._history.columns(_LOADS.figure, self._columns))
        began = f"{format_duration(self._history.seconds * US_PER_S)} ago"
        line = began.ljust(shown - len("now")) if shown > len(began) + len("now") else ""
        return Text(" " * _LEFT + f"{line}now".rjust(self._columns), "dim")


def _beside(band: _Band, span: Span, full: int, rows: int) -> tuple[list[str], list[str]]:
    """What stands left and right of each row of a band."""
    now, most, least = (band.show(value) for value in (span.now, span.most, span.least))
    if rows == 1:
        return [f"{band.title} {now}"], [f"most {most}"]
    left = [band.title, now, *[""] * (rows - 2)]
    right = [f"most  {most}", *[""] * (rows - 2), f"least {least}"]
    if rows > 2 and full > span.most:
        right[1] = f"of    {band.show(full)}"
    return left, right
