"""Loads under a test's control, and recordings that take long to load."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import numpy as np

from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.findings import finding
from evtui.recordings.memory import Columns, MemoryRecording
from evtui.store.counted import count
from evtui.store.handover import Written
from evtui.store.loaded import Loaded
from evtui.store.loader import Decoded, ProgressListener
from evtui.store.messages import LoadProgress, Stage
from evtui.store.plan import Plan
from support.small import columns, info, write_h5

EVENT_BYTES = 13


class Ticker:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def decoded(made: Columns, size: tuple[int, int] | None = None) -> Decoded:
    """What a loading process hands over for these columns of a sensor of this size."""
    written = Written(
        rows=len(made),
        on=int(np.count_nonzero(made.polarity > 0)),
        width=int(made.x.max(initial=-1)) + 1,
        height=int(made.y.max(initial=-1)) + 1,
    )
    counted = count(made, size or written.guess_size())
    return Decoded(made, written, counted, (), reading_s=1.0, elapsed_s=2.0)


class HeldLoader:
    """Stands in for the loading process: each load waits until ``let_go`` is called.

    It hands over as many events as the plan promises.
    """

    def __init__(self, *, held: bool = True) -> None:
        self.begun: asyncio.Queue[Plan] = asyncio.Queue()
        self.limits: list[int | None] = []
        self.expected: list[float | None] = []
        self.error: Exception | None = None
        self.events: int | None = None
        """How many events to hand over instead."""
        self._gate = asyncio.Semaphore(0)
        self._held = held

    def let_go(self) -> None:
        """Let one load end."""
        self._gate.release()

    async def __call__(
        self,
        plan: Plan,
        memory_limit: int | None,
        throughput: float | None,
        on_progress: ProgressListener,
    ) -> Decoded:
        self.limits.append(memory_limit)
        self.expected.append(throughput)
        on_progress(LoadProgress(plan.path, plan.loader, Stage.READING, share=0.5))
        self.begun.put_nowait(plan)
        if self._held:
            await self._gate.acquire()
        if self.error is not None:
            raise self.error
        promised = plan.cost // EVENT_BYTES
        made = columns(promised if self.events is None else self.events)
        return decoded(made, plan.size)


def as_loaded(path: Path, count: int = 500) -> Loaded:
    """What a load would give for a file, which is made where there is none."""
    if not path.exists():
        path.write_bytes(b"as it was")
    status = path.stat()
    told = dataclasses.replace(info(), path=path, layout="a\x1b[31m layout", header={"k": "v"})
    recording = MemoryRecording(columns(count), told, [finding("size_guessed")])
    recording.index(no_progress, never_cancelled)
    return Loaded(path, status.st_size, status.st_mtime_ns, recording, load_seconds=2.5)


def silence(path: Path, size: int = 40 << 30) -> Plan:
    """A load by evlib that takes a minute: EVT3 without any event, which takes no room on disk."""
    with path.open("wb") as file:
        file.write(b"% evt 3.0\n% format EVT3;height=480;width=640\n% geometry 640x480\n% end\n")
        file.truncate(size)
    return Plan(path, "EVT3", "evlib", bytes=size, mtime_ns=0)


def write_ecf(path: Path) -> Path:
    """Events said to be packed with Prophesee's filter, which nobody but evlib has."""
    import h5py

    write_h5(path, count=1_000)
    with h5py.File(path, "a") as file:
        del file["events/t"]
        options = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        options.set_chunk((1_000,))
        options.set_filter(36559, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((1_000,))
        events = file["events"].id
        packed = h5py.h5d.create(events, b"t", h5py.h5t.NATIVE_INT64, space, dcpl=options)
        packed.write_direct_chunk((0,), b"packed")
    return path


def write_text(path: Path) -> Path:
    """Three events in a format that no reader of ours can seek in."""
    path.write_text("0.000100 3 4 1\n0.000250 5 6 0\n1.5 7 8 1\n")
    return path
