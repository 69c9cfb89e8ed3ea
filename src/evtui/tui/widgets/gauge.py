"""The gauge: memory of this process and the machine, how full the cache is, how fast loads are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.text import Text
from textual.widget import Widget

from evtui.units import format_bytes

if TYPE_CHECKING:
    from evtui.store.messages import CacheStats
    from evtui.store.policy import MemoryReading
    from evtui.store.watch import Rate

Readings: TypeAlias = "tuple[MemoryReading, CacheStats, Rate | None]"

INTERVAL_S = 0.5
"""How often memory is read and shown."""

_WIDE = 56
"""Cells from which on figures have three digits and words are written out."""

_PARTS = " ▏▎▍▌▋▊▉█"


class Gauge(Widget):
    """Three lines that follow memory, cache and loads.

    ``show`` costs next to nothing while nothing changed, and draws only where what is shown did.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._readings: Readings | None = None
        self._shown: tuple[object, ...] = ()

    def show(self, memory: MemoryReading, cache: CacheStats, rate: Rate | None = None) -> None:
        """Show new readings."""
        readings = memory, cache, rate
        if readings == self._readings:
            return
        self._readings = readings
        shown = _as_shown(memory, cache, rate)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Text:
        if self._readings is None:
            return Text()
        memory, cache, rate = self._readings
        width = self.size.width
        lines = [_memory_line(memory, width), _cache_line(cache, rate, width)]
        if cache.on:
            lines.append(_counts_line(cache, width))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)


def _as_shown(memory: MemoryReading, cache: CacheStats, rate: Rate | None) -> tuple[object, ...]:
    """What can be told apart on the screen: figures of three digits."""
    return (
        format_bytes(memory.process),
        format_bytes(memory.available),
        format_bytes(memory.children),
        rate and (format_bytes(rate.bytes_per_s), rate.running),
        cache,
    )


def _size(size: float, width: int) -> str:
    """Three digits where there is room, else two: ``1.20 GB`` or ``1.2 GB``."""
    text = format_bytes(size)
    number, unit = text.split()
    if width >= _WIDE or "." not in number:
        return text
    digits = 1 if float(number) < 9.95 else 0
    return f"{float(number):.{digits}f} {unit}"


def _memory_line(memory: MemoryReading, width: int) -> Text:
    process, free = _size(memory.process, width), _size(memory.available, width)
    loaders: tuple[str | tuple[str, str], ...] = ()
    if memory.children:
        loaders = ((", loaders ", "dim"), _size(memory.children, width))
    line = Text.assemble(
        ("memory ", "dim"), process, *loaders, (", machine ", "dim"), free, (" free", "dim")
    )
    if line.cell_len > width:
        line = Text.assemble(process, *loaders, (", ", "dim"), free, (" free", "dim"))
    return line


def _cache_line(cache: CacheStats, rate: Rate | None, width: int) -> Text:
    speed = _rate_text(rate, width)
    if not cache.on:
        return Text.assemble(("cache ", "dim"), "off", ("  c turns it on", "dim"), speed)
    used, budget = _size(cache.used_bytes, width), _size(cache.budget_bytes, width)
    figures = Text.assemble(f" {used}", (f" of {budget}", "dim"), speed)
    label = Text("cache ", "dim")
    room = min(width // 3, width - label.cell_len - figures.cell_len)
    share = min(1.0, cache.used_bytes / cache.budget_bytes) if cache.budget_bytes else 0.0
    return label + _bar(share, max(1, room)) + figures


def _bar(share: float, length: int) -> Text:
    """A bar drawn to an eighth of a cell; what there is of a share is never drawn as nothing."""
    eighths = max(round(share * length * 8), 1 if share else 0)
    full, part = divmod(eighths, 8)
    drawn = _PARTS[8] * full + (_PARTS[part] if part else "")
    return Text.assemble(drawn, ("░" * (length - len(drawn)), "dim"))


def _rate_text(rate: Rate | None, width: int) -> Text:
    """How fast something loads; dim where it is of the last load."""
    if rate is None:
        return Text()
    speed = f"{_size(rate.bytes_per_s, width)}/s"
    if width < _WIDE:
        return Text(f" {speed}", "" if rate.running else "dim")
    if rate.running:
        return Text.assemble((", loading ", "dim"), speed)
    return Text(f", last load {speed}", "dim")


def _counts_line(cache: CacheStats, width: int) -> Text:
    hits, misses = (
        " hits" if cache.hits != 1 else " hit",
        " misses" if cache.misses != 1 else " miss",
    )
    long = [(cache.entries, " in"), (cache.hits, hits), (cache.misses, misses)]
    short = [(cache.entries, " in"), (cache.hits, " hit"), (cache.misses, " miss")]
    if cache.evictions:
        long.append((cache.evictions, " dropped"))
        short.append((cache.evictions, " out"))
    line = _counts(long)
    return line if line.cell_len <= width else _counts(short)


def _counts(counts: list[tuple[int, str]]) -> Text:
    return Text(", ", "dim").join(
        Text.assemble(f"{count:,}", (word, "dim")) for count, word in counts
    )
