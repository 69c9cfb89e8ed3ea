"""What the store tells its listeners: how a load goes on, and how full the cache is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Stage(StrEnum):
    """The stages of a load, in order; the last three end it."""

    QUEUED = "queued"
    """Waits for its turn: so many loads run at a time."""
    STARTING = "starting"
    """The loading process starts and imports its libraries."""
    READING = "reading"
    """The file is read and decoded."""
    HANDING_OVER = "handing over"
    """The events are written to where this process maps them."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing follows this stage."""
        return self in (Stage.DONE, Stage.FAILED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How one load stands."""

    path: Path
    loader: str
    """What decodes the file: ``own`` or ``evlib``; empty until that is told."""
    stage: Stage
    share: float | None = None
    """The part done, 0.0 to 1.0 and below 1.0 until the load is done; None where nobody knows."""
    estimated: bool = False
    """Whether ``share`` was told from the time earlier loads took, for want of anything better."""
    bytes_per_s: float | None = None
    """Bytes of the file a second; from earlier loads where ``estimated``; once done, of the load
    as a whole."""
    elapsed_s: float = 0.0
    """Since the loading process was started."""
    left_s: float | None = None
    """Time left; None where nobody knows, or where an estimate has run out."""
    error: str | None = None
    """Why the load failed; of one that is done, why the cache did not keep it."""
    pid: int | None = None
    """The loading process, from when it was started until it has ended."""


@dataclass(frozen=True, slots=True)
class CacheStats:
    """The cache in figures."""

    on: bool
    used_bytes: int
    budget_bytes: int
    entries: int
    hits: int
    misses: int
    evictions: int
    """Entries dropped for want of room since the program started."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """A recording was loaded, but its events could not be kept on disk for the next time."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What loading a recording into the cache would take."""

    bytes: int
    drops: tuple[Path, ...] = ()
    """What would be dropped for it, first to last."""
    refusal: str = ""
    """Why it would not be loaded; empty where it would."""


StoreMessage = LoadProgress | CacheStats | NotKept
