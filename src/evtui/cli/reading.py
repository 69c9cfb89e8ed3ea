"""Recordings read for a report: found, opened, counted where that is asked for, and remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evtui.cli.opening import count_events, open_with_bar, opened_catalogue
from evtui.errors import LoadError, RecordingError
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset, Obstacle, discover
from evtui.library.summary import Summary, of_recording


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one path; its summary's ``problem`` says why that may be nothing."""

    path: Path
    bytes: int | None
    """Size of the file; None where there is no file to be seen."""
    summary: Summary


def readings(given: Sequence[Path], *, exact: bool, again: bool = False) -> Iterator[Reading]:
    """Every recording under the paths, each read when it is asked for; at least one reading.

    What is read goes into the catalogue, where the browser finds it.

    Args:
        given: files and folders; folders are walked.
        exact: count every event, unless an earlier count is remembered.  Otherwise header and
            endpoints tell, where none is.
        again: count also what is remembered.
    """
    with opened_catalogue() as catalogue:
        found = None
        for found in discover(given):
            if isinstance(found, Obstacle):
                yield Reading(found.path, None, Summary(problem=found.reason))
            else:
                remembered = None if again else catalogue.get(found)
                if remembered is None or not remembered.is_counted:
                    remembered = _summary(found, catalogue, exact=exact, again=again)
                yield Reading(found.path, found.bytes, remembered)
        if found is None:
            for path in given:
                yield Reading(path, None, Summary(problem="holds no recordings"))


def _summary(dataset: Dataset, catalogue: Catalogue, *, exact: bool, again: bool) -> Summary:
    try:
        return _read(dataset, catalogue, exact=exact, again=again)
    except (RecordingError, LoadError) as error:
        return Summary(problem=error.reason)


def _read(dataset: Dataset, catalogue: Catalogue, *, exact: bool, again: bool) -> Summary:
    with closing(open_with_bar(dataset.path, fresh=again)) as recording:
        if exact:
            count_events(recording)
        summary = of_recording(recording)
        catalogue.put(dataset, summary, recording.counts)
        return summary
