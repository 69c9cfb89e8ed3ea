"""The learner: opens one dataset after the other for what its row shows, beside the screen."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evtui.errors import CannotRead
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset
from evtui.library.summary import Summary, of_file

_LONGEST_S = 0.1
"""How long what was learned waits for more."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the headers and endpoints of some files told."""

    datasets: tuple[tuple[Dataset, Summary], ...]
    is_all: bool
    """Whether no other dataset waits."""


class Learner:
    """Learns what is asked for, what is on the screen first.  It reports in its own thread.

    What was learned goes into the catalogue; a file that the system refuses to read does not, so
    that it is tried again.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        report: Callable[[Learned], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the thread; it opens nothing before ``begin``.

        Args:
            catalogue: remembers.
            report: called in the thread, a few times a second.
            clock: tells seconds.
        """
        self._catalogue = catalogue
        self._report = report
        self._clock = clock
        self._waiting: OrderedDict[Path, Dataset] = OrderedDict()
        self._preferred: list[Path] = []
        self._may_begin = False
        self._holds_back = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="learner", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Allow files to be opened: the first paint of the screen waits for no reader."""
        with self._changed:
            self._may_begin = True
            self._changed.notify()

    def hold_back(self, holds_back: bool) -> None:
        """Learn only what is preferred, for as long as files are being found."""
        with self._changed:
            self._holds_back = holds_back
            self._changed.notify()

    def learn(self, datasets: Iterable[Dataset]) -> None:
        """Ask for datasets; one that waits already is learned once, as it was asked for last."""
        with self._changed:
            self._waiting.update((dataset.path, dataset) for dataset in datasets)
            self._changed.notify()

    def prefer(self, paths: Sequence[Path]) -> None:
        """Learn these before the others, in place of those preferred until now."""
        with self._changed:
            self._preferred = list(reversed(paths))
            self._changed.notify()

    @property
    def is_idle(self) -> bool:
        """Whether everything asked for was taken up."""
        return not self._waiting

    def close(self) -> None:
        """Stop reporting, and stop after the file at hand, without waiting for it."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        learned: list[tuple[Dataset, Summary]] = []
        begun = self._clock()
        while (dataset := self._next()) is not None:
            if not learned:
                begun = self._clock()
            learned.append((dataset, self._look_into(dataset)))
            if self._closing:
                return
            if not self._has_next or self._clock() - begun >= _LONGEST_S:
                self._report(Learned(tuple(learned), self.is_idle))
                learned = []

    def _next(self) -> Dataset | None:
        """The next dataset, once there is one; None when it is over."""
        with self._changed:
            while not self._closing:
                if self._may_begin and (dataset := self._chosen()) is not None:
                    return dataset
                self._changed.wait()
        return None

    def _chosen(self) -> Dataset | None:
        while self._preferred:
            dataset = self._waiting.pop(self._preferred.pop(), None)
            if dataset is not None:
                return dataset
        if self._waiting and not self._holds_back:
            return self._waiting.popitem(last=False)[1]
        return None

    @property
    def _has_next(self) -> bool:
        if not self._holds_back:
            return bool(self._waiting)
        with self._changed:
            return any(path in self._waiting for path in self._preferred)

    def _look_into(self, dataset: Dataset) -> Summary:
        try:
            summary = of_file(dataset.path)
        except CannotRead as error:
            return Summary(problem=error.reason)
        except Exception as error:  # noqa: BLE001 -- what a reader did not foresee is this file's
            return Summary(problem=f"cannot be read: {type(error).__name__}: {error}")
        self._catalogue.put(dataset, summary)
        return summary
