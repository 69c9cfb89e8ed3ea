"""What the loading process is asked to do: one line of JSON on its stdin."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Orders:
    """One load, as the loading process needs to know it."""

    path: str
    """The file; a name that is no UTF-8 carries its bytes as surrogates."""
    loader: str
    """``own`` or ``evlib``."""
    fds: list[int]
    """The columns' files, in the order of ``handover.DTYPES``."""
    memory_limit: int | None
    """Bytes the decoding may take, the columns not counted; None leaves it unlimited."""
    size: tuple[int, int] | None = None
    """Columns and rows of the sensor, where they are known before the events."""

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @staticmethod
    def from_line(line: bytes) -> Orders:
        return Orders(**json.loads(line))
