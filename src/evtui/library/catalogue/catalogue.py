"""The catalogue: what was learned of datasets, remembered across runs in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from evtui.library.catalogue.database import Database, Written
from evtui.library.catalogue.tables import (
    COUNTS,
    PREVIEWS,
    SCHEMA,
    SUMMARIES,
    TABLES,
    VERSION,
    Key,
    Table,
)
from evtui.library.catalogue.writer import Batch, Writer
from evtui.library.discovery import Dataset
from evtui.library.previews import Preview
from evtui.library.summary import Summary
from evtui.recordings.base import Counts

V = TypeVar("V")

CLOSE_WAIT_S = 3.0
"""How long closing waits for what is still being written: longer than for another program."""

_LATEST_NS = 2**63 - 1
"""The largest number that SQLite holds."""

_AT_ONCE = 500
"""Datasets that one question asks for; SQLite takes 999 values at least."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How much is remembered of one kind."""

    rows: int
    bytes: int
    """Of what is packed, without what the file needs to find it."""


class Catalogue:
    """What is known of datasets, by path, size and mtime; and how fast loaders were.

    Safe to use from any thread.  What is put is seen by every later look-up of this program at
    once, and written soon, beside the caller; only look-ups read the disk.

    The file is a cache: one that is damaged, also while it is open, or of another version is made
    anew, and where it cannot be kept at all (a full disk, a read-only home) the catalogue lives in
    memory for this run.
    """

    def __init__(self, file: Path | None) -> None:
        """Open or make the file; None keeps everything in memory."""
        self._database = Database(file, SCHEMA, VERSION)
        self._writer = Writer(self._write, self._database.close)

    @property
    def problem(self) -> str:
        """What last went wrong with the file, in words for the user; empty where nothing did."""
        return self._database.problem

    @property
    def in_memory(self) -> bool:
        """Whether nothing is remembered beyond this run."""
        return self._database.in_memory

    def on_problem(self, tell: Callable[[str], None]) -> None:
        """Have each problem told that comes up from now on, in whichever thread it is met."""
        self._database.on_problem = tell

    def get(self, dataset: Dataset) -> Summary | None:
        """What is remembered of a dataset that has not changed since."""
        return self._look_up(SUMMARIES, [dataset])[0]

    def get_many(self, datasets: Sequence[Dataset]) -> list[Summary | None]:
        """What is remembered of each of many datasets, in their order: as ``get``, but faster."""
        found: list[Summary | None] = []
        for start in range(0, len(datasets), _AT_ONCE):
            some = self._look_up(SUMMARIES, datasets[start : start + _AT_ONCE])
            found.extend(some)
        return found

    def put(self, dataset: Dataset, summary: Summary, counts: Counts | None = None) -> None:
        """Remember a dataset's summary, and what was counted of it, in place of older ones."""
        self._writer.put(SUMMARIES, _key(dataset), summary)
        if counts is not None:
            self._writer.put(COUNTS, _key(dataset), counts)

    def counts(self, dataset: Dataset) -> Counts | None:
        """What a full pass counted of a dataset that has not changed since."""
        return self._look_up(COUNTS, [dataset])[0]

    def preview(self, dataset: Dataset) -> Preview | None:
        """The preview of a dataset that has not changed since; its info has no header.

        One whose timeline is an estimate is none any more once a full pass has counted the events.
        """
        preview = self._look_up(PREVIEWS, [dataset])[0]
        if preview is None or preview.timeline.exact or self.counts(dataset) is None:
            return preview
        return None

    def put_preview(self, dataset: Dataset, preview: Preview) -> None:
        """Remember a dataset's preview in place of an older one."""
        self._writer.put(PREVIEWS, _key(dataset), preview)

    def throughput(self, format_name: str, loader: str) -> float | None:
        """Bytes of file a second that this loader last reached on this format."""
        rows = self._database.ask(
            "SELECT bytes, seconds FROM throughputs WHERE format = ? AND loader = ?",
            (format_name, loader),
        )
        return rows[0][0] / rows[0][1] if rows and rows[0][1] else None

    def note_throughput(self, format_name: str, loader: str, size: int, seconds: float) -> None:
        """Remember how long a load took; unlike what is put, it is written now."""
        statement = "INSERT OR REPLACE INTO throughputs VALUES (?, ?, ?, ?)"
        values = (format_name, loader, size, seconds)
        self._database.write(lambda connection: connection.execute(statement, values))

    def holdings(self) -> dict[str, Holding]:
        """How much of each kind is written in the file."""
        sizes = {table.name: "LENGTH(content)" for table in TABLES}
        sizes["throughputs"] = "LENGTH(format) + LENGTH(loader) + 16"
        holdings = {}
        for name, size in sizes.items():
            rows = self._database.ask(f"SELECT COUNT(*), COALESCE(SUM({size}), 0) FROM {name}")
            holdings[name] = Holding(*rows[0]) if rows else Holding(0, 0)
        return holdings

    def clear(self) -> bool:
        """Forget everything, also for the programs that have the file open now.

        Returns:
            False where it cannot be done; ``problem`` says why.
        """

        def forget(connection: sqlite3.Connection) -> None:
            for name in (*(table.name for table in TABLES), "throughputs"):
                connection.execute(f"DELETE FROM {name}")

        self._writer.drop(CLOSE_WAIT_S)
        if self._database.write(forget) is not Written.YES:
            return False
        self._database.shrink()
        return True

    def flush(self) -> bool:
        """Wait until what was put is written; False where it cannot be, or takes too long."""
        return self._writer.flush(CLOSE_WAIT_S)

    def close(self) -> None:
        """Write what was put and let go of the file, in ``CLOSE_WAIT_S`` at most."""
        self._writer.close(CLOSE_WAIT_S)

    def _look_up(self, table: Table[V], datasets: Sequence[Dataset]) -> list[V | None]:
        keys = [_key(dataset) for dataset in datasets]
        unwritten = self._writer.unwritten(table, keys)
        unknown = [key for key, put in zip(keys, unwritten, strict=True) if put is None]
        written = self._read(table, unknown) if unknown else {}
        found: list[V | None] = []
        for dataset, key, put in zip(datasets, keys, unwritten, strict=True):
            content = written.get(key)
            found.append(put if put is not None else table.understood(content, dataset.path))
            if content is not None and table.notes_use:
                self._writer.note_use(table, key)
        return found

    def _read(self, table: Table[V], keys: Sequence[Key]) -> dict[Key, object]:
        places = ", ".join("?" * len(keys))
        rows = self._database.ask(
            f"SELECT path, bytes, mtime_ns, content FROM {table.name} WHERE path IN ({places})",
            tuple(path for path, _, _ in keys),
        )
        return {(path, size, mtime): content for path, size, mtime, content in rows}

    def _write(self, batch: Batch) -> Written:
        """In the writer's thread."""
        packed = {
            table: [(key, table.pack(value)) for key, value in rows.values()]
            for table, rows in batch.rows.items()
        }

        def work(connection: sqlite3.Connection) -> None:
            # Uses first: what was used lately is not forgotten for the rows that come now.
            for table, paths in batch.used.items():
                table.note_use(connection, paths)
            for table, rows in packed.items():
                table.write(connection, rows)

        return self._database.write(work)


def _key(dataset: Dataset) -> Key:
    """What SQLite takes: the path as text, whatever bytes its name is made of, and an mtime before
    the year 2262."""
    path = str(dataset.path.absolute()).encode("utf-8", "surrogateescape").decode("latin-1")
    return path, dataset.bytes, max(-_LATEST_NS, min(dataset.mtime_ns, _LATEST_NS))
