"""The sensor size as a file's header tells it: in so many words, or by what made the file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evtui.recordings.conventions import LARGEST_SIDE

_BY_PLUGIN = (
    ("hal_plugin_gen3", (640, 480)),
    ("hal_plugin_gen4", (1280, 720)),
)
"""Old headers give no size, but name the plugin that recorded, and each plugin served one size of
sensor (OpenEB, ``psee_raw_file_header`` and ``plugins_map``): ``gen3_fx3``, ``gen31_evk2``,
``gen41_evk3`` and so on."""

_BY_CAMERA = (
    (("dvs128", "tmpdiff128", "edvs", "davis128"), (128, 128)),
    (("davis208",), (208, 192)),
    (("davis240", "sbret10", "sbret20", "sbret21"), (240, 180)),
    (("davis346",), (346, 260)),
    (("davis640", "davishet640"), (640, 480)),
)
"""Beginnings of the names that jAER and cAER give cameras (SensorsINI/processAEDAT,
``ImportAedatBasicSourceName``; SensorsINI/jaer, ``WIDTH_PIXELS`` of the camera classes)."""


def camera_size(name: str) -> tuple[int, int] | None:
    """Width and height of an iniVation camera by its name; None where it is not known."""
    wanted = name.lower()
    return next((size for names, size in _BY_CAMERA if wanted.startswith(names)), None)


def stated_size(fields: Mapping[str, str]) -> tuple[int, int] | None:
    """Width and height as a Prophesee RAW or DAT header states them; None where it does not.

    ``% geometry 640x480``, ``% format EVT3;height=720;width=1280`` or ``% Width 304`` beside
    ``% Height 240`` (docs.prophesee.ai, "RAW file format" and "DAT file format"), else by the
    plugin that made the file.
    """
    if "x" in (geometry := fields.get("geometry", "")):
        return _possible(*geometry.split("x", 1))
    options = dict(
        option.split("=", 1) for option in fields.get("format", "").split(";") if "=" in option
    )
    options |= {key.lower(): value for key, value in fields.items()}
    if "width" in options and "height" in options:
        return _possible(options["width"], options["height"])
    plugin = fields.get("plugin_name", "")
    return next((size for name, size in _BY_PLUGIN if plugin.startswith(name)), None)


def _possible(width: str, height: str) -> tuple[int, int] | None:
    sides = [int(side) for side in (width, height) if re.fullmatch(r"[0-9]{1,5}", side)]
    possible = len(sides) == 2 and all(0 < side <= LARGEST_SIDE for side in sides)
    return (sides[0], sides[1]) if possible else None
