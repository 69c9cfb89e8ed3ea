"""The cache's policy: what may be loaded and kept, and what has to go.  Pure decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evtui.errors import NotEnoughMemory
from evtui.settings import GB
from evtui.units import format_bytes


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """Memory in bytes."""

    available: int
    """What the machine can still give without swapping."""
    process: int
    """Held by this process."""
    children: int = 0
    """Held by the loading processes; 0 until somebody adds it, see ``memory.held_by``."""


MemoryProbe = Callable[[], MemoryReading]


@dataclass(frozen=True, slots=True)
class Held:
    """What the policy knows of one entry of the cache."""

    path: Path
    bytes: int
    last_used: float
    playing: bool = False
    pinned: bool = False
    """Whether the user wants it kept: no load drops it, and of what else does it goes last."""


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """The limits, in bytes."""

    on: bool = False
    budget: int = 8 * GB
    """All entries together never hold more, but for one that plays when the budget is lowered."""
    share: float | None = None
    """The budget as a share of the memory that is available without the cache; None where it is a
    number of bytes."""
    floor: int = 8 * GB
    """Memory that must stay available on the machine."""
    largest: int = GB
    """The largest single recording that is kept."""

    def check_turning_on(self, memory: MemoryReading) -> None:
        """Refuse to turn the cache on where memory is short.

        Raises:
            NotEnoughMemory: less than the floor is available.
        """
        if memory.available < self.floor:
            raise NotEnoughMemory(
                f"the cache stays off: {format_bytes(memory.available)} of memory are available,"
                f" {format_bytes(self.floor)} are asked for (cache_floor in the settings)"
            )

    def measured(self, entries: Sequence[Held], memory: MemoryReading) -> CachePolicy:
        """The same policy with the budget that its share comes to now."""
        if self.share is None:
            return self
        without = memory.available + sum(entry.bytes for entry in entries)
        return replace(self, budget=int(self.share * without))

    def make_room(
        self, size: int, entries: Sequence[Held], memory: MemoryReading | None = None
    ) -> list[Path]:
        """Which entries must go before ``size`` more bytes are held, least recently used first.

        Args:
            size: bytes of the recording that is to come.
            entries: all that the cache holds now.
            memory: a reading, where the bytes are yet to be taken from what is available; None
                where they have been taken already.

        Raises:
            NotEnoughMemory: it would not fit even then; nothing need go.
        """
        if size > self.largest:
            raise NotEnoughMemory(
                f"{format_bytes(size)} are more than the largest recording that is kept,"
                f" {format_bytes(self.largest)} (cache_largest in the settings)"
            )
        used = sum(entry.bytes for entry in entries)
        too_much = used + size - self.budget
        if memory is not None:
            too_much = max(too_much, self.floor + size - memory.available)
        going = _least_recently_used(too_much, [entry for entry in entries if not entry.pinned])
        if too_much > sum(entry.bytes for entry in going):
            raise NotEnoughMemory(self._no_room(size, used, memory))
        return [entry.path for entry in going]

    def surplus(self, entries: Sequence[Held]) -> list[Path]:
        """Which entries must go for what is held to keep the policy: all of them when it is off."""
        allowed = self.budget if self.on else 0
        used = sum(entry.bytes for entry in entries)
        return [entry.path for entry in _least_recently_used(used - allowed, entries)]

    def hungry(self, entries: Sequence[Held], memory: MemoryReading) -> list[Path]:
        """Which entries must go because somebody else took the memory that must stay available."""
        return [
            entry.path for entry in _least_recently_used(self.floor - memory.available, entries)
        ]

    def lack(self, memory: MemoryReading) -> str:
        """Why a load for the cache has to end before it is done; empty where it need not."""
        if not self.on or memory.available >= self.floor:
            return ""
        return (
            f"given up, for memory ran short: {format_bytes(memory.available)} are available,"
            f" {format_bytes(self.floor)} must stay so (cache_floor in the settings)"
        )

    def _no_room(self, size: int, used: int, memory: MemoryReading | None) -> str:
        text = f"{format_bytes(size)} do not fit: the cache holds {format_bytes(used)}"
        text += f" of {format_bytes(self.budget)}"
        if memory is not None:
            text += f", {format_bytes(memory.available)} of memory are available and"
            text += f" {format_bytes(self.floor)} must stay so"
        return text


def check_available(size: int, memory: MemoryReading) -> None:
    """Refuse a load that the cache has no part in, where the machine has no room for it.

    Raises:
        NotEnoughMemory: less than ``size`` bytes are available.
    """
    if size > memory.available:
        raise NotEnoughMemory(
            f"{format_bytes(size)} are needed, {format_bytes(memory.available)} are available"
        )


def _least_recently_used(too_much: int, entries: Sequence[Held]) -> list[Held]:
    """Entries to drop until ``too_much`` bytes are freed, as far as what plays allows.

    What is pinned goes after all the others.
    """
    going: list[Held] = []
    for entry in sorted(entries, key=lambda entry: (entry.pinned, entry.last_used)):
        if too_much <= 0:
            break
        if not entry.playing:
            going.append(entry)
            too_much -= entry.bytes
    return going
