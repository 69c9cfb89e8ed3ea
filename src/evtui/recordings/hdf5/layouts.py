"""Where an HDF5 file keeps its events, and what it states about them.

Known are, at any depth down to four groups and under any group's name:

==========================  ======================================================================
separate columns            ``t x y p``, and what else ``column_names`` knows: DSEC, RVT, M3ED,
                            TUM-VIE, rpg, evlib
records                     a compound dataset with fields of those names: Prophesee ``CD/events``
an array of shape (N, 4)    a dataset named ``events`` or ``data``: MVSEC ``davis/left/events``;
                            also of shape (4, N)
==========================  ======================================================================

Of several streams the one nearest the root is chosen, and among equals the first by name.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import h5py

from evtui.errors import UnsupportedRecording
from evtui.recordings.conventions import COLUMN_ORDERS, tell_columns
from evtui.recordings.findings import Finding, finding
from evtui.recordings.hdf5.columns import (
    ArrayColumns,
    RecordColumns,
    SeparateColumns,
    Source,
    Storage,
)
from evtui.recordings.hdf5.file import GuardedFile
from evtui.recordings.tables.column_names import NAMES, is_column_name, match_columns, unit_in
from evtui.recordings.time_units import Unit
from evtui.units import printable

_ARRAY_NAMES = ("events", "data")

_DEEPEST = 5
_MOST_MEMBERS = 256
"""Groups with more members, frames for instance, are searched for the usual names only."""
_USUAL_COLUMNS = tuple(chain.from_iterable(NAMES.values()))
_USUAL_GROUPS = ("CD", "data", "davis", "events", "prophesee")
_MOST_OBJECTS = 512
"""So many groups and datasets are looked at, those near the root first: some tenths of a second."""
_MOST_LINKS = 8
_SAMPLE_ROWS = 4_096

_MVSEC = re.compile(r"davis/(left|right)/events")
"""MVSEC states its columns in its paper (Zhu et al. 2018): x, y, t in seconds, p."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of events in an open file."""

    name: str
    """Path of its group or dataset in the file; empty for the root."""
    layout: str
    """The layout in words, as ``RecordingInfo.layout`` shows it."""
    source: Source
    places: tuple[Any, ...]
    """Objects that may state something about the stream, nearest first, the t column before all."""
    findings: tuple[Finding, ...] = ()
    unit: Unit | None = None
    """Of t, where the name of its column states one."""


def find_stream(guarded: GuardedFile, file: Any) -> Stream:
    """The stream of events to show, out of all that the file holds.

    Args:
        guarded: the file's bytes.
        file: the ``h5py.File`` over them.

    Raises:
        NeedsLoading: its events are packed with ECF.
        RecordingError: no events, or none that can be read from this file alone.
    """
    search = _Search(file)
    places = sorted(search.run(), key=lambda place: (place.name.count("/"), place.name))
    if not places:
        raise _nothing_found(guarded.path, file, search.outside)
    stream = places[0].open(guarded)
    if len(places) == 1:
        return stream
    others = ", ".join(place.shown for place in places[1:6])
    more = f" and {len(places) - 6} more" if len(places) > 6 else ""
    said = f"shown is {places[0].shown}; the file also holds {others}{more}"
    several = finding("several_recordings", said)
    return dataclasses.replace(stream, findings=(*stream.findings, several))


def _nothing_found(path: Path, file: Any, outside: list[str]) -> UnsupportedRecording:
    if outside:
        return UnsupportedRecording(
            path, f"{outside[0]} is a link to another file", "h5repack makes one file of them"
        )
    members = ", ".join(printable(str(name)) for name in islice(file, 8)) or "nothing"
    return UnsupportedRecording(
        path,
        f"holds no events in a layout evtui knows; its root holds {members}",
        "columns t, x, y and p in a group named events are known",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A stream that was found and not yet opened."""

    name: str
    group: Any
    """The group the stream is in."""
    columns: Mapping[str, Any] | None = None
    """Datasets by column, for separate columns."""
    dataset: Any = None
    """The one dataset, for records and arrays."""

    @property
    def shown(self) -> str:
        return printable(self.name) or "the root"

    def open(self, file: GuardedFile) -> Stream:
        if self.columns is not None:
            return self._open_columns(file, self.columns)
        if self.dataset.dtype.names:
            return self._open_records(file)
        return self._open_array(file)

    def _open_columns(self, file: GuardedFile, columns: Mapping[str, Any]) -> Stream:
        source = SeparateColumns({name: Storage(file, columns[name]) for name in "txyp"})
        names = ",".join(columns[name].name.rpartition("/")[2] for name in "txyp")
        return Stream(
            self.name,
            f"{self._prefix}{{{printable(names)}}}, {source.packing}",
            source,
            (columns["t"], *self._around(self.group)),
            tuple(_unequal({name: source.storage(name).rows for name in "txyp"})),
            unit_in(columns["t"].name.rpartition("/")[2]),
        )

    def _open_records(self, file: GuardedFile) -> Stream:
        fields = _matching(self.dataset.dtype.names)
        source = RecordColumns(Storage(file, self.dataset), fields)
        names = ",".join(fields[name] for name in "txyp")
        layout = f"{self.shown} of records ({printable(names)}), {source.packing}"
        places = (self.dataset, *self._around(self.group))
        return Stream(self.name, layout, source, places, unit=unit_in(fields["t"]))

    def _open_array(self, file: GuardedFile) -> Stream:
        shape = self.dataset.shape
        storage = Storage(file, self.dataset, axis=0 if shape[1] == 4 else 1)
        order, found = self._column_order(file.path, storage)
        source = ArrayColumns(storage, order)
        sides = "N×4" if shape[1] == 4 else "4×N"
        layout = f"{self.shown} of shape {sides} ({','.join(order)}), {source.packing}"
        return Stream(self.name, layout, source, (self.dataset, *self._around(self.group)), found)

    def _column_order(self, path: Path, storage: Storage) -> tuple[str, tuple[Finding, ...]]:
        if not storage.rows or _MVSEC.fullmatch(self.name):
            return COLUMN_ORDERS[0], ()
        order = tell_columns(storage.read(0, min(storage.rows, _SAMPLE_ROWS)))
        if order is None:
            raise UnsupportedRecording(
                path, f"which column of {storage.name} is which cannot be told"
            )
        said = f"the columns of {storage.name} are taken for {', '.join(order)}"
        return order, (finding("columns_guessed", said),)

    @property
    def _prefix(self) -> str:
        return f"{printable(self.name)}/" if self.name else ""

    def _around(self, group: Any) -> Iterator[Any]:
        yield group
        if group.name != "/":
            yield group.parent
        if group.name.count("/") > 1:
            yield group.file["/"]


def _unequal(lengths: Mapping[str, int]) -> Iterator[Finding]:
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        used = f"the {min(lengths.values()):,} rows that all have are used"
        yield finding("unequal_columns", f"the columns have different lengths ({counts}); {used}")


class _Search:
    """Walks a file from its root, through links that stay inside it, and no further than needed."""

    def __init__(self, file: Any) -> None:
        self._root = file["/"]
        self._seen: set[int] = set()
        self.outside: list[str] = []
        """Links that lead to other files; they are never followed."""

    def run(self) -> Iterator[_Place]:
        """Every stream, nearest the root first."""
        level = [("", self._root)]
        for _depth in range(_DEEPEST):
            deeper: list[tuple[str, Any]] = []
            for name, group in level:
                if columns := self._columns(group):
                    yield _Place(name, group, columns)
            for name, group in level:
                yield from self._tables_in(name, group, deeper)
            level = deeper

    def _tables_in(self, name: str, group: Any, deeper: list[tuple[str, Any]]) -> Iterator[_Place]:
        """Streams that are one dataset of a group; its groups are noted for later."""
        for member in _members(group, _USUAL_GROUPS):
            if len(self._seen) >= _MOST_OBJECTS:
                return
            path = f"{name}/{member}" if name else member
            child = self._follow(group, member)
            if child is None or not self._is_new(child):
                continue
            if isinstance(child, h5py.Group):
                deeper.append((path, child))
            elif _is_table(child, member):
                yield _Place(path, group, dataset=child)

    def _is_new(self, child: Any) -> bool:
        address = h5py.h5o.get_info(child.id).addr
        new = address not in self._seen
        self._seen.add(address)
        return new

    def _columns(self, group: Any) -> dict[str, Any] | None:
        """The datasets of t, x, y and p in a group; None unless all are there."""
        datasets = {
            name: self._follow(group, name)
            for name in _members(group, _USUAL_COLUMNS)
            if is_column_name(name)
        }
        found = {name: dataset for name, dataset in datasets.items() if _is_column(dataset)}
        named = _matching(tuple(found))
        return {column: found[name] for column, name in named.items()} if named else None

    def _follow(self, group: Any, name: str, links: int = _MOST_LINKS) -> Any:
        """A member of a group, also through soft links; None where it is not in this file."""
        if not group.id.links.exists(name.encode("utf-8", "surrogateescape")):
            return None
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            self.outside.append(printable(f"{group.name.rstrip('/')}/{name}".lstrip("/")))
            return None
        if not isinstance(link, h5py.SoftLink):
            return group[name]
        target = self._root if link.path.startswith("/") else group
        for part in filter(None, link.path.split("/")):
            if not links or not isinstance(target, h5py.Group):
                return None
            target = self._follow(target, part, links - 1)
        return target


def _members(group: Any, usual: Sequence[str]) -> list[str]:
    """Names in a group that may be events: one that is no UTF-8, h5py gives as bytes.

    Args:
        group: to look into.
        usual: names to try where it has too many.
    """
    if len(group) <= _MOST_MEMBERS:
        return sorted(name for name in group if isinstance(name, str))
    return list(usual)


def _is_column(dataset: Any) -> bool:
    if not isinstance(dataset, h5py.Dataset):
        return False
    return dataset.ndim == 1 and dataset.shape is not None and _is_numeric(dataset.dtype)


def _is_table(dataset: Any, name: str) -> bool:
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        return False
    if dataset.ndim == 1 and dataset.dtype.names:
        fields = _matching(dataset.dtype.names)
        return bool(fields) and all(_is_numeric(dataset.dtype[name]) for name in fields.values())
    four = dataset.ndim == 2 and 4 in dataset.shape
    return four and name in _ARRAY_NAMES and _is_numeric(dataset.dtype)


def _is_numeric(dtype: Any) -> bool:
    return dtype.kind in "iufb" and dtype.shape == ()


def _matching(names: tuple[str, ...]) -> dict[str, str]:
    """The names of the columns among others, by column; empty where one is missing."""
    matched = match_columns(names)
    return {column: names[place] for column, place in matched.places.items()} if matched else {}
