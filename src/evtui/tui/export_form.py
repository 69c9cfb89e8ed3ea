"""What the export dialog begins with and what becomes of its answers; knows no screen.

Touches the disk, so whoever shows the dialog calls it beside the screen.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from evtui import paths
from evtui.export.clips import Drawing
from evtui.export.kinds import KINDS, Kind
from evtui.export.picture_kinds import PICTURE_KINDS, PictureKind
from evtui.export.selection import NO_FILTERS, Selection
from evtui.files import free_path
from evtui.filters.filters import Filters
from evtui.region import Region
from evtui.tui.exports import Wish
from evtui.units import format_position, parse_time, printable

AnyKind: TypeAlias = Kind | PictureKind
ALL_KINDS: tuple[AnyKind, ...] = (*KINDS, *PICTURE_KINDS)
"""What the dialog offers; the first is chosen at first."""

AS_USUAL = Drawing()


class WrongField(ValueError):
    """An answer cannot be taken."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field.capitalize()}: {why}")
        self.field = field


class TargetExists(WrongField):
    """The file is there already; the user did not say yet that it may go."""

    def __init__(self, target: Path) -> None:
        super().__init__("file", f"{target.name} is there already; Enter again replaces it")
        self.target = target


@dataclass(frozen=True, slots=True)
class Offer:
    """What the dialog begins with."""

    source: Path
    duration_us: int | None = None
    """None where it is not known exactly."""
    sensor: tuple[int, int] | None = None
    """Columns and rows, where they are known."""
    t0: int | None = None
    t1: int | None = None
    region: Region | None = None
    filters: Filters = NO_FILTERS
    drawing: Drawing = AS_USUAL
    """How pictures are drawn."""


@dataclass(frozen=True, slots=True)
class Form:
    """The answers, as they were typed."""

    kind: AnyKind
    file: str
    start: str = ""
    end: str = ""
    region: str = ""
    filtered: bool = False
    relative: bool = False


def propose(offer: Offer, kind: AnyKind, busy: Collection[Path]) -> Path:
    """A file that is not there and that no export under way writes.

    Args:
        offer: of which recording, and between which marks.
        kind: gives the ending.
        busy: absolute paths of the files that exports under way write.
    """
    marks = [mark for mark in (offer.t0, offer.t1) if mark is not None]
    places = "".join("_" + format_position(mark).replace(":", "-") for mark in marks)
    folder = paths.folder_for_results(offer.source)
    stem = printable(offer.source.stem).replace("�", "_")
    return free_path(folder / f"{stem}{places}{kind.ending}", busy)


def with_ending(file: str, kind: AnyKind) -> str:
    """A file's name for another kind: its ending in place of that of a kind we know."""
    known = next((one.ending for one in ALL_KINDS if file.lower().endswith(one.ending)), "")
    return file[: len(file) - len(known)] + kind.ending


def make_wish(form: Form, offer: Offer, busy: Collection[Path], may_replace: Path | None) -> Wish:
    """The export that was asked for.

    Args:
        form: the answers.
        offer: what the dialog began with.
        busy: absolute paths of the files that exports under way write.
        may_replace: a file that the user said may be replaced.

    Raises:
        WrongField: an answer cannot be taken.
        TargetExists: the file is there, and is not ``may_replace``.
    """
    target = _target(form, offer, busy)
    selection = _selection(form, offer)
    replace = target == may_replace
    if not replace and target.exists():
        raise TargetExists(target)
    return Wish(target, form.kind, selection, offer.drawing, form.relative, replace)


def _target(form: Form, offer: Offer, busy: Collection[Path]) -> Path:
    if not form.file:
        raise WrongField("file", "name one")
    if not form.file.isprintable():
        raise WrongField("file", "has characters that cannot be shown")
    try:
        target = Path(form.file).expanduser()
        _check_target(target, form.kind, offer.source)
    except OSError as error:
        raise WrongField("file", error.strerror or str(error)) from error
    except RuntimeError as error:
        raise WrongField("file", "nobody has this home folder") from error
    if target.absolute() in busy:
        raise WrongField("file", "an export under way writes it; name another")
    return target


def _check_target(target: Path, kind: AnyKind, source: Path) -> None:
    """Whether a file of this kind may be written there, replaced or not."""
    if target.is_dir():
        raise WrongField("file", f"{target} is a folder; name a file in it")
    if target.suffix.lower() != kind.ending:
        raise WrongField("file", f"{kind.name} ends in {kind.ending}, not {target.suffix!r}")
    if not target.parent.is_dir():
        raise WrongField("file", f"there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise WrongField("file", f"nothing may be written in {target.parent}")
    if target.exists() and source.exists() and target.samefile(source):
        raise WrongField("file", "is the recording itself; name another")


def _selection(form: Form, offer: Offer) -> Selection:
    t0, t1 = _time("from", form.start) or 0, _time("to", form.end)
    if offer.duration_us is not None and t0 > offer.duration_us:
        raise WrongField("from", "is after the end of the recording")
    if t1 is not None and t1 <= t0:
        raise WrongField("to", "is not after From")
    filters = offer.filters if form.filtered else NO_FILTERS
    return Selection(t0, t1, _region(form.region, offer), filters)


def _region(text: str, offer: Offer) -> Region | None:
    if not text:
        return None
    try:
        region = Region.parse(text)
    except ValueError as error:
        raise WrongField("region", str(error)) from None
    if offer.sensor is not None:
        width, height = offer.sensor
        if region.x >= width or region.y >= height:
            raise WrongField("region", f"lies outside the sensor, which has {width}×{height}")
    return region


def _time(field: str, text: str) -> int | None:
    try:
        return parse_time(text) if text else None
    except ValueError as error:
        raise WrongField(field, str(error)) from None
