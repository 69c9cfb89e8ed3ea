"""The one table of columns: heading, width, what a row shows, what it sorts by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from evtui.events import BYTES_PER_EVENT
from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.recordings.findings import Severity
from evtui.store.plan import guess_cost
from evtui.units import format_bytes, format_count, format_duration, format_rate, printable

NAME_WIDTH = 16
"""The least the name is given; it takes what the others leave."""

_HEALTH = {
    None: ("✓", "green"),
    Severity.NOTE: ("i", "blue"),
    Severity.WARNING: ("!", "yellow"),
    Severity.ERROR: ("✗", "red"),
}

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(slots=True)
class Row:
    """A dataset, what is known of it, and its state in the cache."""

    dataset: Dataset
    summary: Summary | None = None
    cached: str = ""
    """``yes`` or ``pinned`` in the cache, ``…`` loading, ``queued``; empty otherwise."""
    missing: str = ""
    """Why there is no such file to be seen now; empty where there is."""
    text: str = field(init=False, default="")
    """What the filter looks through."""

    def __post_init__(self) -> None:
        self.know(self.dataset, self.summary)

    def know(self, dataset: Dataset, summary: Summary | None) -> None:
        """Replace what is known."""
        self.dataset, self.summary = dataset, summary
        known = summary.format if summary else ""
        self.text = f"{dataset.folder}/{dataset.name} {known}".lower()

    @property
    def problem(self) -> str:
        """Why the dataset cannot be opened; empty where it can, as far as is known."""
        return self.missing or (self.summary.problem if self.summary else "")

    @property
    def cost(self) -> int | None:
        """Bytes of memory that its events hold once loaded; None while nothing tells."""
        known = self.summary
        if known is None or known.problem:
            return None
        if known.events is not None:
            return known.events * BYTES_PER_EVENT
        return guess_cost(known.format, self.dataset.bytes)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.  ``rank`` says which go first where the screen is narrow."""

    key: str
    title: str
    width: int
    rank: int
    show: Callable[[Row], str | Text]
    order: Callable[[Row], object]
    right: bool = field(default=False)

    def cell(self, row: Row) -> Text:
        """The row's cell; text from files is never markup."""
        content = self.show(row)
        text = content if isinstance(content, Text) else Text(printable(content))
        text.no_wrap, text.overflow = True, "ellipsis"
        if self.right:
            text.justify = "right"
        if row.missing:
            text.style = f"dim {text.style}"
        return text


def _known(row: Row) -> Summary:
    return row.summary or Summary()


def _estimate(text: str, exact: bool) -> str:
    return text if exact else f"~{text}"


def _events(row: Row) -> str:
    known = _known(row)
    if known.events is None:
        return ""
    return _estimate(format_count(known.events), known.events_exact)


def _memory(row: Row) -> str:
    """What it takes once it is loaded."""
    cost = row.cost
    return "" if cost is None else _estimate(format_bytes(cost), _known(row).events_exact)


def _duration(row: Row) -> str:
    known = _known(row)
    if known.duration_us is None:
        return ""
    return _estimate(format_duration(known.duration_us), known.duration_exact)


def _rate(row: Row) -> str:
    rate = _known(row).rate
    return format_rate(rate) if rate is not None else ""


def _sensor(row: Row) -> str:
    known = _known(row)
    return f"{known.width}×{known.height}" if known.width else ""


def _health(row: Row) -> Text:
    if row.missing:
        return Text(*_HEALTH[Severity.ERROR])
    if row.summary is None:
        return Text("…", "dim")
    if row.summary.needs_loading:
        return Text("–", "dim")
    return Text(*_HEALTH[row.summary.health])


def _health_order(row: Row) -> int:
    if row.problem:
        return _RANKS[Severity.ERROR]
    return max((_RANKS[found.severity] for found in _known(row).findings), default=-1)


def _number(value: float | None) -> float:
    return -1.0 if value is None else value


COLUMNS: tuple[Column, ...] = (
    Column("name", "Name", 0, 0, lambda row: row.dataset.name, lambda row: row.dataset.name),
    Column("folder", "Folder", 14, 9, lambda row: row.dataset.folder, lambda r: r.dataset.folder),
    Column("format", "Format", 7, 5, lambda row: _known(row).format, lambda r: _known(r).format),
    Column("sensor", "Sensor", 9, 6, _sensor, lambda row: _known(row).width or -1),
    Column("events", "Events", 8, 1, _events, lambda r: _number(_known(r).events), right=True),
    Column(
        "duration",
        "Duration",
        9,
        2,
        _duration,
        lambda row: _number(_known(row).duration_us),
        right=True,
    ),
    Column("rate", "Rate", 10, 8, _rate, lambda row: _number(_known(row).rate), right=True),
    Column(
        "size",
        "Size",
        7,
        4,
        lambda row: format_bytes(row.dataset.bytes),
        lambda row: row.dataset.bytes,
        right=True,
    ),
    Column("memory", "Memory", 8, 10, _memory, lambda row: _number(row.cost), right=True),
    Column("cached", "Cached", 6, 7, lambda row: row.cached, lambda row: row.cached),
    Column("health", "Health", 6, 3, _health, _health_order),
)
"""Every column, left to right."""


def that_fit(width: int, padding: int) -> Sequence[tuple[Column, int]]:
    """The columns that fit side by side, with their widths; the name takes what is left.

    Args:
        width: of the table in cells.
        padding: cells on either side of every column.
    """
    left = width - NAME_WIDTH - 2 * padding
    chosen = {"name"}
    for column in sorted(COLUMNS[1:], key=lambda column: column.rank):
        cost = column.width + 2 * padding
        if cost > left:
            break
        chosen.add(column.key)
        left -= cost
    return [
        (column, column.width or NAME_WIDTH + left) for column in COLUMNS if column.key in chosen
    ]
