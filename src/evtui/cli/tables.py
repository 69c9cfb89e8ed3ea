"""Tables as text: columns as wide as what is in them, or as the terminal allows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from io import StringIO

from evtui.units import printable

_UNLIMITED = 10_000


def table_text(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, total: Sequence[str] | None = None
) -> str:
    """A table whose first column is text and whose others are figures.

    Text from files is shown as it is, but for what a terminal would obey.

    Args:
        headings: of the columns.
        rows: a text for each column.
        total: a last row, below a line.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, show_footer=total is not None, pad_edge=False)
    ends = total or [""] * len(headings)
    for number, (heading, end) in enumerate(zip(headings, ends, strict=True)):
        table.add_column(
            Text(heading),
            Text(end),
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=bool(number),
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    text = StringIO()
    Console(file=text, width=_width(), color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().strip("\n").splitlines())


def _width() -> int:
    """Columns there are; a file has room for any line."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED
