"""A table that makes only the rows in sight: 10,000 of them cost no more than 50."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

HEADER = 1
"""Lines above the first row."""

_NONE = Style.null()

_State = tuple[bool, bool, int]
"""Whether the cursor and the mouse are on a row, and how wide the table is."""

_MOST_DRAWN = 1_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's title and the width of its cells, without padding."""

    key: str
    title: str
    width: int


@dataclass(frozen=True, slots=True)
class _Styles:
    """The styles of one drawing: looking them up for every row takes longer than the row."""

    header: Style = _NONE
    zebra: tuple[Style, Style] = (_NONE, _NONE)
    """Of even and odd rows."""
    hover: Style = _NONE
    header_hover: Style = _NONE
    cursor: Style = _NONE


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of cells under a header, with a cursor on one of them.

    Subclasses say how many rows there are (``set_rows``) and make the cells of one (``cells``).
    """

    ALLOW_SELECT = False
    # Enter belongs to the screen, so that the footer says what it does.
    BINDINGS = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("left", "scroll_left", show=False),
        Binding("right", "scroll_right", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("ctrl+home", "scroll_top", show=False),
        Binding("ctrl+end", "scroll_bottom", show=False),
        Binding("home", "scroll_first_column", show=False),
        Binding("end", "scroll_last_column", show=False),
    ]
    COMPONENT_CLASSES = {
        "rows--cursor",
        "rows--hover",
        "rows--header",
        "rows--header-hover",
        "rows--odd",
        "rows--even",
    }
    DEFAULT_CSS = """
    RowList {
        background: $surface;
        color: $foreground;

        &:focus {
            background-tint: $foreground 5%;
            & > .rows--cursor {
                background: $block-cursor-background;
                color: $block-cursor-foreground;
                text-style: $block-cursor-text-style;
            }
            & > .rows--header {
                background-tint: $foreground 5%;
            }
        }
        &:dark > .rows--even {
            background: $surface-darken-1 40%;
        }
        & > .rows--header {
            text-style: bold;
            background: $panel;
            color: $foreground;
        }
        &:ansi > .rows--header {
            background: ansi_bright_blue;
            color: ansi_default;
        }
        & > .rows--even {
            background: $surface-lighten-1 50%;
        }
        & > .rows--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        & > .rows--header-hover {
            background: $accent 30%;
        }
        & > .rows--hover {
            background: $block-hover-background;
        }
    }
    """

    class HeaderSelected(Message):
        """The user clicked a column's title."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class RowSelected(Message):
        """The user clicked the row that the cursor was on."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, padding: int = 1, id: str | None = None) -> None:
        """Make an empty table.

        Args:
            padding: cells on either side of every column.
            id: of the widget.
        """
        super().__init__(id=id)
        self._padding = padding
        self._headings: tuple[Heading, ...] = ()
        self._count = 0
        self._cursor = 0
        self._hover: tuple[int, int] | None = None
        """Row (-1 for the header) and column under the mouse, while it is what moved last."""
        self._styles = _Styles()
        self._drawn: dict[int, tuple[_State, Strip]] = {}
        """The rows as they were drawn last."""

    def cells(self, index: int) -> Sequence[Text]:
        """The cells of a row, one a column; asked for when the row is drawn."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """The user put the cursor on another row."""

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self._count

    @property
    def cursor_row(self) -> int:
        """The row that the cursor is on; 0 also where there is none."""
        return self._cursor

    @property
    def rows_in_sight(self) -> range:
        """The rows that are on the screen."""
        top = self.scroll_offset.y
        return range(min(top, self._count), min(top + self._page, self._count))

    def set_headings(self, headings: Sequence[Heading]) -> None:
        """Replace the columns."""
        if tuple(headings) != self._headings:
            self._headings = tuple(headings)
            self._measure()

    def set_rows(self, count: int, cursor: int) -> None:
        """Say that the rows are others now.

        Args:
            count: how many.
            cursor: the row it is on from now on; it stays on its line of the screen.
        """
        line = self._cursor - self.scroll_offset.y
        self._count, self._cursor = count, cursor
        self._measure()
        if 0 <= line < self._page:
            self.scroll_to(y=cursor - line, animate=False, force=True)
        self._show_cursor()

    def move_cursor(self, *, row: int) -> None:
        """Put the cursor on a row, or on the first or last where there is no such row."""
        row = max(0, min(row, self._count - 1))
        if row != self._cursor:
            self.refresh_row(self._cursor)
            self._cursor = row
            self.refresh_row(row)
            self.cursor_moved()
        self._show_cursor()

    def refresh_row(self, index: int) -> None:
        """Draw a row again, where it is in sight."""
        self._drawn.pop(index, None)
        if index in self.rows_in_sight:
            self.refresh_line(HEADER + index)

    # Keys

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._turn_page(-1)

    def action_page_down(self) -> None:
        self._turn_page(1)

    def action_scroll_top(self) -> None:
        self._step(-self._count)

    def action_scroll_bottom(self) -> None:
        self._step(self._count)

    def action_scroll_first_column(self) -> None:
        self.scroll_to(x=0, animate=False)

    def action_scroll_last_column(self) -> None:
        self.scroll_to(x=self.max_scroll_x, animate=False)

    def _step(self, rows: int) -> None:
        self._set_hover(None)
        self.move_cursor(row=self._cursor + rows)

    def _turn_page(self, pages: int) -> None:
        rows = pages * self._page
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, force=True)
        self._step(rows)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        place = self._place(event)
        if place is None:
            return
        event.stop()
        row, column = place
        if row < 0:
            self.post_message(self.HeaderSelected(self._headings[column].key))
        elif row == self._cursor:
            self.post_message(self.RowSelected(row))
        else:
            self.move_cursor(row=row)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._set_hover(self._place(event))

    def on_leave(self) -> None:
        self._set_hover(None)

    def _place(self, event: events.MouseEvent) -> tuple[int, int] | None:
        """Row (-1 for the header) and column under the mouse; None where there is neither."""
        at = event.get_content_offset(self)
        if at is None or not self._headings:
            return None
        row = -1 if at.y < HEADER else self.scroll_offset.y + at.y - HEADER
        if row >= self._count:
            return None
        left, column = at.x + self.scroll_offset.x, 0
        while column < len(self._headings) - 1 and left >= self._outer(column):
            left -= self._outer(column)
            column += 1
        return row, column

    def _set_hover(self, place: tuple[int, int] | None) -> None:
        old, self._hover = self._hover, place
        if old == place:
            return
        for row, _ in filter(None, (old, place)):
            if row < 0:
                self.refresh_line(self.scroll_offset.y)
            else:
                self.refresh_row(row)

    # Drawing

    @property
    def _page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.size.height - HEADER)

    def _outer(self, column: int) -> int:
        return self._headings[column].width + 2 * self._padding

    def _measure(self) -> None:
        width = sum(map(self._outer, range(len(self._headings))))
        self._drawn.clear()
        self.virtual_size = Size(width, HEADER + self._count)
        self.refresh()

    def _show_cursor(self) -> None:
        """Scroll no further than it takes to see the cursor."""
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + self._page:
            self.scroll_to(y=self._cursor - self._page + 1, animate=False, force=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        styles = _Styles(
            header=self.get_component_styles("rows--header").rich_style,
            zebra=(
                self.get_component_styles("rows--even").rich_style,
                self.get_component_styles("rows--odd").rich_style,
            ),
            hover=self.get_component_rich_style("rows--hover"),
            header_hover=self.get_component_rich_style("rows--header-hover"),
            cursor=self.get_component_rich_style("rows--cursor"),
        )
        if styles != self._styles or len(self._drawn) > _MOST_DRAWN:
            self._styles = styles
            self._drawn.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y < HEADER:
            strip = self._draw_header()
        else:
            index = self.scroll_offset.y + y - HEADER
            if index >= self._count:
                return Strip.blank(self.size.width, self.rich_style)
            strip = self._drawn_row(index)
        left = self.scroll_offset.x
        return strip.crop(left, left + self.size.width)

    def _draw_header(self) -> Strip:
        style = self._styles.header
        hover = style + self._styles.hover + self._styles.header_hover
        under = self._hover[1] if self._hover and self._hover[0] < 0 else None
        titles = [Text(heading.title) for heading in self._headings]
        styles = [hover if column == under else style for column in range(len(titles))]
        return self._draw(titles, styles, style)

    def _drawn_row(self, index: int) -> Strip:
        is_under_mouse = self._hover is not None and self._hover[0] == index
        state = (index == self._cursor, is_under_mouse, self.size.width)
        known = self._drawn.get(index)
        if known is not None and known[0] == state:
            return known[1]
        strip = self._draw_row(index)
        self._drawn[index] = (state, strip)
        return strip

    def _draw_row(self, index: int) -> Strip:
        style = self._styles.zebra[index % 2]
        if self._hover is not None and self._hover[0] == index:
            style += self._styles.hover
        over = _NONE
        if index == self._cursor:
            style += self._styles.cursor
            over = Style(color=self._styles.cursor.color)
        cells = self.cells(index)
        styles = [style + _style(cell) + over for cell in cells]
        return self._draw(cells, styles, style)

    def _draw(self, cells: Sequence[Text], styles: Sequence[Style], rest: Style) -> Strip:
        """One line: the cells side by side, then spaces."""
        margin = " " * self._padding
        parts = [
            Segment(f"{margin}{_fitted(cell, heading.width)}{margin}", style)
            for heading, cell, style in zip(self._headings, cells, styles, strict=True)
        ]
        return Strip(parts).extend_cell_length(self.size.width, rest)


def _style(cell: Text) -> Style:
    return cell.style if isinstance(cell.style, Style) else Style.parse(cell.style)


def _fitted(cell: Text, width: int) -> str:
    """A cell's text, cut or filled up to a width."""
    fitted = cell.copy()
    fitted.align("right" if cell.justify == "right" else "left", width)
    return fitted.plain
