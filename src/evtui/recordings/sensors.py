"""The sensor size as the header of a Prophesee RAW file tells it."""

from __future__ import annotations

import re

from evtui.recordings.conventions import LARGEST_SIDE
from evtui.recordings.sniffing import header_lines

_BY_PLUGIN = (
    ("hal_plugin_gen3", (640, 480)),
    ("hal_plugin_gen4", (1280, 720)),
)
"""Old headers give no size, but name the plugin that recorded, and each plugin served one size of
sensor (OpenEB, ``psee_raw_file_header`` and ``plugins_map``): ``gen3_fx3``, ``gen31_evk2``,
``gen41_evk3`` and so on."""


def header_fields(head: bytes) -> dict[str, str]:
    """The ``% key value`` lines of a Prophesee header; the text is the file's, so never markup."""
    fields = {}
    for line in header_lines(head):
        key, _, value = line[1:].decode("utf-8", "replace").strip().partition(" ")
        if value:
            fields[key] = value.strip()
    return fields


def stated_size(fields: dict[str, str]) -> tuple[int, int] | None:
    """Width and height as the header states them; None where it does not.

    ``% geometry 640x480`` and ``% format EVT3;height=720;width=1280`` (docs.prophesee.ai, "RAW file
    format"), else by the plugin that made the file.
    """
    if match := re.fullmatch(r"(\d+)x(\d+)", fields.get("geometry", "")):
        return _possible(int(match[1]), int(match[2]))
    options = dict(
        option.split("=", 1) for option in fields.get("format", "").split(";") if "=" in option
    )
    width, height = options.get("width", ""), options.get("height", "")
    if width.isdecimal() and height.isdecimal():
        return _possible(int(width), int(height))
    plugin = fields.get("plugin_name", "")
    return next((size for name, size in _BY_PLUGIN if plugin.startswith(name)), None)


def _possible(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE else None
