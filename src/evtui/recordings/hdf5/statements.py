"""What an HDF5 file states about a stream of events: unit, sensor size, offset, table of times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np

from evtui.recordings.conventions import ZERO_ONE, PolarityConvention
from evtui.recordings.hdf5.layouts import Stream
from evtui.recordings.time_units import Raw, Unit, unit_named
from evtui.units import printable

EVTUI_FORMAT = "evtui events"
"""The attribute ``format`` of files that evtui writes: t in µs, 1 is ON, 0 is OFF."""

_UNIT_NAMES = tuple(
    f"{of}{word}" for of in ("", "time_", "timestamp_", "t_") for word in ("unit", "units")
)
_PROPHESEE = {"x": "u2", "y": "u2", "p": "i2", "t": "i8"}
"""Fields of ``CD/events`` as Prophesee's SDK writes them (OpenEB, ``hdf5_event_file_writer.cpp``).
"""

_SIDE_NAMES = (("width", "height"), ("sensor_width", "sensor_height"))
_SIZE_NAMES = ("sensor_size", "sensor_resolution", "resolution", "geometry", "calib/resolution")
_COUNT_NAMES = ("num_events",)
_TIME_TABLE_NAMES = ("ms_to_idx", "ms_map_idx")

_MOST_BYTES = 4_096
_MOST_ATTRIBUTES = 32
_LONGEST_TEXT = 200
_LARGEST_SIDE = 65_536


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated; None where nothing is."""

    unit: Unit | None = None
    polarity: PolarityConvention | None = None
    size: tuple[int, int] | None = None
    """Width and height of the sensor."""
    sides: tuple[int, int] | None = None
    """The same, but in an order that nobody knows."""
    events: int | None = None
    """How many there are."""
    t_offset: Raw | None = None
    """To be added to every t, in the unit of t; shape (1,) (DSEC)."""
    time_table: Any = None
    """A dataset whose entry k is the first row with t ≥ k ms, before the offset (DSEC, M3ED)."""
    header: Mapping[str, str] = field(default_factory=dict)
    """The attributes of the file and of the stream, as text fit for showing."""


def read_statements(stream: Stream) -> Statements:
    """Look for statements at the stream's datasets, its groups and the root, nearest first."""
    places = stream.places
    tables = _datasets(places, _TIME_TABLE_NAMES)
    table = next((found for found in tables if found.ndim == 1 and found.dtype.kind in "iu"), None)
    offsets = _datasets(places, ("t_offset",))
    offset = next((found for found in offsets if found.dtype.kind in "iuf" and found.size), None)
    ours = any(_text(_attribute(place, "format")) == EVTUI_FORMAT for place in places)
    # Prophesee's SDK and RVT's converter write µs and 0/1; DSEC and M3ED have a table in ms and µs.
    prophesee = stream.name == "CD/events" and _PROPHESEE.items() <= _fields(places[0]).items()
    rvt = next(_datasets(places[1:2], ("divider",)), None) is not None
    plain_us = ours or prophesee or rvt or table is not None
    size, sides = _size(places)
    return Statements(
        unit=stream.unit or _unit(places) or (Unit.US if plain_us else None),
        polarity=ZERO_ONE if ours or prophesee else None,
        size=size,
        sides=sides,
        events=_count(places),
        t_offset=None if offset is None else _first(offset),
        time_table=table,
        header=_header(places),
    )


def _fields(dataset: Any) -> dict[str, str]:
    """Kind and size of each field of a dataset of records."""
    kinds = ((name, dataset.dtype[name]) for name in dataset.dtype.names or ())
    return {name: f"{kind.kind}{kind.itemsize}" for name, kind in kinds}


def _first(dataset: Any) -> Raw:
    """The first number of a dataset, shape (1,), whatever more it claims to have."""
    return np.ravel(dataset[(slice(0, 1),) * dataset.ndim])


def _unit(places: tuple[Any, ...]) -> Unit | None:
    named = (unit_named(_text(value)) for value in _values(places, _UNIT_NAMES))
    return next((unit for unit in named if unit is not None), None)


def _size(
    places: tuple[Any, ...],
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Width and height in pixels, or, as the second, two sides in an order that nobody knows.

    Text such as ``1280x720`` is width first.  Arrays come in both orders: rpg and Monash files have
    the height first.
    """
    for place in places:
        for names in _SIDE_NAMES:
            sides = [next(_values((place,), (name,)), None) for name in names]
            numbers = [number for side in sides for number in _numbers(side)]
            if len(numbers) == 2:
                return (numbers[0], numbers[1]), None
        for value in _values((place,), _SIZE_NAMES):
            numbers = _numbers(value)
            if len(numbers) == 2:
                pair = numbers[0], numbers[1]
                return (pair, None) if _text(value) else (None, pair)
    return None, None


def _count(places: tuple[Any, ...]) -> int | None:
    for value in _values(places, _COUNT_NAMES):
        if np.size(value) == 1 and np.asarray(value).dtype.kind in "iu":
            return int(np.reshape(value, -1)[0])
    return None


def _numbers(value: Any) -> list[int]:
    """The whole numbers in a value that may be a sensor's side; empty where any may not."""
    text = _text(value)
    found = re.findall(r"\d+", text) if text else np.ravel(() if value is None else value).tolist()
    sides = [int(number) for number in found if str(number).replace(".0", "").isdecimal()]
    return sides if all(0 < side <= _LARGEST_SIDE for side in sides) else []


def _values(places: tuple[Any, ...], names: tuple[str, ...]) -> Iterator[Any]:
    """Attributes, and small datasets, of these names."""
    for place in places:
        for name in names:
            value = _attribute(place, name)
            if value is not None:
                yield value
            for dataset in _datasets((place,), (name,)):
                if dataset.dtype.kind in "iufS" and 0 < dataset.nbytes <= _MOST_BYTES:
                    yield dataset[()]


def _datasets(places: tuple[Any, ...], names: tuple[str, ...]) -> Iterator[Any]:
    """Numeric or text datasets of these names that lie in the places themselves."""
    for group in places:
        for name in names:
            found = group
            for part in name.split("/"):
                found = _member(found, part)
            if isinstance(found, h5py.Dataset) and found.shape is not None:
                yield found


def _member(group: Any, name: str) -> Any:
    if not isinstance(group, h5py.Group) or not group.id.links.exists(name.encode()):
        return None
    return group[name] if isinstance(group.get(name, getlink=True), h5py.HardLink) else None


def _attribute(place: Any, name: str, *, variable_text: bool = True) -> Any:
    """A small attribute; None where there is none, and where it is of no use as a statement.

    Text of variable length lies in a heap, and one flipped bit there keeps the HDF5 library busy
    for ever.  So it is read for the few names that decide something, and not merely to be shown.
    """
    if name not in place.attrs:
        return None
    attribute = place.attrs.get_id(name)
    kind = attribute.get_type()
    if isinstance(kind, h5py.h5t.TypeStringID):
        readable = variable_text or not kind.is_variable_str()
    else:
        readable = isinstance(kind, h5py.h5t.TypeIntegerID | h5py.h5t.TypeFloatID)
    size = attribute.get_space().get_simple_extent_npoints() * kind.get_size()
    return place.attrs[name] if readable and 0 < size <= _MOST_BYTES else None


def _text(value: Any) -> str:
    """The value as text where it is text, also where a sequence holds one text."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _header(places: tuple[Any, ...]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for place in reversed(places):
        for name in list(place.attrs)[:_MOST_ATTRIBUTES]:
            value = _attribute(place, name, variable_text=False)
            if value is not None and np.size(value) <= 8:
                text = _text(value) or str(value)
                shown[printable(str(name))] = printable(text[:_LONGEST_TEXT])
    return shown
