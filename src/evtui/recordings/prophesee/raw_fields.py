"""The lines of a RAW or DAT header, by their keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from evtui.recordings.conventions import LARGEST_SIDE

Fields: TypeAlias = Mapping[str, str]
"""Values by keys as the file has them; text of the file, never markup."""

_PIXELS = re.compile(r"([0-9]{1,5}) *[xX×] *([0-9]{1,5})")


def field_of(fields: Fields, key: str) -> str:
    """The value of a key in whatever case; empty where there is none."""
    if key in fields:
        return fields[key]
    wanted = key.lower()
    return next((value for other, value in fields.items() if other.lower() == wanted), "")


def format_name(fields: Fields) -> str:
    """``EVT3`` of ``% format EVT3;height=720;width=1280``, in capitals; empty without the line."""
    return field_of(fields, "format").partition(";")[0].strip().upper()


def format_options(fields: Fields) -> dict[str, str]:
    """What follows the name in that line, by its keys in small letters."""
    pairs = [part.partition("=") for part in field_of(fields, "format").split(";")[1:]]
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def stated_sizes(fields: Fields) -> list[tuple[int, int]]:
    """The sensor sizes, as width and height, that a header states: hardly ever two.

    ``% geometry 640x480``, ``% format EVT3;height=720;width=1280`` or ``% Width 304`` beside
    ``% Height 240`` (docs.prophesee.ai, "RAW file format" and "DAT file format").  What no sensor
    can have is passed over.
    """
    options = format_options(fields)
    geometry = _PIXELS.fullmatch(field_of(fields, "geometry"))
    pairs = [
        (geometry[1], geometry[2]) if geometry else ("", ""),
        (options.get("width", ""), options.get("height", "")),
        (field_of(fields, "Width"), field_of(fields, "Height")),
        (
            options.get("width") or field_of(fields, "Width"),
            options.get("height") or field_of(fields, "Height"),
        ),
    ]
    sizes = [size for pair in pairs if (size := _possible(*pair))]
    return list(dict.fromkeys(sizes))


def _possible(width: str, height: str) -> tuple[int, int] | None:
    sides = [int(side) for side in (width, height) if re.fullmatch(r"[0-9]{1,5}", side)]
    possible = len(sides) == 2 and all(0 < side <= LARGEST_SIDE for side in sides)
    return (sides[0], sides[1]) if possible else None
