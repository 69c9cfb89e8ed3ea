"""The gauge: memory of this process and the machine, and how full the cache is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from evtui.units import format_bytes

if TYPE_CHECKING:
    from evtui.store.messages import CacheStats
    from evtui.store.policy import MemoryReading

_BAR = 10


class Gauge(Widget):
    """Two lines that follow memory and cache; ``show`` costs nothing while nothing changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = Text()

    def show(self, memory: MemoryReading, cache: CacheStats) -> None:
        """Show new readings."""
        separator = Text("\n", no_wrap=True, overflow="ellipsis")
        lines = separator.join([_memory_line(memory), _cache_line(cache)])
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Text:
        return self._lines


def _memory_line(memory: MemoryReading) -> Text:
    return Text.assemble(
        ("memory ", "dim"),
        format_bytes(memory.process),
        (", machine ", "dim"),
        format_bytes(memory.available),
        (" free", "dim"),
    )


def _cache_line(cache: CacheStats) -> Text:
    if not cache.on:
        return Text.assemble(("cache  ", "dim"), "off", ("  c turns it on", "dim"))
    share = min(1.0, cache.used_bytes / cache.budget_bytes) if cache.budget_bytes else 0.0
    filled = round(share * _BAR)
    return Text.assemble(
        ("cache  ", "dim"),
        "█" * filled,
        ("░" * (_BAR - filled), "dim"),
        f" {format_bytes(cache.used_bytes)}",
        (f" of {format_bytes(cache.budget_bytes)}", "dim"),
        f"  {cache.entries}",
        (" in, ", "dim"),
        f"{cache.hits}",
        (" hits, ", "dim"),
        f"{cache.misses}",
        (" misses", "dim"),
        *((f", {cache.evictions}", (" dropped", "dim")) if cache.evictions else ()),
    )
