"""The one registry of what frames can be written as: by name, and by the ending of a file."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, cast

from evtui.errors import ExportError
from evtui.export.kinds import KINDS, Kind, choose_kind, known_endings
from evtui.rendering.palettes import RGB
from evtui.rendering.views import Shades


@dataclass(frozen=True, slots=True)
class ClipHeading:
    """What all frames of a file have in common."""

    width: int
    """Of a frame in pixels."""
    height: int
    fps: float
    """Frames a second."""
    colours: tuple[RGB, ...]
    """The colour of each shade."""


class FrameWriter(Protocol):
    """Takes the frames of one file one after the other, in memory that does not grow with it."""

    def append(self, shades: Shades) -> None:
        """Add a frame: one shade a pixel, uint8 of shape (height, width).

        Raises:
            ExportError: the file cannot be written.
        """
        ...


OpenFrames: TypeAlias = Callable[[Path, ClipHeading], AbstractContextManager[FrameWriter]]
"""Opens a file for frames.  It takes its name when the ``with`` statement ends; if that ends in an
exception, nothing is left behind and an existing file stays as it was.  Entering and leaving raise
``ExportError`` where the file cannot be written, or the format cannot show such a clip."""


@dataclass(frozen=True, slots=True)
class PictureKind:
    """One way to write frames.  ``opens`` is ``module:function``, imported when needed."""

    name: str
    ending: str
    opens: str
    about: str
    """In a few words."""
    moves: bool
    """Whether it holds more than one frame."""
    scale: int = 1
    """Pixels across and down one of the sensor, where nothing else is asked for."""


PICTURE_KINDS: tuple[PictureKind, ...] = (
    PictureKind("gif", ".gif", "evtui.export.gif:open_gif", "a clip in exact colours", True),
    PictureKind("mp4", ".mp4", "evtui.export.mp4:open_mp4", "a clip as H.264 video", True, 2),
    PictureKind("png", ".png", "evtui.export.picture:open_png", "one frame", False),
)
"""Video keeps one colour for four pixels: a sensor's pixel shown as so many keeps its own."""


def picture_kind(target: Path) -> PictureKind | None:
    """What a file is written as by its ending; None where that is no picture's."""
    ending = target.suffix.lower()
    return next((kind for kind in PICTURE_KINDS if kind.ending == ending), None)


def choose_any_kind(target: Path, name: str | None = None) -> Kind | PictureKind:
    """What to write a file as, be it events or pictures.

    Args:
        target: the file, whose ending tells.
        name: of a kind, where that was named.

    Raises:
        ExportError: no kind has this name or ending, or they do not go together.
    """
    picture = picture_kind(target)
    if picture is not None:
        if name not in (None, picture.name):
            raise ExportError(
                f"{target}: {name} is not written as {picture.ending} (that has: {picture.name})"
            )
        return picture
    ending = target.suffix.lower()
    if all(kind.ending != ending for kind in KINDS):
        known = " ".join((known_endings(), *(kind.ending for kind in PICTURE_KINDS)))
        raise ExportError(
            f"{target}: nothing is written as {ending or 'a file without an ending'}"
            f" (known: {known})"
        )
    return choose_kind(target, name)


def any_kind_of_name(name: str) -> Kind | PictureKind:
    """The kind of a name, be it of events or of pictures.

    Raises:
        ExportError: there is none.
    """
    kinds: tuple[Kind | PictureKind, ...] = (*KINDS, *PICTURE_KINDS)
    for kind in kinds:
        if kind.name == name:
            return kind
    raise ExportError(f"{name}: no such format (known: {', '.join(kind.name for kind in kinds)})")


def open_frames(
    target: Path, kind: PictureKind, heading: ClipHeading
) -> AbstractContextManager[FrameWriter]:
    """The writer of a file; see ``OpenFrames``."""
    module, _, function = kind.opens.partition(":")
    opens = cast(OpenFrames, getattr(importlib.import_module(module), function))
    return opens(target, heading)
