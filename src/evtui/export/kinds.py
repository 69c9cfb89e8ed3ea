"""The one registry of what events can be written as: by name, and by the ending of a file."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias, cast

from evtui.errors import ExportError
from evtui.events import Events

Attribute: TypeAlias = str | int | float | list[str] | list[int] | list[float]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a file of events says beside them."""

    width: int
    """Columns of the sensor."""
    height: int
    """Rows of the sensor."""
    t_first_us: int = 0
    """The sensor's clock at time 0 of the events; a writer adds it to every ``t``."""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    """More to say, for formats that have a place for it."""


class EventWriter(Protocol):
    """Takes the events of one file, in order of time, in memory that does not grow with it."""

    def append(self, events: Events) -> None:
        """Add events after those already there; their arrays must not be changed afterwards.

        Raises:
            ExportError: the file cannot be written, or the format has no place for an event.
        """
        ...


Opened: TypeAlias = AbstractContextManager[EventWriter]
"""The file takes its name when the ``with`` statement ends; if that ends in an exception, nothing
is left behind and an existing file stays as it was."""

OpenWriter: TypeAlias = Callable[[Path, Heading], Opened]
"""Nothing is touched before the ``with`` statement begins.  Entering and leaving it raise
``ExportError`` where the file cannot be written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to write events.  ``opens`` is ``module:function``, imported when needed."""

    name: str
    """What ``--format`` calls it."""
    ending: str
    opens: str
    about: str
    """In a few words."""


KINDS: tuple[Kind, ...] = (
    Kind("hdf5", ".h5", "evtui.export.hdf5:open_hdf5", "HDF5 as evlib reads it: gzip, shuffled"),
    Kind(
        "blosc",
        ".h5",
        "evtui.export.hdf5:open_blosc",
        "the same by Blosc: faster, needs its plugin",
    ),
    Kind("parquet", ".parquet", "evtui.export.parquet:open_parquet", "evlib's columns, zstd"),
    Kind("csv", ".csv", "evtui.export.csv:open_csv", "text: t,x,y,p, t in µs"),
    Kind("npz", ".npz", "evtui.export.npz:open_npz", "NumPy arrays t, x, y, p; t in µs"),
    Kind("evt3", ".raw", "evtui.export.raw:open_evt3", "Prophesee RAW, EVT3"),
    Kind("evt2", ".raw", "evtui.export.raw:open_evt2", "Prophesee RAW, EVT2"),
    Kind("dat", ".dat", "evtui.export.dat:open_dat", "Prophesee DAT"),
)
"""The first of an ending is the one that is meant where nothing is said."""


def choose_kind(target: Path, name: str | None = None) -> Kind:
    """What to write a file as.

    Args:
        target: the file, whose ending tells.
        name: of a kind, where that was named.

    Raises:
        ExportError: no kind has this name or ending, or they do not go together.
    """
    ending = target.suffix.lower()
    fitting = [kind for kind in KINDS if kind.ending == ending]
    if not fitting:
        raise ExportError(
            f"{target}: nothing is written as {_named(ending)} (known: {known_endings()})"
        )
    if name is None:
        return fitting[0]
    chosen = next((kind for kind in fitting if kind.name == name), None)
    if chosen is None:
        names = ", ".join(kind.name for kind in fitting)
        raise ExportError(
            f"{target}: {name} is not written as {_named(ending)} (that has: {names})"
        )
    return chosen


def kind_of_name(name: str) -> Kind:
    """The kind of a name.

    Raises:
        ExportError: there is none.
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise ExportError(f"{name}: no such format (known: {', '.join(kind.name for kind in KINDS)})")


def known_endings() -> str:
    """All endings, for a message."""
    return " ".join(dict.fromkeys(kind.ending for kind in KINDS))


def open_writer(target: Path, kind: Kind, heading: Heading) -> Opened:
    """The writer of a file; see ``Opened``."""
    module, _, function = kind.opens.partition(":")
    opens = cast(OpenWriter, getattr(importlib.import_module(module), function))
    return opens(target, heading)


def _named(ending: str) -> str:
    return ending or "a file without an ending"
