"""The names under which files have the columns t, x, y and p."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evtui.recordings.time_units import Unit, unit_named

NAMES = {
    "t": ("t", "ts", "time", "times", "timestamp", "timestamps"),
    "x": ("x", "xs"),
    "y": ("y", "ys"),
    "p": ("p", "ps", "pol", "pols", "polarity", "polarities", "on"),
}
"""For each column the names it goes by, the usual ones first."""

_WITH_UNIT = re.compile(r"(.+?)[\s_\[(]+([^\W_]+)[\])]?")
"""``timestamp_us``, ``t [µs]``, ``time (s)``."""

_NO_TIME = re.compile(r"(.+?)\s*(?:[\[(][^\])]*[\])]|[\s_](?:px|pixels?))")
"""``x [px]``, ``y_px``, ``polarity (0/1)``."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Which of some names are the columns."""

    places: dict[str, int]
    """The place of each column among the names."""
    unit: Unit | None
    """Of t, where its name states one."""


def match_columns(names: Sequence[str]) -> Matched | None:
    """Find t, x, y and p among names, whatever their case; None unless all four are there."""
    plain = [_plain(name) for name in names]
    places: dict[str, int] = {}
    for column, known in NAMES.items():
        found = (place for name in known for place, (base, _) in enumerate(plain) if base == name)
        place = next(found, None)
        if place is None:
            return None
        places[column] = place
    return Matched(places, plain[places["t"]][1])


def is_column_name(name: str) -> bool:
    """Whether one of the columns goes by this name."""
    return any(_plain(name)[0] in known for known in NAMES.values())


def unit_in(name: str) -> Unit | None:
    """The unit that the name of a column states; None where it states none."""
    return _plain(name)[1]


def _plain(name: str) -> tuple[str, Unit | None]:
    """A name without the unit it may end with, and that unit."""
    name = name.strip().strip("\"'").lower()
    match = _WITH_UNIT.fullmatch(name)
    unit = unit_named(match[2]) if match else None
    if match and unit:
        return match[1], unit
    other = _NO_TIME.fullmatch(name)
    return (other[1] if other else name), None
