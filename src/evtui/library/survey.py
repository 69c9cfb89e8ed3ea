"""The survey: finds the datasets under the given paths, in a thread beside the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import RecordingError, UnknownFormat
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Cancelled, Dataset, Doubtful, Entry, Folder, Obstacle, walk
from evtui.library.summary import Summary
from evtui.recordings.formats import identify


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the datasets under the paths, with what is remembered of each."""

    datasets: tuple[tuple[Dataset, Summary | None], ...]
    obstacles: tuple[Obstacle, ...]
    folders: tuple[Folder, ...] = ()
    """Those that were listed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything was found."""


Report = Found | Finished

_FIRST_BATCH = 64
_BATCH = 512
_LONGEST_S = 0.1
"""How long what was found waits for more."""


class Survey:
    """One pass over the given paths.  Reports come in its own thread, in order.

    A file is opened only where nothing else tells whether it is a recording, and only once: what
    is none is remembered too.  A file that two of the paths lead to is told as it is first reached.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        catalogue: Catalogue,
        report: Callable[[Report], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the thread: it lists the files at once.

        Args:
            paths: folders and files.
            catalogue: remembers.
            report: called in the thread.
            clock: tells seconds.
        """
        self._paths = paths
        self._catalogue = catalogue
        self._report = report
        self._clock = clock
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="survey", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop reporting, and stop after the file at hand."""
        self._cancelled.set()

    def join(self) -> None:
        """Wait until the pass has ended."""
        self._thread.join()

    def _run(self) -> None:
        for batch in self._batches():
            files = [item for item in batch if isinstance(item, Dataset | Doubtful)]
            found = Found(
                tuple(recall(files, self._catalogue, self._cancelled.is_set)),
                tuple(item for item in batch if isinstance(item, Obstacle)),
                tuple(item for item in batch if isinstance(item, Folder)),
            )
            self._tell(found)
        self._tell(Finished())

    def _batches(self) -> Iterator[list[Entry]]:
        """What is found, a screenful first, then many at once: the screen has less to do."""
        size, begun = _FIRST_BATCH, self._clock()
        batch: list[Entry] = []
        for item in self._once_each():
            batch.append(item)
            if len(batch) >= size or self._clock() - begun >= _LONGEST_S:
                yield batch
                batch, size, begun = [], _BATCH, self._clock()
        if batch:
            yield batch

    def _once_each(self) -> Iterator[Entry]:
        items = walk(self._paths, self._cancelled.is_set)
        if len(self._paths) == 1:
            yield from items
            return
        told: set[Path] = set()
        for item in items:
            path = (item.dataset if isinstance(item, Doubtful) else item).path.absolute()
            if path not in told:
                told.add(path)
                yield item

    def _tell(self, report: Report) -> None:
        if not self._cancelled.is_set():
            self._report(report)


def recall(
    files: Sequence[Dataset | Doubtful], catalogue: Catalogue, cancelled: Cancelled
) -> Iterator[tuple[Dataset, Summary | None]]:
    """Those that are recordings, as far as one can tell, with what is remembered of each.

    Args:
        files: as they were found.
        catalogue: is told which of the doubtful ones are none.
        cancelled: ends it.
    """
    datasets = [file.dataset if isinstance(file, Doubtful) else file for file in files]
    remembered = catalogue.get_many(datasets)
    for file, dataset, summary in zip(files, datasets, remembered, strict=True):
        if cancelled():
            return
        if isinstance(file, Doubtful):
            is_listed = summary.is_recording if summary else _is_recording(dataset, catalogue)
        else:
            is_listed = True
        if is_listed:
            yield dataset, summary


def _is_recording(dataset: Dataset, catalogue: Catalogue) -> bool:
    try:
        identify(dataset.path)
    except UnknownFormat as error:
        catalogue.put(dataset, Summary(problem=error.reason, is_recording=False))
        return False
    except RecordingError:
        return False  # which may be otherwise in a moment
    return True
