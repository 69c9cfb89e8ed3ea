"""evtui: browse event-camera recordings and play them in the terminal.

From Python: ``open_recording(path)`` gives windows of events from a file without reading it whole,
``scan_events(path)`` a polars LazyFrame of them in order of time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "open_recording", "scan_events"]

if TYPE_CHECKING:
    import os

    import polars

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


def scan_events(path: str | os.PathLike[str]) -> polars.LazyFrame:
    """A recording, whatever its format, as a LazyFrame that is lazy in t.

    The columns are evlib's.  Every event is a row, in order of time, those of one time in the
    file's order, also where time goes back in the file.

    ============  ============  ==============================================================
    ``x``, ``y``  Int16         pixel; what no pixel can have (damage) may come out negative
    ``t``         Duration(µs)  time on the sensor's clock, not from the first event
    ``polarity``  Int8          +1 is ON, −1 is OFF
    ============  ============  ==============================================================

    A range of t in ``filter`` is read and no more: t compared with a ``timedelta`` or a Duration,
    its whole µs (``t.dt.total_microseconds()``) compared with a number, ``is_between``.  ``head``
    before any ``filter`` reads from the start.  Whatever else a query asks is right too, but reads
    all of the file, in pieces: ``collect(engine="streaming")`` then holds few of them at a time.

    Before the first query, a file too large to be looked at whole when it is opened is read through
    once, in pieces: only then is it known whether its time goes back, and where the events of a
    range are.  So ask several questions of one ``scan_events``.  A format that cannot seek is
    loaded whole first, as by ``open_recording``.

    Examples:
        Two seconds of a recording::

            from datetime import timedelta

            import polars as pl

            events = evtui.scan_events("fan.h5")
            t = pl.col("t")
            events.filter(t >= timedelta(seconds=3), t < timedelta(seconds=5)).collect()

        ON events per ms in one corner, without ever holding the whole recording::

            corner = events.filter(pl.col("x") < 100, pl.col("y") < 100, pl.col("polarity") > 0)
            ms = t.dt.total_milliseconds().alias("ms")
            corner.group_by(ms).len().collect(engine="streaming")

    Args:
        path: the file; it stays open as long as a query over it exists.

    Raises:
        evtui.errors.RecordingError: the file cannot be read or decoded; ``collect`` raises the
            same where that shows only then.
        evtui.errors.LoadError: the loader failed.
    """
    from pathlib import Path

    from evtui.store import scanning

    return scanning.scan_events(Path(path))
