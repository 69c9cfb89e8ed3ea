"""The memory of this process and of the machine, as the system tells it."""

from __future__ import annotations

from evtui.store.policy import MemoryReading


def read_memory() -> MemoryReading:
    """A reading of now; takes well under a millisecond."""
    import psutil

    return MemoryReading(
        available=psutil.virtual_memory().available,
        process=psutil.Process().memory_info().rss,
    )
