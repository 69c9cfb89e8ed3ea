"""evtui: browse event-camera recordings and play them in the terminal.

From Python: ``open_recording(path)`` gives windows of events from a file without reading it whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "open_recording"]

if TYPE_CHECKING:
    import os

    from evtui.recordings.base import Recording


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Open a recording, whatever its format.

    A format that cannot seek is decoded whole by a loader in a child process first.

    Args:
        path: the file.

    Raises:
        evtui.errors.RecordingError: the file cannot be read or decoded; the message says why.
        evtui.errors.LoadError: the loader failed.
    """
    from pathlib import Path

    from evtui.store.opening import open_or_load

    return open_or_load(Path(path))
