"""HDF5 recordings decoded whole, in the order of their rows; for the loading process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evtui.recordings.hdf5.reader import open_hdf5
from evtui.recordings.whole import Facts, Run


def decode_hdf5(path: Path, facts: Facts) -> Iterator[Run]:
    """Every event of the stream that ``open_hdf5`` chooses, also where that refuses this process.

    Raises as ``open_hdf5`` does.
    """
    recording = open_hdf5(path, expendable=True)
    try:
        yield from recording.runs()
        found = recording.findings()
        info, guessed = recording.info, recording.size_is_guessed
    finally:
        recording.close()
    facts.layout, facts.header = info.layout, info.header
    # What is guessed from a sample, all events tell better; see ``Facts.size``.
    facts.size = None if guessed else (info.width, info.height)
    told_better = {"no_events", "size_guessed"} if guessed else {"no_events"}
    facts.findings += [each for each in found if each.code not in told_better]
