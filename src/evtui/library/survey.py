"""The survey: finds datasets, then learns what their rows show, in one thread beside the screen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset, Obstacle, discover
from evtui.library.summary import Summary, of_file


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the datasets under the paths, with what is remembered of each."""

    datasets: tuple[tuple[Dataset, Summary | None], ...]
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a file's header and endpoints told."""

    dataset: Dataset
    summary: Summary


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything was found, or everything was learned."""

    learning: bool


Report = Found | Learned | Finished

_BATCH = 256


class Survey:
    """One pass over the given paths.  Reports come in its own thread, in order.

    Files are opened only once ``begin_learning`` was called, so that the first paint of the screen
    waits for no reader.
    """

    def __init__(
        self, paths: Sequence[Path], catalogue: Catalogue, report: Callable[[Report], None]
    ) -> None:
        """Start the thread: it lists the files at once."""
        self._paths = paths
        self._catalogue = catalogue
        self._report = report
        self._may_learn = threading.Event()
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="survey", daemon=True)
        self._thread.start()

    def begin_learning(self) -> None:
        """Allow files to be opened."""
        self._may_learn.set()

    def cancel(self) -> None:
        """Stop reporting, after the file at hand."""
        self._cancelled.set()
        self._may_learn.set()

    def join(self) -> None:
        """Wait until the pass has ended."""
        self._thread.join()

    def _run(self) -> None:
        unknown = self._find()
        self._tell(Finished(learning=False))
        self._may_learn.wait()
        for dataset in unknown:
            if self._cancelled.is_set():
                return
            summary = of_file(dataset.path)
            self._catalogue.put(dataset, summary)
            self._tell(Learned(dataset, summary))
        self._tell(Finished(learning=True))

    def _find(self) -> list[Dataset]:
        unknown: list[Dataset] = []
        listing = discover(self._paths, self._cancelled.is_set)
        while batch := list(islice(listing, _BATCH)):
            obstacles = tuple(item for item in batch if isinstance(item, Obstacle))
            found = [
                (item, self._catalogue.get(item)) for item in batch if isinstance(item, Dataset)
            ]
            unknown.extend(dataset for dataset, summary in found if summary is None)
            self._tell(Found(tuple(found), obstacles))
        return unknown

    def _tell(self, report: Report) -> None:
        if not self._cancelled.is_set():
            self._report(report)
