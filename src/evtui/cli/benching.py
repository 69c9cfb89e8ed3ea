"""How fast one recording opens, plays, decodes and loads on this machine.

It lies beside its command, since it uses the floors from ``recordings`` up to ``store`` and nothing
else has a use for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evtui.cli.narration import progress_bar
from evtui.cli.page_cache import PageCache, drop_from_page_cache
from evtui.errors import EvtuiError, NeedsLoading
from evtui.events import BYTES_PER_EVENT
from evtui.recordings.base import Recording
from evtui.recordings.formats import open_in_place
from evtui.store.cache import Cache
from evtui.store.loaded import Loaded, make_loaded
from evtui.store.loader import Decoded, load_in_child
from evtui.store.memory import read_memory
from evtui.store.messages import LoadProgress
from evtui.store.plan import EVLIB, Plan, make_plan
from evtui.store.policy import CachePolicy, check_available

WINDOW_US = 10_000
"""Length of the windows: what a player shows at 100 frames/s."""

EVLIB_BYTES_PER_EVENT = 150
"""Memory that a load by evlib takes at its peak: 134 in evlib, measured with version 0.13.2 on
20 M events of EVT2, EVT3 and HDF5, and the events themselves, rounded up."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One thing that was timed, or why it was not."""

    seconds: float | None = None
    page_cache: PageCache | None = None
    """Of the file before; None where the file is not read."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows at random places, each timed by itself."""

    count: int = 0
    window_us: int = WINDOW_US
    median_s: float | None = None
    p95_s: float | None = None
    page_cache: PageCache | None = None
    """Of the file before each of them."""
    problem: str = ""


@dataclass(slots=True)
class Figures:
    """All that is told of one recording; as JSON, these names are promised to stay."""

    path: str
    format: str
    bytes: int
    events: int | None = None
    open: Timed = field(default_factory=Timed)
    """To where sensor size and duration are known."""
    first_window: Timed = field(default_factory=Timed)
    windows: Windows = field(default_factory=Windows)
    decode: Timed = field(default_factory=Timed)
    """Every event, by our own reader."""
    evlib: Timed = field(default_factory=Timed)
    """Every event, by evlib in a process of its own, its import included."""
    load: Timed = field(default_factory=Timed)
    """Into memory: from the start of the loading process to where it plays."""
    reopen: Timed = field(default_factory=Timed)
    """From memory, the first window included."""

    def as_object(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def measure(path: Path, windows: int) -> Figures:
    """Time everything; shows on stderr what it is at.

    A load that does not fit into available memory is not tried.

    Args:
        path: the file.
        windows: how many random windows.

    Raises:
        RecordingError: the file cannot be read.
    """
    plan = make_plan(path)
    figures = Figures(str(path), plan.format, plan.bytes)
    try:
        _measure_in_place(path, windows, figures)
    except NeedsLoading as need:
        figures.open = figures.first_window = figures.decode = Timed(problem=need.fault)
        figures.windows = Windows(problem=need.fault)
    figures.evlib = _by_evlib(path, figures)
    _measure_load(plan, figures)
    return figures


def _measure_in_place(path: Path, windows: int, figures: Figures) -> None:
    with closing(open_in_place(path)) as recording:
        recording.window(0, 1)  # imports what it needs, and that is not to be timed
    cache = drop_from_page_cache(path)
    with _timing() as seconds, closing(open_in_place(path)) as recording:
        figures.open = Timed(seconds(), cache)
        recording.window(0, WINDOW_US)
        figures.first_window = Timed(seconds() - (figures.open.seconds or 0), cache)
        figures.windows = _random_windows(recording, windows)
    with closing(open_in_place(path)) as recording:
        figures.events, figures.decode = _decoded(recording)


def _random_windows(recording: Recording, count: int) -> Windows:
    info = recording.info
    random = np.random.default_rng(1)
    starts = random.integers(0, max(1, info.duration_us - WINDOW_US), count)
    taken: list[float] = []
    caches: set[PageCache] = set()
    with progress_bar("random windows") as show:
        for start in starts.tolist():
            caches.add(drop_from_page_cache(info.path))
            with _timing() as seconds:
                recording.window(start, start + WINDOW_US)
                taken.append(seconds())
            show(len(taken) / count)
    taken.sort()
    cache = caches.pop() if len(caches) == 1 else PageCache.WARM
    return Windows(count, WINDOW_US, float(np.median(taken)), taken[int(0.95 * (count - 1))], cache)


def _decoded(recording: Recording) -> tuple[int, Timed]:
    cache = drop_from_page_cache(recording.info.path)
    events = 0
    with progress_bar("decoding") as show, _timing() as seconds:
        for run in recording.runs():
            events += len(run.t)
            show(run.share)
        return events, Timed(seconds(), cache)


def _by_evlib(path: Path, figures: Figures) -> Timed:
    try:
        plan = make_plan(path, EVLIB)
        if plan.loader != EVLIB:
            return Timed(problem=f"evlib does not decode {plan.format} exactly, and is not asked")
        events = figures.events or plan.cost // BYTES_PER_EVENT
        check_available(events * EVLIB_BYTES_PER_EVENT, read_memory())
        cache = drop_from_page_cache(path)
        return Timed(_load(plan, "loading by evlib").reading_s, cache)
    except EvtuiError as error:
        return Timed(problem=_reason(path, error))


def _measure_load(plan: Plan, figures: Figures) -> None:
    """Load by our own reader or decoder, and open what is then in memory."""
    try:
        check_available(plan.cost, read_memory())
        cache = drop_from_page_cache(plan.path)
        with _timing() as seconds:
            decoded = _load(plan, "loading")
            loaded = make_loaded(plan, decoded)
            figures.load = Timed(seconds(), cache)
    except EvtuiError as error:
        figures.load = figures.reopen = Timed(problem=_reason(plan.path, error))
        return
    figures.events = len(decoded.columns)
    if figures.decode.seconds is None:
        figures.decode = Timed(decoded.reading_s, cache)
    figures.reopen = Timed(_reopened(loaded))


def _load(plan: Plan, task: str) -> Decoded:
    """Load in a process of its own, which fails before the machine runs out of memory."""
    limit = max(0, read_memory().available - plan.cost)
    with progress_bar(task) as show:

        def hear(told: LoadProgress) -> None:
            if told.share is not None:
                show(told.share)

        return asyncio.run(load_in_child(plan, limit, None, hear))


def _reopened(loaded: Loaded) -> float:
    """Seconds to the first window of a recording that the cache holds."""
    cache = Cache(time.monotonic)
    policy = CachePolicy(on=True, budget=loaded.bytes, floor=0, largest=loaded.bytes)
    cache.set_policy(policy, read_memory())
    cache.put(loaded)
    with _timing() as seconds:
        held = cache.get(loaded.path)
        (held or loaded).recording.window(0, WINDOW_US)
        return seconds()


@contextmanager
def _timing() -> Iterator[Callable[[], float]]:
    """Tells the seconds since the body began."""
    began = time.perf_counter()
    yield lambda: time.perf_counter() - began


def _reason(path: Path, error: EvtuiError) -> str:
    return str(error).removeprefix(f"{path}: ")
