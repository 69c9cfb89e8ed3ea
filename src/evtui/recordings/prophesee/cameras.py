"""What Prophesee's cameras write, for old headers that name the camera and state nothing else.

The table is OpenEB's (``psee_raw_file_header.cpp``, ``device_system_id.h``): the encoding is the
one that the software of the time took where the header names none.  Headers older still have no
``system_ID`` but a ``plugin_name``; each plugin served the cameras of one sensor (``plugins_map``
of OpenEB 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evtui.recordings.prophesee.raw_fields import Fields, field_of


@dataclass(frozen=True, slots=True)
class Camera:
    """What is known of the recordings of one camera."""

    told_by: str
    """The line of the header that names it, as text for a message."""
    size: tuple[int, int]
    version: str | None
    """The encoding, ``2`` or ``3``; None where the camera wrote either."""


_VGA, _HD = (640, 480), (1280, 720)

_BY_SYSTEM: dict[int, tuple[tuple[int, int], str]] = {
    0x15: (_VGA, "2"),  # CCAM3 Gen3
    0x17: (_VGA, "2"),  # CCAM4 Gen3, on board
    0x97: (_VGA, "2"),  # the same behind an EVK
    0x19: (_VGA, "2"),  # CCAM4 Gen3, revision B
    0x99: (_VGA, "2"),  # the same behind an EVK
    0x1A: (_HD, "2"),  # CCAM3 Gen4
    0x1C: (_VGA, "2"),  # CCAM3 Gen3.1
    0x1D: (_VGA, "2"),  # CCAM4 Gen3, revision B, bridge
    0x1E: (_HD, "3"),  # CCAM5 Gen4
    0x1F: (_HD, "2"),  # EVK2 Gen4
    0x21: (_VGA, "2"),  # VisionCam Gen3
    0xA1: (_VGA, "2"),  # the same behind an EVK
    0x22: (_VGA, "2"),  # VisionCam Gen3.1
    0xA2: (_VGA, "2"),  # the same behind an EVK
    0x23: (_VGA, "2"),  # CCAM5 Gen3.1, EVK3 Gen3.1 for EVT2
    0x27: (_HD, "2"),  # EVK2 Gen4.1
    0x28: (_VGA, "3"),  # EVK3 Gen3.1 for EVT3
    0x29: (_VGA, "2"),  # EVK2 Gen3.1
    0x2E: (_HD, "3"),  # CCAM5 Gen4, fixed frame
    0x30: (_HD, "3"),  # EVK3 Gen4.1
    0x31: (_HD, "3"),  # EVK3 IMX636
    0x32: (_HD, "3"),  # EVK2 IMX636
}

_BY_PLUGIN: tuple[tuple[str, tuple[int, int], str | None], ...] = (
    ("hal_plugin_gen3_", _VGA, "2"),
    ("hal_plugin_gen31_evk3", _VGA, None),
    ("hal_plugin_gen31_", _VGA, "2"),
    ("hal_plugin_gen41_evk3", _HD, "3"),
    ("hal_plugin_gen4", _HD, "2"),
)
"""Beginnings of their names, the first that fits."""

_RAW_KEYS = (
    "integrator_name",
    "camera_integrator_name",
    "plugin_integrator_name",
    "plugin_name",
    "system_ID",
    "subsystem_ID",
    "sub_system_ID",
    "sensor_generation",
    "sensor_name",
    "firmware_version",
    "serial_number",
)


def camera_of(fields: Fields) -> Camera | None:
    """The camera that a RAW file's header names; None where it is not known."""
    system = _system_of(fields)
    if system in _BY_SYSTEM:
        size, version = _BY_SYSTEM[system]
        return Camera(f"system_ID {system}", size, version)
    plugin = field_of(fields, "plugin_name")
    for beginning, size, known in _BY_PLUGIN:
        if plugin.startswith(beginning):
            return Camera(f"plugin_name {plugin}", size, known)
    return None


def names_a_camera(fields: Fields) -> bool:
    """Whether some line is of the kind that software writes into RAW files, and no other."""
    return any(field_of(fields, key) for key in _RAW_KEYS)


def _system_of(fields: Fields) -> int | None:
    """The number of the camera's kind; None where there is none, or it is not Prophesee's."""
    number = field_of(fields, "system_ID")
    return int(number) if _is_prophesees(fields) and re.fullmatch("[0-9]{1,9}", number) else None


def _is_prophesees(fields: Fields) -> bool:
    """Whether the camera and the plugin are Prophesee's own, which number them all alike.

    Before Metavision 4 one ``integrator_name`` stood for both; the oldest headers have none.
    """
    both = [field_of(fields, key) for key in ("plugin_integrator_name", "camera_integrator_name")]
    if not any(both):
        both = [field_of(fields, "integrator_name") or "Prophesee"]
    return all(name == "Prophesee" for name in both)
