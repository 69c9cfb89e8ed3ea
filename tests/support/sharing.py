"""One of several programs that use a catalogue at once: ``python -m support.sharing FILE NAME``.

Puts datasets, looks up what it put, and prints the number of each that is written, until it is told
to end by a line on stdin.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from itertools import count
from pathlib import Path

from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset
from evtui.library.previews import make_preview
from evtui.library.summary import Summary
from support.small import in_memory


def dataset_of(name: str, number: int) -> Dataset:
    """The dataset that a program of this name puts at this place."""
    return Dataset(Path(f"/{name}/{number}.h5"), "", number, 1)


def summary_of(number: int) -> Summary:
    """What it puts of it."""
    return Summary(format="HDF5", events=number)


def main(file: Path, name: str) -> None:
    """Put and look up until told to end; any fault ends it with an error."""
    told = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
    preview = make_preview(in_memory(500))
    exact = dataclasses.replace(preview, timeline=dataclasses.replace(preview.timeline, exact=True))
    catalogue = Catalogue(file)
    for number in count():
        dataset = dataset_of(name, number)
        catalogue.put(dataset, summary_of(number))
        catalogue.put_preview(dataset_of("shared", number % 7), exact)
        if not catalogue.flush():
            continue
        print(number, flush=True)
        assert catalogue.get(dataset) == summary_of(number), number
        assert catalogue.preview(dataset_of("shared", number % 7)) is not None, number
        if told.is_set():
            break
    catalogue.close()
    assert not catalogue.problem, catalogue.problem


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
