"""Bookmarks: named times of a recording, kept in the user's data folder.

Each recording that has some has one small JSON file, named by a hash of its absolute
path, links followed::

    {"version": 1, "path": "/data/drone.h5", "bytes": 104857600, "t_first_us": 1317888,
     "bookmarks": [{"time_us": 1500000, "name": "take-off"}]}

``bytes`` and ``t_first_us`` (the first event's time on the sensor's clock) tell whether the
recording is still the one they were made for; see ``Bookmarks.of``.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evtui.errors import EvtuiError, ExportError
from evtui.files import cannot_write, written_beside
from evtui.units import printable

VERSION = 1

_LATEST_US = 2**63 - 1
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True, slots=True, order=True)
class Bookmark:
    """A named time, µs from the recording's first event.

    The name is the user's, or whatever the file holds: one line of printable text, never markup.
    """

    time_us: int
    name: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one file holds."""

    path: str
    bytes: int
    t_first_us: int
    bookmarks: frozenset[Bookmark] = frozenset()

    def fits(self, other: _Kept) -> bool:
        """Whether both tell of one recording, as far as size and first event's time can say."""
        return (self.bytes, self.t_first_us) == (other.bytes, other.t_first_us)

    def to_json(self) -> str:
        marks = [{"time_us": mark.time_us, "name": mark.name} for mark in sorted(self.bookmarks)]
        kept = {"path": self.path, "bytes": self.bytes, "t_first_us": self.t_first_us}
        return json.dumps({"version": VERSION, **kept, "bookmarks": marks}, indent=1) + "\n"


class _Damaged(Exception):
    """A file that is not what ``_Kept.to_json`` writes."""


class _Newer(Exception):
    """A file of a later version, which must stay as it is."""


class Bookmarks:
    """The bookmarks of one recording; get one by ``Bookmarks.of``.

    Every change reads the file again under a lock, so that two programs do not lose each other's.
    Changes may wait for the other program's write, which takes milliseconds.
    """

    def __init__(self, file: Path, recording: _Kept) -> None:
        """Not to be called directly; see ``of``."""
        self._file = file
        self._recording = recording
        self._marks: frozenset[Bookmark] = frozenset()
        self._refusal = ""
        self.note = ""
        """What the user should know: bookmarks that may not fit, or a damaged file; else empty."""

    @classmethod
    def of(cls, path: Path, size: int, t_first_us: int, folder: Path) -> Bookmarks:
        """The bookmarks kept for a recording, or those of the file it was before it was moved.

        - Same path, size and first event's time: they are its bookmarks.
        - Same path, another size or first event: the file grew, was converted or is another one.
          The bookmarks stay, and ``note`` says so; the next change of them vouches for them.
        - No bookmarks for this path, but some made for a file of the same size and first event
          that no longer exists where it was: the file was moved or renamed.  They become this
          path's too, with a ``note``.  Of several such files the one of the same name is taken,
          or else none.

        A file that is damaged is renamed to ``….damaged-…`` beside it, and ``note`` says so; one
        that cannot be read or is of a later version is left alone, and every change is refused.

        Args:
            path: of the recording.
            size: of the file in bytes.
            t_first_us: time of its first event on the sensor's clock.
            folder: where bookmarks are kept, see ``paths.bookmarks_folder``; need not exist yet.
        """
        absolute = str(path.resolve())  # by whatever link it was reached
        recording = _Kept(absolute, size, t_first_us)
        bookmarks = cls(folder / f"{_key(absolute)}.json", recording)
        bookmarks._open()
        return bookmarks

    @property
    def all(self) -> tuple[Bookmark, ...]:
        """Every bookmark, by time."""
        return tuple(sorted(self._marks))

    @property
    def times_us(self) -> tuple[int, ...]:
        """Their times, ascending, for a transport to jump to."""
        return tuple(mark.time_us for mark in self.all)

    def next(self, after_us: int) -> Bookmark | None:
        """The first bookmark later than a time."""
        return next((mark for mark in self.all if mark.time_us > after_us), None)

    def previous(self, before_us: int) -> Bookmark | None:
        """The last bookmark earlier than a time."""
        return next((mark for mark in reversed(self.all) if mark.time_us < before_us), None)

    def add(self, time_us: int, name: str) -> Bookmark:
        """Keep a new one; the same time and name twice is one bookmark.

        Raises:
            ValueError: the time lies before the recording.
            ExportError: it cannot be kept.
        """
        if not 0 <= time_us <= _LATEST_US:
            raise ValueError(f"a bookmark at {time_us} µs lies outside every recording")
        added = Bookmark(time_us, _as_name(name))
        self._change(lambda marks: marks | {added})
        return added

    def remove(self, bookmark: Bookmark) -> None:
        """Forget one; nothing happens where another program did so already.

        Raises:
            ExportError: the rest cannot be written.
        """
        self._change(lambda marks: marks - {bookmark})

    def rename(self, bookmark: Bookmark, name: str) -> Bookmark:
        """Give one another name.

        Raises:
            EvtuiError: it is no longer there.
            ExportError: it cannot be kept.
        """
        renamed = Bookmark(bookmark.time_us, _as_name(name))

        def change(marks: frozenset[Bookmark]) -> frozenset[Bookmark]:
            if bookmark not in marks:
                raise EvtuiError(f"the bookmark {bookmark.name!r} is no longer there")
            return (marks - {bookmark}) | {renamed}

        self._change(change)
        return renamed

    def reload(self) -> None:
        """Read what another program may have changed."""
        self._open()

    def _open(self) -> None:
        self._refusal = self.note = ""
        kept = self._read(self._look_again)
        if kept is not None and not kept.fits(self._recording):
            self.note = (
                "the recording has changed since its bookmarks were made, which may not fit: "
                + _differences(kept, self._recording)
            )
        elif kept is None and not self.note:
            kept = self._moved_here()
            if kept is not None:
                self.note = f"bookmarks of {printable(kept.path)}, which was moved here"
        self._marks = kept.bookmarks if kept is not None else frozenset()

    def _read(self, when_damaged: Callable[[_Damaged], _Kept | None]) -> _Kept | None:
        """What the file holds now; None where there is none, or none that can be used."""
        try:
            return _read(self._file)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._refuse(f"cannot be read: {error.strerror}")
        except _Newer:
            self._refuse("was written by a later version of evtui")
        except _Damaged as fault:
            return when_damaged(fault)
        return None

    def _look_again(self, fault: _Damaged) -> _Kept | None:
        """Read under the lock, so that what another program mended is not put aside."""
        try:
            with _lock(self._file.parent):
                return self._read(self._put_aside)
        except ExportError as error:
            self._refuse(f"is damaged ({fault}) and cannot be put aside: {error}")
        return None

    def _put_aside(self, fault: _Damaged) -> None:
        """Keep a damaged file under another name; the lock is held."""
        aside = self._file.with_suffix(f".damaged-{secrets.token_hex(4)}")
        try:
            self._file.rename(aside)
        except OSError as error:
            self._refuse(f"is damaged ({fault}) and cannot be put aside: {error.strerror}")
        else:
            told = f"the bookmarks' file is damaged ({fault}); it was kept as {aside}"
            self.note = printable(told)

    def _refuse(self, why: str) -> None:
        self.note = self._refusal = printable(f"{self._file}: the bookmarks' file {why}")

    def _moved_here(self) -> _Kept | None:
        """What was kept for a file that is the same one but no longer where it was."""
        found = [
            kept
            for kept in _everything_in(self._file.parent)
            if kept.fits(self._recording) and kept.bookmarks and not os.path.lexists(kept.path)
        ]
        name = Path(self._recording.path).name
        same_name = [kept for kept in found if Path(kept.path).name == name]
        candidates = same_name or found
        return candidates[0] if len(candidates) == 1 else None

    def _change(self, change: Callable[[frozenset[Bookmark]], frozenset[Bookmark]]) -> None:
        with _lock(self._file.parent):
            self._refusal = ""
            kept = self._read(self._put_aside)
            if self._refusal:
                raise ExportError(self._refusal)
            # Without a file of its own, it has those of the place it was moved from.
            marks = change(kept.bookmarks if kept is not None else self._marks)
            held = self._recording
            changed = _Kept(held.path, held.bytes, held.t_first_us, marks)
            with written_beside(self._file) as beside:
                beside.write_text(changed.to_json(), encoding="ascii")
        self._marks = marks


def _as_name(name: str) -> str:
    return printable(name.strip())


def _key(absolute: str) -> str:
    return hashlib.sha256(os.fsencode(absolute)).hexdigest()[:32]


def _differences(kept: _Kept, now: _Kept) -> str:
    told = []
    if kept.bytes != now.bytes:
        told.append(f"its size was {kept.bytes:,} bytes and is {now.bytes:,}")
    if kept.t_first_us != now.t_first_us:
        told.append(f"its first event was at {kept.t_first_us} µs and is at {now.t_first_us} µs")
    return ", ".join(told)


def _everything_in(folder: Path) -> Iterator[_Kept]:
    """What all files of a folder hold, but for those that cannot be used."""
    for file in sorted(folder.glob("*.json")):
        try:
            yield _read(file)
        except (OSError, _Damaged, _Newer):
            continue


def _read(file: Path) -> _Kept:
    """What a file holds.

    Raises:
        OSError: it cannot be read.
        _Damaged: it holds something else.
        _Newer: it is of a later version.
    """
    try:
        values = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _Damaged("not JSON") from error
    if not isinstance(values, dict):
        raise _Damaged("not an object")
    version = _field(values, "version", int)
    if version > VERSION:
        raise _Newer
    if version < 1:
        raise _Damaged("no such version")
    return _Kept(
        _field(values, "path", str),
        _field(values, "bytes", int),
        _field(values, "t_first_us", int),
        frozenset(_bookmark(mark) for mark in _field(values, "bookmarks", list)),
    )


def _bookmark(values: Any) -> Bookmark:
    if not isinstance(values, dict):
        raise _Damaged("a bookmark is not an object")
    time_us = _field(values, "time_us", int)
    if not 0 <= time_us <= _LATEST_US:
        raise _Damaged("a bookmark's time lies outside every recording")
    return Bookmark(time_us, _as_name(_field(values, "name", str)))


def _field(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values.get(name)
    if type(value) is not kind:
        raise _Damaged(f"no {name}")
    return value


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keep other programs from changing any bookmarks meanwhile.

    The kernel lets go of the lock when its holder ends, however it ends.  A file system that knows
    no locks goes without: then only two writes in the same millisecond could lose one.

    Raises:
        ExportError: the folder cannot be made or written to.
    """
    file = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(file, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise cannot_write(file, error) from error
        yield
    finally:
        os.close(handle)
