"""Opening from Python: in place where that can be, else loaded whole first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from evtui.errors import ExportError, LoadCancelled, NeedsLoading, NotEnoughMemory
from evtui.recordings.base import Cancelled, Progress, Recording, never_cancelled, no_progress
from evtui.recordings.formats import open_in_place
from evtui.store.kept import KeptEvents
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.loader import load_in_child
from evtui.store.memory import read_memory
from evtui.store.messages import LoadProgress
from evtui.store.plan import make_plan
from evtui.store.policy import check_available

T = TypeVar("T")


def open_or_load(
    path: Path,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    kept: KeptEvents | None = None,
    not_kept: Callable[[str], object] = lambda why: None,
) -> Recording:
    """Open a recording; one that no reader can seek in is loaded, which may take seconds.

    Blocks the calling thread, even where an event loop runs in it.

    Args:
        path: the file.
        progress: is told how much is loaded, where that is known.
        cancelled: asked several times a second while it loads.
        kept: has the events of earlier loads, and keeps those of this one; None for neither.
        not_kept: is told why they could not be kept.

    Raises:
        RecordingError: the file cannot be read, or no loader decodes it.
        LoadCancelled: ``cancelled`` said so; the loader's process is gone.
        LoadFailed: the loader refused the file, or its process died.
        NotEnoughMemory: its events do not fit.
    """
    try:
        return open_in_place(path)
    except NeedsLoading:
        if kept is not None and (found := kept.find_any(path)) is not None:
            return found.recording
    loaded, loader = _blocking(_load(path, progress, cancelled))
    if kept is not None:
        try:
            kept.keep(loaded, loader)
        except (NotEnoughMemory, ExportError) as error:
            not_kept(str(error))
    return loaded.recording


def _blocking(load: Coroutine[None, None, T]) -> T:
    """Run a load to its end; beside the caller's event loop, where one runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(load)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, load).result()


async def _load(path: Path, progress: Progress, cancelled: Cancelled) -> tuple[Loaded, str]:
    def hear(told: LoadProgress) -> None:
        if cancelled():
            raise LoadCancelled("the load was cancelled", path)
        if told.share is not None:
            progress(told.share)

    plan = make_plan(path)
    memory = read_memory()
    check_available(plan.cost, memory)
    decoded = await load_in_child(plan, memory.available, None, hear)
    return make_loaded(plan, decoded), plan.loader
