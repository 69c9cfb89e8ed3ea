"""A widget that shows a block of cells and sends the terminal only what changed of each row.

Textual asks a widget for strips, cuts them where other widgets lie above, and renders what is left
to text.  The strips made here give their row's difference, as ready text, if they are rendered as
they are, and ordinary segments if Textual looks into them, as it does to cut, dim or export them.
What the terminal shows is noted only when a row's text was really taken; whatever may have changed
it in another way makes the row unknown, and an unknown row is sent whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from evtui.rendering.ansi import Packed, blank, compare, pack, paint, unpack

if TYPE_CHECKING:
    from evtui.rendering.cells import Cells
    from evtui.rendering.colours import Pens


class RasterView(Widget):
    """Shows cells, centred, on the terminal's own background; a caller says which.

    Border, padding, opacity and tint do not reach it.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cells: Cells | None = None
        """What is shown; None shows nothing."""
        self.pens: Pens | None = None
        self.after_frame: Callable[[int], str] | None = None
        """Asked for what to send behind a frame, given the frame's bytes."""
        self.budget: int | None = None
        """Bytes of a frame at most, about: rows beyond it wait for the next frames."""
        self.behind = False
        """Whether rows wait; ``catch_up`` sends some more of them."""
        self.shown = blank(0, 0)
        """What the terminal shows, as far as it is known."""
        self.known = np.zeros(0, np.bool_)
        """Rows of which that is certain."""
        self._wanted = blank(0, 0)
        self._painting: _Painting | None = None
        self._place: tuple[Region, int] | None = None
        self._healed = -1
        self._last_row: int | None = None
        self._frame_bytes = 0
        self._frame_rows = 0
        self._row_bytes = 0.0
        self._frame = 0
        self._painted_in = np.zeros(0, np.int64)

    def show_nothing(self) -> None:
        """Show blank cells."""
        self.cells = None
        self.forget()

    def show_cells(self, cells: Cells, pens: Pens) -> None:
        """Replace what is shown."""
        if pens != self.pens:
            self.pens = pens
            self.known[:] = False
        self.cells = cells
        self._want()
        self._heal_one_row()
        self.catch_up()

    def catch_up(self) -> None:
        """Send the rows that changed, or as many as the budget has room for."""
        changed = self._unshown_rows()
        rows = self._affordable(changed)
        self.behind = len(rows) < len(changed)
        self._frame += 1
        self._refresh_rows(rows)

    def forget(self) -> None:
        """Somebody else may have drawn over this: send everything again."""
        self._want()
        self.known[:] = False
        self.refresh()

    def on_mount(self) -> None:
        for signal in (self.screen.screen_layout_refresh_signal, self.app.app_resume_signal):
            signal.subscribe(self, lambda _: self.forget())

    def on_resize(self) -> None:
        self.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        # A screen that comes back finds the terminal showing another's.
        place = self.region, self.screen.stack_updates
        if place != self._place:
            self._place, self._painting = place, None
            self.known[:] = False
        if self._painting is None:
            self._want()
            self._painting = _Painting(self, self._wanted, self._reaches_the_edge)
        strips = self._painting.strips[crop.y : crop.bottom]
        if crop.column_span == (0, self.size.width):
            return list(strips)
        return [strip.crop(*crop.column_span) for strip in strips]

    def note(self, row: int, shown: Packed, text: str) -> str:
        """Note that a row's text is on its way to the terminal; returns all that is to be sent."""
        self.shown[row], self.known[row] = shown, True
        self._painted_in[row] = self._frame
        self._frame_bytes += len(text.encode())
        self._frame_rows += 1
        if row != self._last_row:
            return text
        size, self._last_row = self._frame_bytes, None
        self._row_bytes = size / self._frame_rows
        return text if self.after_frame is None else text + self.after_frame(size)

    @property
    def _reaches_the_edge(self) -> bool:
        return self.region.right == self.app.size.width

    def _want(self) -> None:
        """Lay the cells out in the size the view has now."""
        columns, rows = self.size
        if self.shown.shape != (rows, columns):
            self.shown, self.known = blank(columns, rows), np.zeros(rows, np.bool_)
            self._painted_in = np.zeros(rows, np.int64)
        fits = self.cells is not None and self.cells.columns <= columns and self.cells.rows <= rows
        # A view that shrank shows nothing until what draws on it has followed.
        cells = self.cells if fits else None
        self._wanted = blank(columns, rows) if cells is None else pack(cells, columns, rows)
        self._painting = None

    def _unshown_rows(self) -> NDArray[np.intp]:
        """Rows that the terminal does not show as they are wanted, as far as is known."""
        return np.flatnonzero(~self.known | (self._wanted != self.shown).any(axis=1))

    def _heal_one_row(self) -> None:
        """Send one row whole with each frame, so that no mistake stays."""
        if len(self.known):
            self._healed = (self._healed + 1) % len(self.known)
            self.known[self._healed] = False

    def _affordable(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Of some rows those sent longest ago, spread over the view, as far as the budget goes."""
        cost = self._row_bytes * len(rows)
        if self.budget is None or cost <= self.budget:
            return rows
        room = max(1, int(len(rows) * self.budget / cost))
        in_turn = np.lexsort((_interlaced(rows), self._painted_in[rows]))
        return np.sort(rows[in_turn[:room]])

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        """Have Textual render some rows, as few regions as there are runs of them."""
        runs = groupby(enumerate(rows), lambda pair: int(pair[1]) - pair[0])
        regions = []
        for _, run in runs:
            first, *rest = [int(row) for _, row in run]
            regions.append(Region(0, first, self.size.width, 1 + len(rest)))
        if regions:
            self._last_row, self._frame_bytes, self._frame_rows = regions[-1].bottom - 1, 0, 0
            self.refresh(*regions)


class _Painting:
    """One rendering of a view: a strip for each row, their texts made when one is first taken."""

    def __init__(self, view: RasterView, wanted: Packed, to_edge: bool) -> None:
        self._view = view
        self._wanted = wanted
        self._to_edge = to_edge
        self._differences: list[str] | None = None
        self._unused = set(range(len(wanted)))
        self.strips = [_RowStrip(self, row, wanted.shape[1]) for row in range(len(wanted))]

    def take(self, row: int) -> str:
        """The text of a row: at first what changed, later all of it."""
        if row in self._unused:
            text = self._take_differences()[row]
            self._unused.discard(row)
        else:
            text = self._paint(np.zeros(len(self._wanted), np.bool_), slice(row, row + 1))[0]
        return self._view.note(row, self._wanted[row], text)

    def segments(self, row: int) -> list[Segment]:
        """A row in full, for whoever wants to look into it and may draw it or not."""
        self._view.known[row] = False
        self._unused.discard(row)
        cells, pens = unpack(self._wanted[row : row + 1]), self._view.pens
        return [
            Segment(text, _style(pens.fronts[front], pens.backs[back]) if pens else None)
            for text, front, back in cells.runs(0)
        ]

    def _take_differences(self) -> list[str]:
        if self._differences is None:
            self._differences = self._paint(self._view.known, slice(None))
        return self._differences

    def _paint(self, known: NDArray[np.bool_], rows: slice) -> list[str]:
        view = self._view
        if view.pens is None:
            return [""] * len(self._wanted[rows])
        sheet = compare(self._wanted[rows], view.shown[rows], known[rows], self._to_edge)
        return paint(sheet, view.pens)


class _RowStrip(Strip):
    """A strip that is rendered as its row's text, and has segments where somebody asks for them."""

    __slots__ = ("_made", "_painting", "_row")

    def __init__(self, painting: _Painting, row: int, columns: int) -> None:
        # Strip's own constructor makes eight caches, and few strips here live to use one.
        self._painting = painting
        self._row = row
        self._made: list[Segment] = []
        self._cell_length = columns
        self._cell_count = self._link_ids = self._render_cache = None

    def __getattr__(self, name: str) -> object:
        """Make a cache when it is first looked into."""
        if not name.endswith("_cache"):
            raise AttributeError(name)
        cache: FIFOCache[object, object] = FIFOCache(4)
        setattr(self, name, cache)
        return cache

    # Strip keeps its segments in this attribute, and each of its methods begins there.
    @property
    def _segments(self) -> list[Segment]:
        if not self._made and self.cell_length:
            self._made = self._painting.segments(self._row)
        return self._made

    @_segments.setter
    def _segments(self, segments: list[Segment]) -> None:
        self._made = segments

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        places = list(cuts)
        return [self] if places == [self.cell_length] else super().divide(places)

    def render(self, console: Console) -> str:
        return self._painting.take(self._row)


def _interlaced(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Each row's place in an order in which the first few lie far apart: its bits reversed."""
    order = np.zeros_like(rows)
    for bit in range(10):
        order = order << 1 | rows >> bit & 1
    return order


def pen(colour: Color | None, console: Console, *, front: bool) -> str:
    """The SGR parameters of one of Textual's colours, as the console's terminal can show it."""
    system = console._color_system
    if colour is None or system is None:
        return "39" if front else "49"
    return ";".join(colour.downgrade(system).get_ansi_codes(foreground=front))


@lru_cache(maxsize=1024)
def _style(front: str, back: str) -> Style:
    return Style(color=_colour(front), bgcolor=_colour(back))


def _colour(pen: str) -> Color | None:
    """The colour of one SGR parameter string, for Textual's own renderer."""
    kind, *values = (int(part) for part in pen.split(";")) if pen else (39,)
    if values[:1] == [5]:
        return Color.from_ansi(values[1])
    if values[:1] == [2]:
        return Color.from_rgb(*values[1:])
    if kind % 10 == 9:
        return None
    return Color.from_ansi(kind % 10 + (8 if kind >= 90 else 0))
