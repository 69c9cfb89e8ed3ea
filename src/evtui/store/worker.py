"""The loading process: ``python -m evtui.store.worker``, started by ``evtui.store.loader``.

It gets its orders as one line of JSON on stdin, writes columns into files it inherited, and says
how it goes in lines of JSON on what was its stdout::

    {"stage": "reading"}
    {"share": 0.25}
    {"stage": "handing over"}
    {"done": {"rows": 26000000, …}, "facts": {…}, "findings": [["loader_differs", "…"]],
     "counted": {…}}
    {"error": "…", "kind": "refused"}

Whatever a library prints goes to stderr instead, which the parent keeps the end of.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evtui.errors import RecordingError
from evtui.recordings.findings import finding
from evtui.store.counted import count
from evtui.store.decoding import compare_with_reader, decode_by_evlib, decode_own, why_evlib
from evtui.store.handover import ColumnWriter
from evtui.store.messages import Stage
from evtui.store.orders import Orders

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

_SHARE_INTERVAL_S = 0.1
_LONGEST_ERROR = 500

_LIBRARIES_BYTES = 2 << 30
"""Address space that Python, polars, evlib and the stacks of their threads reserve and hardly use:
0.6 GB after the imports and 1.2 GB at work, measured with evlib 0.13 and polars 2.1."""


class Reports:
    """The private way back to the parent."""

    def __init__(self) -> None:
        """Take over stdout; what is printed from now on goes to stderr."""
        self._fd = os.dup(1)
        os.dup2(2, 1)
        self._shared_at = 0.0

    def say(self, **message: Any) -> None:
        os.write(self._fd, json.dumps(message).encode() + b"\n")

    def begin(self, stage: Stage) -> None:
        self.say(stage=stage.value)

    def share(self, share: float) -> None:
        """Tell the share done, a few times a second at most."""
        now = time.monotonic()
        if now - self._shared_at >= _SHARE_INTERVAL_S:
            self._shared_at = now
            self.say(share=share)


def main() -> int:
    """Do what the orders say; 0 if it was done, 1 if a report says why not."""
    reports = Reports()
    _die_with_parent()
    line = sys.stdin.buffer.readline()
    if not line:
        return 1
    orders = Orders.from_line(line)
    threading.Thread(target=_die_with_stdin, name="stdin", daemon=True).start()
    try:
        _load(orders, reports)
    except MemoryError:
        reports.say(error="out of memory", kind="memory")
    except RecordingError as error:
        reports.say(error=error.reason, kind="refused")
    except BaseException as error:  # noqa: BLE001 -- a panic of evlib is no Exception
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:  # of a mapping
            reports.say(error="out of memory", kind="memory")
            return 1
        said = f"{why_evlib(Path(orders.path))}{orders.loader}: {error or type(error).__name__}"
        reports.say(error=said[:_LONGEST_ERROR], kind="refused")
    else:
        return 0
    return 1


def _load(orders: Orders, reports: Reports) -> None:
    path = Path(orders.path)
    writer = ColumnWriter(orders.fds, orders.memory_limit)
    _limit_memory(orders.memory_limit)
    reports.begin(Stage.READING)
    facts = None
    if orders.loader == "own":
        facts = decode_own(path, writer, reports.share)
        reports.begin(Stage.HANDING_OVER)
        findings = facts.findings if facts else []
    else:
        t, x, y, polarity = decode_by_evlib(path)
        reports.begin(Stage.HANDING_OVER)
        writer.append(t, x, y, polarity)
        findings = [finding("decoded_by_evlib"), *compare_with_reader(path, t, polarity)]
    writer.sort()
    size = (facts and facts.size) or orders.size or writer.written.guess_size()
    reports.say(
        done=asdict(writer.written),
        facts=facts.to_json() if facts else None,
        findings=[[found.code, found.message] for found in findings],
        counted=count(writer.columns, size).to_json(),
    )


def _limit_memory(limit: int | None) -> None:
    """Let an allocation fail in this process before the machine runs out of memory."""
    if limit is None or sys.platform != "linux":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limit + _LIBRARIES_BYTES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _die_with_parent() -> None:
    """Have the kernel kill this process when the parent ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_with_stdin() -> None:
    """The same for other systems: the parent's end of stdin closes with it."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
