"""A widget that shows a block of cells, centred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from evtui.rendering.cells import Cells

Colours = tuple[tuple[int, int, int], ...]


class CellsView(Widget):
    """Shows cells in the colours of a palette; a subclass or a caller says which."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cells: Cells | None = None
        """What is shown; None shows nothing."""
        self._styles: dict[tuple[int, int], Style] = {}
        self._colours: Colours = ()

    def show_cells(self, cells: Cells | None, colours: Colours) -> None:
        """Replace what is shown; None shows nothing."""
        if colours != self._colours:
            self._colours, self._styles = colours, {}
        self.cells = cells
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        cells = self.cells
        if cells is None:
            return Strip.blank(width, self.rich_style)
        row = y - (height - cells.rows) // 2
        if not 0 <= row < cells.rows:
            return Strip.blank(width, self.rich_style)
        left = max(0, (width - cells.columns) // 2)
        background = self.rich_style
        segments = [Segment(" " * left, background)] if left else []
        for text, front, back in cells.runs(row):
            segments.append(Segment(text, background + self._style(front, back)))
        strip = Strip(segments, left + cells.columns)
        return strip.adjust_cell_length(width, background)

    def _style(self, front: int, back: int) -> Style:
        """The style of two shades; 0 is the background in both."""
        key = (front, back)
        style = self._styles.get(key)
        if style is None:
            colour = _colour(self._colours[front]) if front else None
            style = Style(color=colour, bgcolor=_colour(self._colours[back]) if back else None)
            self._styles[key] = style
        return style


def _colour(rgb: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
