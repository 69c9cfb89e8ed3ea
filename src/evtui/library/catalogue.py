"""The catalogue: what was learned of datasets, remembered across runs in one SQLite file."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evtui.library.discovery import Dataset
from evtui.library.packing import pack, unpack
from evtui.library.summary import Summary
from evtui.recordings.base import Counts

VERSION = 3
"""Raised when a reader starts to tell something else of the same file."""

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS summaries (
  path TEXT PRIMARY KEY, bytes INTEGER, mtime_ns INTEGER, summary TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (
  path TEXT PRIMARY KEY, bytes INTEGER, mtime_ns INTEGER, used INTEGER, content BLOB
);
CREATE INDEX IF NOT EXISTS counts_by_use ON counts (used);
CREATE TABLE IF NOT EXISTS throughputs (
  format TEXT, loader TEXT, bytes INTEGER, seconds REAL, PRIMARY KEY (format, loader)
) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


_TABLES = ("summaries", "counts", "throughputs")

MOST_COUNTS = 2_000
"""Counts that are kept, of some 6 kB each: those that were used last."""

_AT_ONCE = 500
"""Datasets that one question asks for; SQLite takes 999 values at least."""

_NEXT_USE = "(SELECT COALESCE(MAX(used), 0) + 1 FROM counts)"


class Catalogue:
    """What is known of datasets, by path, size and mtime; and how fast loaders were.

    Safe to use from any thread.

    The file is a cache: one that is damaged or of another version is made anew, and where it cannot
    be kept at all (a full disk, a read-only home) the catalogue lives in memory for this run.
    """

    def __init__(self, file: Path | None) -> None:
        """Open or make the file; None keeps everything in memory."""
        self._lock = threading.Lock()
        self.problem = ""
        """Why nothing is remembered beyond this run; empty where it is."""
        self._database = self._open(file)

    def get(self, dataset: Dataset) -> Summary | None:
        """What is remembered of a dataset that has not changed since."""
        return self.get_many([dataset])[0]

    def get_many(self, datasets: Sequence[Dataset]) -> list[Summary | None]:
        """What is remembered of each of many datasets, in their order: as ``get``, but faster."""
        found: list[Summary | None] = []
        for start in range(0, len(datasets), _AT_ONCE):
            found += self._get_some(datasets[start : start + _AT_ONCE])
        return found

    def _get_some(self, datasets: Sequence[Dataset]) -> list[Summary | None]:
        keys = [(_text(dataset.path), dataset.bytes, dataset.mtime_ns) for dataset in datasets]
        places = ", ".join("?" * len(keys))
        rows = self._ask_all(
            f"SELECT path, bytes, mtime_ns, summary FROM summaries WHERE path IN ({places})",
            tuple(path for path, _, _ in keys),
        )
        known = {tuple(key): summary for *key, summary in rows}
        return [_understood(known.get(key)) for key in keys]

    def put(self, dataset: Dataset, summary: Summary, counts: Counts | None = None) -> None:
        """Remember a dataset's summary, and what was counted of it, in place of older ones."""
        key = (_text(dataset.path), dataset.bytes, dataset.mtime_ns)
        self._do("INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?)", (*key, summary.to_json()))
        if counts is not None:
            self._do(
                f"INSERT OR REPLACE INTO counts VALUES (?, ?, ?, {_NEXT_USE}, ?)",
                (*key, pack(counts)),
            )
            self._do(
                "DELETE FROM counts WHERE rowid IN"
                " (SELECT rowid FROM counts ORDER BY used DESC LIMIT -1 OFFSET ?)",
                (MOST_COUNTS,),
            )

    def counts(self, dataset: Dataset) -> Counts | None:
        """What a full pass counted of a dataset that has not changed since."""
        key = (_text(dataset.path), dataset.bytes, dataset.mtime_ns)
        row = self._ask(
            "SELECT content FROM counts WHERE path = ? AND bytes = ? AND mtime_ns = ?", key
        )
        if row is None:
            return None
        self._do(f"UPDATE counts SET used = {_NEXT_USE} WHERE path = ?", key[:1])
        try:
            return unpack(row[0])
        except ValueError:
            return None

    def throughput(self, format_name: str, loader: str) -> float | None:
        """Bytes of file a second that this loader last reached on this format."""
        row = self._ask(
            "SELECT bytes, seconds FROM throughputs WHERE format = ? AND loader = ?",
            (format_name, loader),
        )
        return row[0] / row[1] if row and row[1] else None

    def note_throughput(self, format_name: str, loader: str, size: int, seconds: float) -> None:
        """Remember how long a load took."""
        self._do(
            "INSERT OR REPLACE INTO throughputs VALUES (?, ?, ?, ?)",
            (format_name, loader, size, seconds),
        )

    def holdings(self) -> dict[str, int]:
        """How many summaries, counts and throughputs are remembered."""
        rows = {table: self._ask(f"SELECT COUNT(*) FROM {table}", ()) for table in _TABLES}
        return {table: row[0] if row else 0 for table, row in rows.items()}

    def clear(self) -> None:
        """Forget everything, also for the programs that have the file open now."""
        for table in _TABLES:
            self._do(f"DELETE FROM {table}", ())
        try:
            with self._lock:
                self._database.execute("VACUUM")
        except sqlite3.Error as error:
            self.problem = str(error)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _open(self, file: Path | None) -> sqlite3.Connection:
        if file is None:
            return _connect(":memory:")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connect(str(file))
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _remove(file)
                return _connect(str(file))
        except (OSError, sqlite3.Error) as error:
            self.problem = f"{file}: {error}"
            return _connect(":memory:")

    def _ask(self, question: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        try:
            with self._lock:
                row: tuple[Any, ...] | None = self._database.execute(question, values).fetchone()
                return row
        except sqlite3.Error as error:
            self.problem = str(error)
            return None

    def _ask_all(self, question: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._database.execute(question, values).fetchall()
        except sqlite3.Error as error:
            self.problem = str(error)
            return []

    def _do(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            with self._lock, self._database:
                self._database.execute(statement, values)
        except sqlite3.Error as error:
            self.problem = str(error)


def _connect(name: str) -> sqlite3.Connection:
    database = sqlite3.connect(name, timeout=2.0, check_same_thread=False)
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"catalogue of version {version}")
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            file.with_name(file.name + ending).unlink()


def _understood(summary: str | None) -> Summary | None:
    if summary is None:
        return None
    try:
        return Summary.from_json(summary)
    except (ValueError, KeyError, TypeError):
        return None


def _text(path: Path) -> str:
    """The path as text SQLite takes, whatever bytes the name is made of."""
    return str(path.absolute()).encode("utf-8", "surrogateescape").decode("latin-1")
