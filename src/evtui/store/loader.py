"""The loading process, seen from its parent: started, listened to, killed.

The child is spawned, never forked, and decodes alone: evlib holds the interpreter lock for seconds,
and can abort the process it runs in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from evtui.errors import LoadFailed
from evtui.recordings.findings import Finding, finding
from evtui.recordings.memory import Columns
from evtui.store.handover import ColumnFiles, Written
from evtui.store.messages import LoadProgress
from evtui.store.orders import Orders
from evtui.store.plan import Plan
from evtui.store.progress import Clock, ProgressMeter

TICK_S = 0.2
"""How often progress is told while the child is silent."""

_TAIL_BYTES = 4096
_PATIENCE_S = 2.0
"""How long to wait for a killed child: one that hangs in a lost mount cannot die."""

_OUT_OF_MEMORY = re.compile(r"memory allocation of \d+ bytes failed|^MemoryError", re.MULTILINE)
_RUST_NOTE = "note: run with `RUST_BACKTRACE"

_ENVIRONMENT = {
    "RUST_BACKTRACE": "0",  # with one, a Rust thread that is out of memory hangs instead of aborting
    "POLARS_MAX_THREADS": "2",  # leaves the screen a core, and keeps the address space small
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What the child handed over."""

    columns: Columns
    written: Written
    findings: tuple[Finding, ...]
    reading_s: float
    """How long the file was read and decoded."""
    elapsed_s: float
    """From the start of the process to the mapped columns."""


ProgressListener = Callable[[LoadProgress], None]


async def load_in_child(
    plan: Plan,
    memory_limit: int | None,
    throughput: float | None,
    on_progress: ProgressListener,
    *,
    clock: Clock = time.monotonic,
    tick_s: float = TICK_S,
) -> Decoded:
    """Decode a recording in a process of its own.  Cancelling the task kills the process.

    Args:
        plan: what to load, and by which loader.
        memory_limit: bytes that the decoding may take, the events not counted; None for no limit.
        throughput: bytes of file a second to expect, where the loader reports no share.
        on_progress: told of each stage, and every ``tick_s`` in between.
        clock: tells the time.
        tick_s: seconds.

    Raises:
        LoadFailed: the loader refused the file, or its process died.
        NotEnoughMemory: it hit the limit.
    """
    meter = ProgressMeter(plan, throughput, clock)
    on_progress(meter.now())
    try:
        with ColumnFiles() as files:
            orders = Orders(os.fspath(plan.path), plan.loader, files.fds, memory_limit)
            outcome = await _run(orders, meter, on_progress, tick_s)
            written = Written(**outcome["done"])
            columns = files.columns(written.rows)
    except (OSError, ValueError) as error:
        raise LoadFailed(f"{plan.path}: cannot be loaded: {error}") from error
    findings = tuple(finding(code, message) for code, message in outcome["findings"])
    return Decoded(columns, written, findings, meter.reading_s, meter.elapsed_s)


async def _run(
    orders: Orders, meter: ProgressMeter, on_progress: ProgressListener, tick_s: float
) -> dict[str, Any]:
    """Start the child and listen until it is done."""
    process = await _start(orders.fds)
    assert process.stdin and process.stdout and process.stderr
    tail = asyncio.create_task(_read_tail(process.stderr))
    report: dict[str, Any] | None = None
    try:
        process.stdin.write(orders.to_line())
        report = await _listen(process.stdout, meter, on_progress, tick_s)
    finally:
        await _end(process, tail, at_once=report is not None or _is_cancelled())
    if report is None or "error" in report:
        raise _failure(orders, report, process.returncode, tail.result())
    return report
