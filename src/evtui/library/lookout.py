"""The lookout: notices that files on the screen changed, went or came, in a thread beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evtui.library.catalogue import Catalogue
from evtui.library.discovery import (
    NO_SUCH_FILE,
    Dataset,
    Doubtful,
    Entry,
    Folder,
    Identity,
    Inner,
    Obstacle,
    list_folder,
    look_at,
    walk_folder,
)
from evtui.library.summary import Summary
from evtui.library.survey import recall
from evtui.threads import NewestOnly

GONE = "the file is no longer there; r looks again"

_SETTLED_NS = 2_000_000_000
"""A folder's mtime as young as this may stay the same when one more file comes."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the screen shows."""

    datasets: tuple[Dataset, ...]
    missing: frozenset[Path] = frozenset()
    """Those of them that were missing when they were last looked at."""
    folders: tuple[Path, ...] = ()
    """Where new files would be shown."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What is no longer as the screen shows it."""

    changed: tuple[Dataset, ...] = ()
    """Files that are still being written, or were just replaced."""
    rested: tuple[Dataset, ...] = ()
    """Files that came or changed earlier, and no longer change."""
    missing: tuple[Obstacle, ...] = ()
    back: tuple[Path, ...] = ()
    """Files that were missing, and are as they were before."""
    new: tuple[tuple[Dataset, Summary | None], ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self == Noticed()


class Lookout:
    """Looks at what it is shown, once each time; what it waits for too long is left out.

    A folder is listed again only if its time of change is another than when it was listed last.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        report: Callable[[Noticed], None],
        is_known: Callable[[Path], bool],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Start the thread.

        Args:
            catalogue: remembers.
            report: called in the thread, where there is something to tell.
            is_known: whether the screen has a file already; called in the thread.
            now_ns: tells the time as the file system does, ns.
        """
        self._catalogue = catalogue
        self._report = report
        self._is_known = is_known
        self._now_ns = now_ns
        self._folders: dict[Path, Folder] = {}
        self._entered: dict[Identity, Path] = {}
        self._moving: dict[Path, Dataset] = {}
        """Files that came or changed lately, as they were seen last."""
        self._thread = NewestOnly("lookout", self._look)

    def know(self, folders: Iterable[Folder]) -> None:
        """Folders that were listed just now."""
        for folder in folders:
            is_settled = self._now_ns() - folder.mtime_ns > _SETTLED_NS
            self._folders[folder.path] = folder if is_settled else replace(folder, mtime_ns=-1)
            self._entered[folder.identity] = folder.path

    def look(self, sight: Sight) -> None:
        """Ask for a look, in place of one that was not begun."""
        self._thread.submit(sight)

    def close(self) -> None:
        """Stop, without waiting for a file system that hangs."""
        self._thread.close()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _look(self, sight: Sight) -> None:
        changed: list[Dataset] = []
        rested: list[Dataset] = []
        missing: list[Obstacle] = []
        back: list[Path] = []
        shown = {dataset.path: dataset for dataset in sight.datasets} | self._moving
        for path, known in shown.items():
            if self._thread.closing:
                return
            seen = look_at(path, known.folder)
            if isinstance(seen, Obstacle):
                self._moving.pop(path, None)
                missing.append(Obstacle(path, _why(seen)))
            elif seen != known:
                self._moving[path] = seen
                changed.append(seen)
            elif self._moving.pop(path, None) is not None:
                rested.append(seen)
            elif path in sight.missing:
                back.append(path)
        new = tuple(self._new(sight.folders))
        self._moving.update((dataset.path, dataset) for dataset, known in new if known is None)
        noticed = Noticed(tuple(changed), tuple(rested), tuple(missing), tuple(back), new)
        if not noticed.is_nothing and not self._thread.closing:
            self._report(noticed)

    def _new(self, folders: Sequence[Path]) -> Iterator[tuple[Dataset, Summary | None]]:
        for path in folders:
            folder = self._folders.get(path)
            if folder is not None and _mtime_ns(path) not in (None, folder.mtime_ns):
                files = self._listed(list_folder(path, folder.relative, self._is_known))
                yield from recall(files, self._catalogue, lambda: self._thread.closing)

    def _listed(self, items: Iterable[Entry | Inner]) -> list[Dataset | Doubtful]:
        """The files of a folder, and of those in it that are new."""
        files: list[Dataset | Doubtful] = []
        for item in items:
            if isinstance(item, Folder):
                self.know([item])
            elif isinstance(item, Inner):
                files += self._enter(item)
            elif not isinstance(item, Obstacle):
                files.append(item)
        return files

    def _enter(self, inner: Inner) -> list[Dataset | Doubtful]:
        """What is in an inner folder, unless that was listed: under this name or as a link."""
        identity = _identity(inner.path)
        listed_as = self._entered.get(identity) if identity else None
        if listed_as is not None and _identity(listed_as) == identity:
            return []
        entered = self._entered.keys() - {identity}
        items = walk_folder(inner.path, inner.relative, entered, lambda: self._thread.closing)
        return self._listed(items)


def _why(obstacle: Obstacle) -> str:
    return GONE if obstacle.reason == NO_SUCH_FILE else obstacle.reason


def _mtime_ns(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
