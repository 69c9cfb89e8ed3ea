"""How long each stage of opening a recording took, for the timing panel and the log."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from evtui.errors import EvtuiError

STAGES: dict[str, str] = {
    "open": "file opened, format told",
    "schema": "columns, units and sensor size told",
    "metadata": "counts, times and findings",
    "first window": "events of the first frame read",
    "first frame": "first frame drawn",
}
"""The one table of stages, in order: name and what it covers."""

Now = Callable[[], float]


class Stopwatch:
    """Collects the stages of one opening; may be handed from thread to thread."""

    def __init__(self, now: Now = time.perf_counter) -> None:
        self._now = now
        self.began = now()
        self.stages: dict[str, float] = {}
        """Seconds each finished stage took, in the order of ``STAGES``."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body as one of ``STAGES``."""
        begin = self._now()
        try:
            yield
        finally:
            self.note(name, self._now() - begin)

    def note(self, name: str, seconds: float) -> None:
        """Record a stage that was timed elsewhere."""
        if name not in STAGES:
            raise KeyError(name)
        noted = self.stages | {name: seconds}
        self.stages = {stage: noted[stage] for stage in STAGES if stage in noted}

    @property
    def since_start(self) -> float:
        """Seconds since the stopwatch was made: Enter, for an opening."""
        return self._now() - self.began


class Log:
    """A log of JSON lines, one object a line; never written to the screen."""

    def __init__(self, path: Path | None = None) -> None:
        """Open for appending, its folder made where needed; without a path nothing is kept.

        Raises:
            EvtuiError: the file cannot be written.
        """
        self._lock = threading.Lock()
        self._fd = -1
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            except OSError as error:
                raise EvtuiError(f"{path}: the log cannot be written: {error.strerror}") from error

    def write(self, event: str, **fields: object) -> None:
        """Append one line: the time in UTC, what happened, and its particulars."""
        with self._lock:
            if self._fd < 0:
                return
            when = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = json.dumps({"time": when, "event": event, **fields}, default=str) + "\n"
            try:
                os.write(self._fd, line.encode())
            except OSError:
                # A full disk ends the log, not the program it tells of.
                self._close()

    def close(self) -> None:
        """Close the file; later lines are dropped."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
