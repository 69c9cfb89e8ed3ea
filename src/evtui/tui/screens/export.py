"""The export dialog: which file, which format, which part of the recording."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from evtui.export.clips import Drawing
from evtui.export.kinds import KINDS, Kind
from evtui.export.picture_kinds import PICTURE_KINDS, PictureKind, any_kind_of_name
from evtui.export.selection import Selection
from evtui.filters.filters import Filters
from evtui.region import Region
from evtui.tui.exports import Wish
from evtui.units import format_position, parse_time, printable

AnyKind = Kind | PictureKind
_KINDS: tuple[AnyKind, ...] = (*KINDS, *PICTURE_KINDS)

NOTHING_FILTERED = Filters()
AS_USUAL = Drawing()


@dataclass(frozen=True, slots=True)
class Offer:
    """What the dialog begins with."""

    source: Path
    duration_us: int | None = None
    t0: int | None = None
    t1: int | None = None
    region: Region | None = None
    filters: Filters = NOTHING_FILTERED
    drawing: Drawing = AS_USUAL
    """How pictures are drawn."""


class ExportScreen(ModalScreen[Wish | None]):
    """Asks for an export: Enter gives it, Esc gives None; what is wrong is said, and stays."""

    BINDINGS = [("escape", "dismiss", "Cancel")]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer
        self._may_replace: Path | None = None
        """A file that is there, of which the user was told."""
        self._proposed = ""

    def compose(self) -> ComposeResult:
        offer = self._offer
        with Vertical(id="export-box"):
            yield from _field("file", "File", self._proposal(KINDS[0]), "")
            with Horizontal(classes="export-row"):
                yield Label("Format")
                yield Select(
                    [(f"{kind.name} {kind.ending}: {kind.about}", kind.name) for kind in _KINDS],
                    value=KINDS[0].name,
                    allow_blank=False,
                    compact=True,
                    id="export-kind",
                )
            yield from _field("from", "From", _time(offer.t0), "the start")
            yield from _field("to", "To", _time(offer.t1), "the end")
            region = "" if offer.region is None else str(offer.region)
            yield from _field("region", "Region", region, "all; or X,Y,W,H")
            if offer.filters:
                words = Text(f"filtered: {offer.filters.describe()}")
                yield Checkbox(words, True, compact=True, id="export-filters")
            yield Checkbox("times from the first event", compact=True, id="export-relative")
            yield Static(Text("Enter exports   Tab next field   Esc cancels"), id="export-hint")
            with Horizontal(id="export-buttons"):
                yield Button("Export", variant="primary", compact=True, id="export-go")
                yield Button("Cancel", compact=True, id="export-cancel")

    def on_mount(self) -> None:
        box = self.query_one("#export-box")
        box.border_title = Text(f"Export {printable(self._offer.source.name)}")
        self.query_one("#export-file", Input).focus()

    @on(Select.Changed, "#export-kind")
    def _follow_kind(self, message: Select.Changed) -> None:
        """Another format: the file's ending follows, and its name where that was ours."""
        kind = any_kind_of_name(str(message.value))
        box = self.query_one("#export-file", Input)
        if box.value == self._proposed:
            box.value = self._proposal(kind)
        elif box.value:
            box.value = str(Path(box.value).with_suffix(kind.ending))

    @on(Input.Submitted)
    @on(Button.Pressed, "#export-go")
    def _export(self) -> None:
        try:
            wish = self._wish()
        except ValueError as error:
            self._say(str(error), wrong=True)
            return
        if wish.target.exists() and wish.target != self._may_replace:
            self._may_replace = wish.target
            self._say(f"{wish.target.name} is there already; Enter again replaces it", wrong=True)
            return
        self.dismiss(wish)

    @on(Button.Pressed, "#export-cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def _wish(self) -> Wish:
        """What was asked for.

        Raises:
            ValueError: a field cannot be taken; the message names it.
        """
        target, offer = self._target(), self._offer
        t0 = self._time("from") or 0
        t1 = self._time("to")
        if t1 is not None and t1 <= t0:
            raise ValueError("To: is not after From")
        if offer.duration_us is not None and t0 > offer.duration_us:
            raise ValueError("From: is after the end of the recording")
        text = self._text("region")
        try:
            region = Region.parse(text) if text else None
        except ValueError as error:
            raise ValueError(f"Region: {error}") from None
        filtered = any(box.value for box in self.query("#export-filters").results(Checkbox))
        return Wish(
            target,
            self._kind,
            Selection(t0, t1, region, offer.filters if filtered else NOTHING_FILTERED),
            offer.drawing,
            relative=self.query_one("#export-relative", Checkbox).value,
            replace=target == self._may_replace,
        )

    @property
    def _kind(self) -> AnyKind:
        return any_kind_of_name(str(self.query_one("#export-kind", Select).value))

    def _target(self) -> Path:
        text = self._text("file")
        if not text:
            raise ValueError("File: name one")
        target, kind = Path(text).expanduser(), self._kind
        if target.is_dir():
            raise ValueError(f"File: {text} is a folder; name a file in it")
        if target.suffix.lower() != kind.ending:
            raise ValueError(f"File: {kind.name} ends in {kind.ending}, not {target.suffix!r}")
        if not target.absolute().parent.is_dir():
            raise ValueError(f"File: there is no folder {target.parent}")
        source = self._offer.source
        if target.exists() and source.exists() and target.samefile(source):
            raise ValueError("File: is the recording itself; name another")
        return target

    def _time(self, name: str) -> int | None:
        text = self._text(name)
        try:
            return parse_time(text) if text else None
        except ValueError as error:
            raise ValueError(f"{name.capitalize()}: {error}") from None

    def _text(self, name: str) -> str:
        return self.query_one(f"#export-{name}", Input).value.strip()

    def _say(self, text: str, *, wrong: bool) -> None:
        hint = self.query_one("#export-hint", Static)
        hint.set_class(wrong, "wrong")
        hint.update(Text(text))

    def _proposal(self, kind: AnyKind) -> str:
        """A file that is not there, beside the recording or else in the current folder."""
        source = self._offer.source
        folder = source.parent if os.access(source.parent, os.W_OK) else Path.cwd()
        marks = [mark for mark in (self._offer.t0, self._offer.t1) if mark is not None]
        places = "".join("_" + format_position(mark).replace(":", "-") for mark in marks)
        stem = f"{source.stem}{places}"
        names = (
            f"{stem}{number}{kind.ending}" for number in ("", *(f"-{n}" for n in range(2, 99)))
        )
        free = next((folder / name for name in names if not (folder / name).exists()), None)
        self._proposed = str(free or folder / f"{stem}{kind.ending}")
        return self._proposed


def _field(name: str, label: str, value: str, empty: str) -> ComposeResult:
    """A labelled line to type into; ``empty`` says what it means to type nothing."""
    with Horizontal(classes="export-row"):
        yield Label(label)
        yield Input(value, placeholder=empty, compact=True, id=f"export-{name}")


def _time(us: int | None) -> str:
    return "" if us is None else format_position(us)
