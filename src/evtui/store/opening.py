"""Opening from Python: in place where that can be, else loaded whole first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evtui.errors import LoadCancelled, NeedsLoading
from evtui.recordings.base import Cancelled, Progress, Recording, never_cancelled, no_progress
from evtui.recordings.formats import open_in_place
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.loader import load_in_child
from evtui.store.memory import read_memory
from evtui.store.messages import LoadProgress
from evtui.store.plan import make_plan
from evtui.store.policy import check_available


def open_or_load(
    path: Path, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled
) -> Recording:
    """Open a recording; one that no reader can seek in is loaded, which may take seconds.

    Blocks the calling thread, even where an event loop runs in it.

    Args:
        path: the file.
        progress: is told how much is loaded, where that is known.
        cancelled: asked several times a second while it loads.

    Raises:
        RecordingError: the file cannot be read, or no loader decodes it.
        LoadCancelled: ``cancelled`` said so; the loader's process is gone.
        LoadFailed: the loader refused the file, or its process died.
        NotEnoughMemory: its events do not fit.
    """
    try:
        return open_in_place(path)
    except NeedsLoading:
        return _blocking(_load(path, progress, cancelled)).recording


def _blocking(load: Coroutine[None, None, Loaded]) -> Loaded:
    """Run a load to its end; beside the caller's event loop, where one runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(load)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, load).result()


async def _load(path: Path, progress: Progress, cancelled: Cancelled) -> Loaded:
    def hear(told: LoadProgress) -> None:
        if cancelled():
            raise LoadCancelled(f"{path}: the load was cancelled")
        if told.share is not None:
            progress(told.share)

    plan = make_plan(path)
    memory = read_memory()
    check_available(plan.cost, memory)
    decoded = await load_in_child(plan, memory.available, None, hear)
    return make_loaded(plan, decoded)
