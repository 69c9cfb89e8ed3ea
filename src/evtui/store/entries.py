"""What a user wants to know of one recording in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evtui.store.loaded import Loaded
from evtui.store.policy import Held


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the cache, as it was when it was asked for."""

    path: Path
    events: int
    bytes: int
    load_seconds: float
    idle_s: float
    """Seconds since it was last used, or loaded."""
    uses: int
    """How often it was taken from memory since it was loaded."""
    playing: bool
    pinned: bool

    @classmethod
    def of(cls, held: Held, loaded: Loaded, uses: int, now: float) -> Entry:
        """Put together what policy and recording know.

        Args:
            held: what the policy knows.
            loaded: the recording.
            uses: how often it was taken from memory.
            now: by the clock that told when it was last used.
        """
        return cls(
            path=held.path,
            events=loaded.recording.info.events,
            bytes=held.bytes,
            load_seconds=loaded.load_seconds,
            idle_s=max(0.0, now - held.last_used),
            uses=uses,
            playing=held.playing,
            pinned=held.pinned,
        )
