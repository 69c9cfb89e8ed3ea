"""What is put into the catalogue is written soon, in a thread beside whoever put it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from evtui.library.catalogue.database import Written
from evtui.library.catalogue.tables import Key, Table

LINGER_S = 1.0
"""How long the thread waits for more before it ends."""

_Rows: TypeAlias = dict[str, tuple[Key, Any]]
"""By path: the file as it was, and what was put."""


@dataclass(slots=True)
class Batch:
    """What is written in one go: of each path the newest."""

    rows: dict[Table[Any], _Rows] = field(default_factory=dict)
    used: dict[Table[Any], set[str]] = field(default_factory=dict)
    """Paths of rows that were looked up."""

    def __bool__(self) -> bool:
        return bool(self.rows or self.used)

    def put(self, table: Table[Any], key: Key, value: object) -> None:
        """Take something in; of too many things the oldest go."""
        rows = self.rows.setdefault(table, {})
        rows.pop(key[0], None)
        rows[key[0]] = key, value
        while len(rows) > table.most_waiting:
            del rows[next(iter(rows))]

    def get(self, table: Table[Any], key: Key) -> Any | None:
        """What was put of a file as it is; None where nothing was."""
        was, value = self.rows.get(table, {}).get(key[0], (None, None))
        return value if was == key else None

    def add(self, newer: Batch) -> None:
        """Take in all of another batch."""
        for table, rows in newer.rows.items():
            for key, value in rows.values():
                self.put(table, key, value)
        for table, paths in newer.used.items():
            self.used.setdefault(table, set()).update(paths)


class Writer:
    """Holds what was put until it is written.  Safe to use from any thread; no call waits for a
    disk but those that say so.

    Its thread runs only while there is something to write.  It is a daemon, so that a disk that
    hangs cannot keep the program from ending.
    """

    def __init__(self, write: Callable[[Batch], Written], end: Callable[[], None]) -> None:
        """Make one with nothing to do.

        Args:
            write: writes a batch, in the thread.
            end: called in the thread after the last batch.
        """
        self._write = write
        self._end = end
        self._changed = threading.Condition()
        self._waiting = Batch()
        self._writing = Batch()
        self._thread: threading.Thread | None = None
        self._is_asked = False
        """Whether what waits is to be written now."""
        self._has_failed = False
        """Whether it is not worth trying before the end."""
        self._is_closing = self._has_ended = False

    def put(self, table: Table[Any], key: Key, value: object) -> None:
        """Have something written soon, in place of what was put of this path."""
        with self._changed:
            if self._is_closing:
                return
            self._waiting.put(table, key, value)
            if not self._has_failed:
                self._ask()

    def note_use(self, table: Table[Any], key: Key) -> None:
        """Note that a row was looked up; it is written with the next batch."""
        with self._changed:
            self._waiting.used.setdefault(table, set()).add(key[0])

    def unwritten(self, table: Table[Any], keys: Sequence[Key]) -> list[Any | None]:
        """What was put of each of these and is perhaps not written yet."""
        with self._changed:
            return [self._waiting.get(table, key) or self._writing.get(table, key) for key in keys]

    def flush(self, wait_s: float) -> bool:
        """Wait until all is written that was put, for so long at most; False where it is not."""
        with self._changed:
            if self._has_ended:
                return not self._waiting
            if self._waiting:
                self._ask()
            self._changed.wait_for(lambda: not (self._is_asked or self._writing), wait_s)
            return not (self._waiting or self._writing)

    def drop(self, wait_s: float) -> None:
        """Forget what waits; what is being written is waited for, for so long at most."""
        with self._changed:
            self._waiting = Batch()
            self._changed.wait_for(lambda: not (self._is_asked or self._writing), wait_s)

    def close(self, wait_s: float) -> bool:
        """Write what waits and end, as ``flush``; what is put from now on is not kept."""
        with self._changed:
            self._is_closing = True
            if not self._has_ended:
                self._ask()
            return self._changed.wait_for(lambda: self._has_ended, wait_s)

    def _ask(self) -> None:
        self._is_asked = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="catalogue", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while self._begin_batch():
            written = self._write(self._writing) if self._writing else Written.YES
            self._end_batch(written)
            if self._is_closing and not self._is_asked:
                self._end()
                with self._changed:
                    self._has_ended, self._thread = True, None
                    self._changed.notify_all()
                return

    def _begin_batch(self) -> bool:
        """Take all that waits; False where nothing more was asked for in a while."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_asked, LINGER_S):
                self._thread = None
                return False
            self._is_asked = False
            self._writing, self._waiting = self._waiting, Batch()
            return True

    def _end_batch(self, written: Written) -> None:
        with self._changed:
            if written is not Written.YES:
                self._writing.add(self._waiting)
                self._waiting = self._writing
            self._has_failed = written is Written.NO
            self._writing = Batch()
            self._changed.notify_all()
