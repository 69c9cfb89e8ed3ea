"""What can be wrong with the catalogue's file: told apart, and put in words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from evtui.files import cannot_write


class OtherVersion(sqlite3.DatabaseError):
    """The file was made by another version of the program."""


class DamagedAgain(sqlite3.DatabaseError):
    """The file was made anew in this run already."""


_DAMAGE = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_ERROR,  # a table is not there, or not the one that was made
}

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full (free some space)",
    sqlite3.SQLITE_READONLY: "it may not be written (check its owner and mode)",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened (check the owner and mode of it and its folder)",
    sqlite3.SQLITE_PERM: "it cannot be opened (check its owner and mode)",
    sqlite3.SQLITE_BUSY: "another program keeps it locked (end that one)",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked (end that one)",
    sqlite3.SQLITE_CORRUPT: "it is damaged (remove it)",
    sqlite3.SQLITE_NOTADB: "it is damaged (remove it)",
    sqlite3.SQLITE_IOERR: "the disk cannot read or write it (check whether it is full, or failing)",
}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether only a new file helps."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Whether it may work in a moment."""
    return _code(error) in _BUSY


def in_words(file: Path, error: Exception) -> str:
    """What is wrong with the file and what to do, for the user."""
    if isinstance(error, OtherVersion):
        return f"{file}: another version of evtui uses it now (end that one, or this one)"
    if isinstance(error, DamagedAgain):
        return f"{file}: it was damaged again and again (check the disk)"
    if file.is_dir():
        return f"{file}: it is a folder (remove it)"
    if isinstance(error, TimeoutError):
        return f"{file}: {_WORDS[sqlite3.SQLITE_BUSY]}"
    if isinstance(error, OSError):
        return str(cannot_write(file, error))
    code = _code(error) if isinstance(error, sqlite3.Error) else None
    return f"{file}: {_WORDS.get(code, error) if code is not None else error}"


def made_anew(file: Path) -> str:
    """That the file was damaged; nothing is left to do."""
    return f"{file}: it was damaged and is made anew; what it held is learned again"


def not_remembered(fault: str) -> str:
    """A fault that leaves the catalogue in memory, and what follows from it."""
    return f"{fault}; nothing is remembered beyond this run"


def not_written(fault: str) -> str:
    """A fault of a file that stays in use, and what follows from it."""
    return f"{fault}; what is learned in this run may not be remembered"


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None where SQLite was not asked."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
