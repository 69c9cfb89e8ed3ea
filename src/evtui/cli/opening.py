"""Opening for a command: with a bar where that takes long, and with what is remembered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from evtui import paths, settings
from evtui.cli.narration import progress_bar, warn
from evtui.errors import NeedsLoading, SettingsError
from evtui.library.catalogue import Catalogue
from evtui.library.remembered import remembering
from evtui.recordings.base import Recording, never_cancelled
from evtui.recordings.formats import open_in_place
from evtui.store.kept import KeptEvents
from evtui.store.opening import open_or_load
from evtui.timing import Stopwatch


@contextmanager
def opened_catalogue() -> Iterator[Catalogue]:
    """The catalogue that the browser keeps; one that lives only now where it cannot be kept."""
    with closing(Catalogue(paths.catalogue_file())) as catalogue:
        if catalogue.problem:
            warn(catalogue.problem)
        yield catalogue


@contextmanager
def opened_recording(path: Path, catalogue: Catalogue) -> Iterator[Recording]:
    """A recording that knows what was counted of it before, and has remembered what is counted.

    Raises:
        RecordingError: the file cannot be read.
        LoadError: it has to be loaded, and could not be.
    """
    with closing(remembering(catalogue, _open)(path, None)) as recording:
        yield recording


def count_events(recording: Recording) -> None:
    """The full pass with a bar, unless it is remembered; raises as ``Recording.index`` does."""
    with progress_bar(f"counting {recording.info.path.name}") as show:
        recording.index(show, never_cancelled)


def open_with_bar(path: Path, *, fresh: bool = False) -> Recording:
    """Open in place, or load with a bar; raises as ``opened_recording`` does.

    Args:
        path: the file.
        fresh: decode it again, even where its events are kept.
    """
    try:
        return open_in_place(path)
    except NeedsLoading:
        kept = kept_events()
        if fresh:
            kept.drop(path)
        with progress_bar(f"decoding {path.name}") as show:
            return open_or_load(path, show, kept=kept, not_kept=warn)


def kept_events() -> KeptEvents:
    """The decoded events that the browser keeps on disk; none where the settings cannot be read."""
    try:
        chosen = settings.load(paths.config_file(), os.environ, {}, warn)
    except SettingsError as error:
        warn(f"decoded events are not kept: {error}")
        return KeptEvents()
    return KeptEvents(paths.kept_folder(), chosen.disk_budget)


def _open(path: Path, _stopwatch: Stopwatch | None) -> Recording:
    return open_with_bar(path)
