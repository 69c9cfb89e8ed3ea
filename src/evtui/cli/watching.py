"""Conversions watched on stderr: bars on a terminal, a line for each finished file everywhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evtui.cli.narration import bars_on_stderr
from evtui.export.conversion_plan import Item
from evtui.units import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars(Protocol):
    """What watches conversions; may be called from any thread."""

    def share(self, item: Item, share: float) -> None:
        """So much of a recording is done, 0.0 to 1.0."""
        ...

    def over(self, source: Path) -> None:
        """A recording is done, or failed."""
        ...


@contextmanager
def watched(items: Sequence[Item]) -> Iterator[Bars]:
    """Bars on stderr until the body ends, one for all and one for each that is under way.

    Lines that are written to ``sys.stderr`` meanwhile come out above them.  Where stderr is no
    terminal there are none.
    """
    if not sys.stderr.isatty():
        yield _NoBars()
        return
    with bars_on_stderr() as progress:
        yield _RichBars(progress, items)


class _NoBars:
    def share(self, item: Item, share: float) -> None:
        """Nobody looks."""

    def over(self, source: Path) -> None:
        """Nobody looks."""


class _RichBars:
    def __init__(self, progress: Progress, items: Sequence[Item]) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._tasks: dict[Path, TaskID] = {}
        self._sizes = {item.source: item.origin.bytes for item in items}
        self._done = dict.fromkeys(self._sizes, 0.0)
        self._over = 0
        self._all = progress.add_task("", total=max(1, sum(self._sizes.values())))
        self._update_all()

    def share(self, item: Item, share: float) -> None:
        with self._lock:
            source = item.source
            if source not in self._tasks:
                self._tasks[source] = self._progress.add_task(printable(source.name), total=1.0)
            self._progress.update(self._tasks[source], completed=share)
            self._done[source] = share * self._sizes[source]
            self._update_all()

    def over(self, source: Path) -> None:
        with self._lock:
            if source in self._tasks:
                self._progress.remove_task(self._tasks.pop(source))
            self._done[source] = self._sizes[source]
            self._over += 1
            self._update_all()

    def _update_all(self) -> None:
        said = f"{self._over} of {len(self._sizes)} recordings"
        self._progress.update(self._all, description=said, completed=sum(self._done.values()))
