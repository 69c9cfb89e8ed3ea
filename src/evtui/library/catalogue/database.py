"""The catalogue's file: opened, shared with other programs, made anew where it is damaged.

SQLite keeps programs that use one file apart, except where a file takes another's place: so it is
opened and made anew only under a lock on a second file beside it, which stays.  A program whose
file was replaced by another notices at its next write, and goes over to the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from evtui.library.catalogue.faults import (
    DamagedAgain,
    OtherVersion,
    in_words,
    is_busy,
    is_damage,
    made_anew,
    not_remembered,
    not_written,
)

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]

BUSY_WAIT_S = 2.0
"""How long another program's write, opening or remaking is waited for."""

_POLL_S = 0.01

_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 4000000;
"""


class Written(Enum):
    """What became of a write."""

    YES = auto()
    LATER = auto()
    """Another program was writing all the time: it may work the next time."""
    NO = auto()


class Database:
    """One SQLite file, or memory where that cannot be used.  Safe to use from any thread.

    No fault of the file is raised: reading it gives nothing then, and ``problem`` says why.  Every
    wait is for ``BUSY_WAIT_S`` at most, unless the disk itself hangs.
    """

    def __init__(self, file: Path | None, schema: str, version: int) -> None:
        """Open the file, or make it.

        Args:
            file: None keeps everything in memory.  One that is damaged or of another version is
                made anew.
            schema: statements that make the tables of a new file.
            version: of the schema, from 1.
        """
        self._file = file
        self._schema = schema
        self._version = version
        self._lock = threading.Lock()
        self._was_renewed = False
        self._is_closed = False
        self._identity: tuple[int, int] | None = None
        self.problem = ""
        """The last fault of the file, in words; empty where there was none."""
        self.on_problem: Callable[[str], None] | None = None
        """Told of each fault from now on, in whichever thread it was met."""
        self.in_memory = file is None
        """Whether nothing outlives this run."""
        self._connection = self._first_connection()

    def ask(self, question: str, values: tuple[object, ...] = ()) -> list[Row]:
        """The rows of an answer; none where the file cannot be read."""
        try:
            return self._run(lambda connection: connection.execute(question, values).fetchall())
        except sqlite3.Error as error:
            self._tell_unless_busy(error)
            return []

    def write(self, work: Callable[[sqlite3.Connection], object]) -> Written:
        """Do all of some work, or nothing of it.

        Args:
            work: done in a transaction; a second time where the file has to be made anew.
        """

        def transaction(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            try:
                work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

        try:
            self._run(transaction, follow=True)
        except sqlite3.Error as error:
            self._tell_unless_busy(error)
            return Written.LATER if is_busy(error) else Written.NO
        return Written.YES

    def shrink(self) -> None:
        """Give the room back that was freed in the file, as far as no other program reads it."""

        def vacuum(connection: sqlite3.Connection) -> None:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        try:
            self._run(vacuum)
        except sqlite3.Error as error:
            self._tell_unless_busy(error)

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        with self._lock:
            self._is_closed = True
            self._disconnect()

    def _run(self, work: Callable[[sqlite3.Connection], T], *, follow: bool = False) -> T:
        with self._lock:
            if self._is_closed:
                raise sqlite3.ProgrammingError("the catalogue is closed")
            file = self._file
            if file is None or self.in_memory:
                return work(self._connection)
            if follow and _identity(file) != self._identity:
                self._reopen(file, is_damaged=False)
            try:
                return work(self._connection)
            except sqlite3.Error as error:
                if self.in_memory or not is_damage(error):
                    raise
            self._reopen(file, is_damaged=True)
            return work(self._connection)

    # Opening

    def _first_connection(self) -> sqlite3.Connection:
        file = self._file
        if file is None:
            return self._memory()
        try:
            with _locked(file):
                try:
                    return self._connect(file)
                except OtherVersion:
                    _remove(file)
                except sqlite3.Error as error:
                    if not is_damage(error):
                        raise
                    self._renew(file)
                return self._connect(file)
        except (OSError, sqlite3.Error) as error:
            return self._fall_back(file, error)

    def _reopen(self, file: Path, *, is_damaged: bool) -> None:
        """Take the file that lies there now, in place of one that was replaced or is damaged.

        Of another version it is left as it is: whoever made it has it open, and two programs would
        go on making it anew in turns.
        """
        try:
            with _locked(file):
                # Compared before it is closed: then no new file can have its number.
                is_ours = _identity(file) == self._identity
                self._disconnect()
                if is_damaged and is_ours:
                    self._renew(file)
                self._connection = self._connect(file)
        except (OSError, sqlite3.Error) as error:
            self._disconnect()
            self._connection = self._fall_back(file, error)

    def _renew(self, file: Path) -> None:
        if self._was_renewed:
            raise DamagedAgain
        self._was_renewed = True
        _remove(file)
        self._tell(made_anew(file))

    def _fall_back(self, file: Path, error: Exception) -> sqlite3.Connection:
        self.in_memory = True
        self._tell(not_remembered(in_words(file, error)))
        return self._memory()

    def _memory(self) -> sqlite3.Connection:
        connection = _connected(":memory:")
        connection.executescript(self._schema)
        return connection

    def _connect(self, file: Path) -> sqlite3.Connection:
        connection = _connected(str(file))
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._identity = _identity(file)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        is_new = not version and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not is_new and version != self._version:
            raise OtherVersion
        connection.executescript(_SETTINGS)
        if is_new:
            connection.executescript(
                f"BEGIN IMMEDIATE; {self._schema} PRAGMA user_version = {self._version}; COMMIT;"
            )

    def _disconnect(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    # Faults

    def _tell_unless_busy(self, error: sqlite3.Error) -> None:
        if self._file is not None and not (self.in_memory or self._is_closed or is_busy(error)):
            self._tell(not_written(in_words(self._file, error)))

    def _tell(self, problem: str) -> None:
        is_news, self.problem = problem != self.problem, problem
        if is_news and self.on_problem is not None:
            self.on_problem(problem)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other programs from opening a file or making it anew; its folder is made if need be.

    Raises:
        OSError: the lock cannot be made.
        TimeoutError: another program holds it for too long.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(
        file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        _take(lock)
        yield
    finally:
        os.close(lock)


def _take(lock: int) -> None:
    until = time.monotonic() + BUSY_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError from None
        threading.Event().wait(_POLL_S)


def _connected(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=BUSY_WAIT_S, isolation_level=None, check_same_thread=False)


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file lies there; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
