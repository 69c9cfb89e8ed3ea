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
import resource
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evtui.errors import LoadError, LoadFailed, NotEnoughMemory
from evtui.recordings.findings import Finding, finding
from evtui.recordings.memory import Columns
from evtui.recordings.whole import Facts
from evtui.store.counted import Counted
from evtui.store.handover import ColumnFiles, Written
from evtui.store.messages import LoadProgress, Stage
from evtui.store.orders import Orders
from evtui.store.plan import Plan
from evtui.store.progress import Clock, ProgressMeter
from evtui.units import format_bytes, printable

TICK_S = 0.2
"""How often progress is told while the child is silent."""

_TAIL_BYTES = 4096
_LONGEST_REPORT = 1 << 20
_PATIENCE_S = 2.0
"""How long to wait for a killed child: one that hangs in a lost mount cannot die."""

_OUT_OF_MEMORY = re.compile(r"memory allocation of \d+ bytes failed|^MemoryError", re.MULTILINE)
_RUST_NOTE = "note: run with `RUST_BACKTRACE"

_ENVIRONMENT = {
    "RUST_BACKTRACE": "0",  # writing one, a process that is out of memory hangs for good
    "POLARS_MAX_THREADS": "2",  # leaves the screen a core, and keeps the address space small
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What the child handed over."""

    columns: Columns
    written: Written
    counted: Counted
    findings: tuple[Finding, ...]
    reading_s: float
    """How long the file was read and decoded."""
    elapsed_s: float
    """From the start of the process to the mapped columns."""
    facts: Facts | None = None
    """What a decoder of ours found; None where our reader is in the plan, and from evlib."""


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
            limit = _allowed(memory_limit)
            orders = Orders(os.fspath(plan.path), plan.loader, files.fds, limit, plan.size)
            outcome = await _run(orders, meter, on_progress, tick_s)
            written = Written(**outcome["done"])
            columns = files.columns(written.rows)
            counted = Counted.from_json(outcome["counted"])
    except (OSError, ValueError) as error:
        raise LoadFailed(f"cannot be loaded: {error}", plan.path) from error
    findings = tuple(finding(code, message) for code, message in outcome["findings"])
    facts = Facts.from_json(outcome["facts"]) if outcome["facts"] else None
    return Decoded(columns, written, counted, findings, meter.reading_s, meter.elapsed_s, facts)


def _allowed(limit: int | None) -> int | None:
    """No more than the user lets any process have (``ulimit -v``), which the child inherits."""
    own, _ = resource.getrlimit(resource.RLIMIT_AS)
    if own == resource.RLIM_INFINITY:
        return limit
    return own if limit is None else min(limit, own)


async def _run(
    orders: Orders, meter: ProgressMeter, on_progress: ProgressListener, tick_s: float
) -> dict[str, Any]:
    """Start the child and listen until it is done.  It is gone when this returns."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a numpy.py in the current folder is not to be imported
        "-m",
        "evtui.store.worker",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LONGEST_REPORT,
        pass_fds=orders.fds,
        env={**os.environ, **_ENVIRONMENT},
        start_new_session=True,  # Ctrl-C in a terminal is for the parent, which ends its child
    )
    assert process.stdin and process.stdout and process.stderr
    meter.pid = process.pid
    said = bytearray()
    listening = asyncio.create_task(_keep_tail(process.stderr, said))
    try:
        process.stdin.write(orders.to_line())
        report = await _listen(process.stdout, meter, on_progress, tick_s)
    finally:
        await _end(process, listening)
        meter.pid = None
        on_progress(meter.now())
    if report is None or "error" in report:
        raise _failure(orders, report, process.returncode, said.decode(errors="replace"))
    return report


async def _listen(
    stdout: asyncio.StreamReader,
    meter: ProgressMeter,
    on_progress: ProgressListener,
    tick_s: float,
) -> dict[str, Any] | None:
    """The child's last report: what it did, or why not; None if it ended without a word."""
    while True:
        try:
            async with asyncio.timeout(tick_s):
                line = await stdout.readline()
        except TimeoutError:
            line = b"{}"
        if not line.endswith(b"\n") and line != b"{}":
            return None  # it ended, perhaps in the middle of a word
        report: dict[str, Any] = json.loads(line)
        if "done" in report or "error" in report:
            return report
        if "stage" in report:
            meter.begin(Stage(report["stage"]))
        if "share" in report:
            meter.hear(report["share"])
        on_progress(meter.now())


async def _keep_tail(stderr: asyncio.StreamReader, said: bytearray) -> None:
    """Read all, so that the child never waits for us, and keep the end of it."""
    while chunk := await stderr.read(_TAIL_BYTES):
        said += chunk
        del said[:-_TAIL_BYTES]


async def _end(process: Process, listening: asyncio.Task[None]) -> None:
    """Kill the child if it still runs, and see it and its pipes gone."""
    assert process.stdin and process.stdout
    process.stdin.close()
    if process.returncode is None:
        # Not process.kill(): that may take the exit code away from asyncio (python/cpython#127049).
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await process.stdout.read()
            await listening
            await process.wait()


def _failure(
    orders: Orders, report: dict[str, Any] | None, returncode: int | None, said: str
) -> LoadError:
    """Why there is no result: from the child's report, its exit code, and what it printed last."""
    path = Path(orders.path)
    if (report or {}).get("kind") == "memory" or _OUT_OF_MEMORY.search(said):
        limit = orders.memory_limit
        allowed = "there is" if limit is None else f"the {format_bytes(limit)} it may take"
        return NotEnoughMemory(f"decoding it takes more memory than {allowed}", path)
    if report is not None:
        return LoadFailed(printable(report["error"]), path)
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(_RUST_NOTE)]
    last_words = f": {printable(lines[-1].strip())}" if lines else ""
    return LoadFailed(f"the loader {_how_it_ended(returncode)}{last_words}", path)


def _how_it_ended(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"
