"""The export dialog: which file, which format, which part of the recording."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Label, Select, Static
from textual.worker import WorkerError

from evtui.export.picture_kinds import any_kind_of_name
from evtui.store.beside import beside
from evtui.tui.export_form import (
    ALL_KINDS,
    AnyKind,
    Form,
    Offer,
    TargetExists,
    WrongField,
    make_wish,
    propose,
    with_ending,
)
from evtui.tui.exports import Wish
from evtui.units import format_position, printable


class ExportScreen(ModalScreen[Wish | None]):
    """Asks for an export: Enter gives it, Esc gives None; what is wrong is said, and stays."""

    BINDINGS = [("escape", "dismiss", "Cancel")]

    def __init__(self, offer: Offer, busy: Callable[[], Collection[Path]]) -> None:
        """Ask about a recording.

        Args:
            offer: what is filled in.
            busy: absolute paths of the files that exports under way write; from any thread.
        """
        super().__init__()
        self._offer = offer
        self._busy = busy
        self._may_replace: Path | None = None
        """A file that is there, of which the user was told."""
        self._proposed = ""

    def compose(self) -> ComposeResult:
        offer = self._offer
        with Vertical(id="export-box"):
            yield from _field("file", "File", "", "")
            with Horizontal(classes="export-row"):
                yield Label("Format")
                yield Select(
                    [(f"{kind.name} {kind.ending}: {kind.about}", kind.name) for kind in ALL_KINDS],
                    value=ALL_KINDS[0].name,
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
        self._proposing = self._propose(self._kind)

    @work(exclusive=True, group="propose")
    async def _propose(self, kind: AnyKind) -> None:
        """Fill in a file, unless the user names one meanwhile."""
        proposed = str(await beside(propose, self._offer, kind, self._busy()))
        box = self.query_one("#export-file", Input)
        if box.value == self._proposed:
            box.value = proposed
        self._proposed = proposed

    @on(Select.Changed, "#export-kind")
    def _follow_kind(self) -> None:
        """Another format: the file's ending follows, and its name where that was ours."""
        box = self.query_one("#export-file", Input)
        if box.value == self._proposed:
            self._proposing = self._propose(self._kind)
        else:
            box.value = with_ending(box.value, self._kind)

    @on(Input.Submitted)
    @on(Button.Pressed, "#export-go")
    @work(exclusive=True, group="ask")
    async def _ask(self) -> None:
        """Check the answers beside the screen, since the disk may be slow; then close."""
        with contextlib.suppress(WorkerError):  # another kind was chosen meanwhile
            await self._proposing.wait()
        form, may_replace = self._form(), self._may_replace
        try:
            wish = await beside(make_wish, form, self._offer, self._busy(), may_replace)
        except WrongField as error:
            if isinstance(error, TargetExists):
                self._may_replace = error.target
            self._refuse(error)
        else:
            if self.is_current:
                self.dismiss(wish)

    @on(Button.Pressed, "#export-cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    @property
    def _kind(self) -> AnyKind:
        return any_kind_of_name(str(self.query_one("#export-kind", Select).value))

    def _form(self) -> Form:
        filters = self.query("#export-filters").results(Checkbox)
        return Form(
            self._kind,
            self._text("file"),
            self._text("from"),
            self._text("to"),
            self._text("region"),
            filtered=any(box.value for box in filters),
            relative=self.query_one("#export-relative", Checkbox).value,
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#export-{name}", Input).value.strip()

    def _refuse(self, error: WrongField) -> None:
        """Say what is wrong, where it can be mended."""
        hint = self.query_one("#export-hint", Static)
        hint.add_class("wrong")
        hint.update(Text(printable(str(error))))
        self.query_one("#export-go", Button).label = (
            "Replace" if isinstance(error, TargetExists) else "Export"
        )
        self.query_one(f"#export-{error.field}", Input).focus()


def _field(name: str, label: str, value: str, empty: str) -> ComposeResult:
    """A labelled line to type into; ``empty`` says what it means to type nothing."""
    with Horizontal(classes="export-row"):
        yield Label(label)
        yield Input(value, placeholder=empty, compact=True, id=f"export-{name}")


def _time(us: int | None) -> str:
    return "" if us is None else format_position(us)
