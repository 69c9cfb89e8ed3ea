"""Formats that nobody can seek in: decoded whole, in file order, one run of events after another.

A decoder is a generator function that runs in the loading process only.  It holds one run at a
time, so its memory does not grow with the file, and it reports faults as ``RecordingError``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np

from evtui.errors import CannotRead
from evtui.events import Coordinates, Polarities, Times
from evtui.recordings.findings import Finding
from evtui.recordings.time_units import FARTHEST_US

RUN_BYTES = 4 << 20
"""How much of a file a decoder reads at once."""

_RUN_EVENTS = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Some events in file order, as columns of one length.

    ``t`` is int64 µs on the sensor's clock, not from the first event; ``x`` and ``y`` are uint16,
    ``p`` is uint8 with 1 for ON.
    """

    t: Times
    x: Coordinates
    y: Coordinates
    p: Polarities
    share: float
    """How much of the file is decoded once this run is, 0.0 to 1.0."""


@dataclass(slots=True)
class Facts:
    """What a decoder learns of a file beside its events; complete after the last run."""

    size: tuple[int, int] | None = None
    """Width and height of the sensor as stated; None where nothing states them."""
    layout: str = ""
    """As ``RecordingInfo.layout``."""
    header: Mapping[str, str] = field(default_factory=dict)
    """As ``RecordingInfo.header``."""
    findings: list[Finding] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """All but the findings, as the loading process reports it."""
        return {"size": self.size, "layout": self.layout, "header": dict(self.header)}

    @staticmethod
    def from_json(told: dict[str, Any]) -> Facts:
        """What ``to_json`` told."""
        width, height = told["size"] or (0, 0)
        return Facts((width, height) if told["size"] else None, told["layout"], told["header"])


@dataclass(frozen=True, slots=True)
class Contents:
    """What the headers inside a file tell before it is decoded."""

    events: int | None = None
    """How many it holds at most; None where they do not tell."""
    why_none: str = ""
    """What the file is instead of a recording, in words that follow its name; mostly empty."""


Decoder: TypeAlias = Callable[[Path, Facts], Iterator[Run]]
"""Yields a file's events and fills in its facts.  Raises ``RecordingError``."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file, open for reading.

    Raises:
        CannotRead: the operating system refuses, now or while the file is read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CannotRead.because(path, error) from error


def length_of(file: IO[bytes]) -> int:
    """Bytes of an open file; at least 1, so that shares of it can be told."""
    return max(1, os.fstat(file.fileno()).st_size)


def are_possible(t: Times) -> bool:
    """Whether no time is so far from 0 that nobody could reckon with it.

    Args:
        t: shape (N,) with N > 0, µs.
    """
    return int(t.min()) >= -FARTHEST_US and int(t.max()) <= FARTHEST_US


def gathered(runs: Iterable[Run]) -> Iterator[Run]:
    """The same events in fewer runs, for formats whose packets are small."""
    held: list[Run] = []
    events = 0
    for run in runs:
        held.append(run)
        events += len(run.t)
        if events >= _RUN_EVENTS:
            yield _joined(held)
            held, events = [], 0
    if events:
        yield _joined(held)


def _joined(runs: list[Run]) -> Run:
    return Run(
        np.concatenate([run.t for run in runs]),
        np.concatenate([run.x for run in runs]),
        np.concatenate([run.y for run in runs]),
        np.concatenate([run.p for run in runs]),
        runs[-1].share,
    )
