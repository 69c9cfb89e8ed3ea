"""The sensor size of cameras that a file's header names."""

from __future__ import annotations

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
