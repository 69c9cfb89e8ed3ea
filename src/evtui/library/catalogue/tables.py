"""The kinds of things that are remembered of datasets: how they are packed, how many are kept.

All of it takes some 100 MB of disk at most where previews have the usual size, 200 MB at worst.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from evtui.library.packing import pack, unpack
from evtui.library.preview_packing import pack_preview, unpack_preview
from evtui.library.summary import Summary
from evtui.recordings.base import Counts

VERSION = 3
"""Raised when a reader starts to tell something else of the same file, or a table changes."""

V = TypeVar("V")

Key: TypeAlias = tuple[str, int, int]
"""A file as it was: its path as text, its size, its mtime in ns."""

LARGEST = 100_000
"""Bytes of one packed thing that is kept; what is larger is made anew each time."""


@dataclass(frozen=True, eq=False)
class Table(Generic[V]):
    """One kind of thing, of each path the newest."""

    name: str
    most: int
    """Rows that are kept: those that were used last."""
    most_waiting: int
    """Rows that memory holds while they cannot be written: those that were put last."""
    pack: Callable[[V], bytes]
    unpack: Callable[[bytes, Path], V]
    """Raises ``ValueError`` where the bytes are something else."""
    notes_use: bool = True
    """Whether looking a row up is a use; else only writing it is, so that nothing is written
    where thousands are looked up."""

    @property
    def schema(self) -> str:
        """The statements that make it."""
        return (
            f"CREATE TABLE {self.name} (path TEXT PRIMARY KEY, bytes INTEGER, mtime_ns INTEGER,"
            " used INTEGER, content BLOB);"
            f"CREATE INDEX {self.name}_by_use ON {self.name} (used);"
        )

    @property
    def _next_use(self) -> str:
        return f"(SELECT COALESCE(MAX(used), 0) + 1 FROM {self.name})"

    def write(self, connection: sqlite3.Connection, rows: Iterable[tuple[Key, bytes]]) -> None:
        """Write rows in place of older ones of their paths, and forget what was not used longest.

        Raises:
            sqlite3.Error: they cannot be written.
        """
        connection.executemany(
            f"INSERT OR REPLACE INTO {self.name} VALUES (?, ?, ?, {self._next_use}, ?)",
            ((*key, content) for key, content in rows if len(content) <= LARGEST),
        )
        connection.execute(
            f"DELETE FROM {self.name} WHERE rowid IN"
            f" (SELECT rowid FROM {self.name} ORDER BY used DESC LIMIT -1 OFFSET ?)",
            (self.most,),
        )

    def note_use(self, connection: sqlite3.Connection, paths: Iterable[str]) -> None:
        """Note that rows were used now; raises as ``write`` does."""
        connection.executemany(
            f"UPDATE {self.name} SET used = {self._next_use} WHERE path = ?",
            ((path,) for path in paths),
        )

    def understood(self, content: object, path: Path) -> V | None:
        """What a row holds; None where it is something else than was packed."""
        if not isinstance(content, bytes):
            return None
        try:
            return self.unpack(content, path)
        except ValueError:
            return None


def _pack_summary(summary: Summary) -> bytes:
    return summary.to_json().encode()


def _unpack_summary(packed: bytes, _path: Path) -> Summary:
    try:
        return Summary.from_json(packed.decode())
    except (KeyError, TypeError) as error:
        raise ValueError("not a summary") from error


def _unpack_counts(packed: bytes, _path: Path) -> Counts:
    return unpack(packed)


SUMMARIES = Table(
    "summaries",
    most=100_000,  # of some 500 bytes, with their paths: 60 MB, for the largest archives
    most_waiting=20_000,
    pack=_pack_summary,
    unpack=_unpack_summary,
    notes_use=False,
)

COUNTS = Table(
    "counts",
    most=2_000,  # of some 6 kB: 12 MB; each took a pass of seconds to minutes
    most_waiting=200,
    pack=pack,
    unpack=_unpack_counts,
)

PREVIEWS = Table(
    "previews",
    most=1_000,  # of some 20 kB: 20 MB, and 100 MB where all are of the largest size
    most_waiting=200,
    pack=pack_preview,
    unpack=unpack_preview,
)

TABLES = (SUMMARIES, COUNTS, PREVIEWS)

THROUGHPUTS = """
CREATE TABLE throughputs (
  format TEXT, loader TEXT, bytes INTEGER, seconds REAL, PRIMARY KEY (format, loader)
) WITHOUT ROWID;
"""

SCHEMA = THROUGHPUTS + "".join(table.schema for table in TABLES)
