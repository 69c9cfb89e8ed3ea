"""``evtui frame``: one frame of a recording, as text or as a picture."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from evtui.cli.choosing import TIME, FilterChoice, filter_options, roi_option
from evtui.cli.drawing import SIZE, drawing_options, drawing_settings, refuse_options
from evtui.cli.narration import warn
from evtui.cli.opening import count_events, opened_catalogue, opened_recording
from evtui.errors import EvtuiError, ExportError
from evtui.export.job import check_target
from evtui.files import written_beside
from evtui.region import Region
from evtui.settings import Settings, choices_of
from evtui.units import format_duration, format_position

if TYPE_CHECKING:
    from evtui.events import Events
    from evtui.export.selection import Selection
    from evtui.recordings.base import Recording
    from evtui.rendering.colours import Depth
    from evtui.rendering.frame import Look, Window

_SIZE_IN_A_PIPE = (80, 24)
_WINDOW = "10ms"
"""The player's."""
_ON_STDOUT = Path("-")
_PIXELS = "pixels"
_GLYPHS = tuple(glyphs for glyphs in choices_of("glyphs") if glyphs != _PIXELS)
_COLOURS = ("auto", "none", "8", "16", "256", "truecolor")
_FAILED, _UNREADABLE = 1, 2
_CELL = (10, 20)
"""A cell of the VT340 in pixels: the terminal is not asked for its own."""


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--at", type=TIME, default=0, metavar="T", help="Where it begins; default 0.")
@click.option(
    "--window",
    type=TIME,
    default=_WINDOW,
    metavar="D",
    help=f"The accumulation window; default {_WINDOW}.",
)
@click.option("--size", type=SIZE, metavar="CxR", help="Columns and rows of text at most.")
@click.option("--glyphs", type=click.Choice(_GLYPHS), help="What draws.")
@click.option("--colours", type=click.Choice(_COLOURS), help="How many.")
@click.option("--pixels", type=click.Choice(["kitty", "sixel"]), help="Draw by this protocol.")
@drawing_options
@roi_option
@filter_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="F.png",
    help="Write a PNG of the sensor's pixels; - is stdout.",
)
@click.option("--force", is_flag=True, help="Replace F.png if it is there.")
@click.pass_context
def frame(
    ctx: click.Context,
    *,
    path: Path,
    at: int,
    window: int,
    size: tuple[int, int] | None,
    glyphs: str | None,
    colours: str | None,
    pixels: str | None,
    view: str | None,
    palette: str | None,
    scale: int | None,
    roi: Region | None,
    filters: FilterChoice,
    output: Path | None,
    force: bool,
) -> None:
    """Draw one frame of a recording: every event from T to T + D.

    It goes to stdout as text, as large as the terminal and in its colours; in a pipe it is 80x24
    and plain, unless --size and --colours say otherwise.  With -o it is a PNG instead.  View,
    palette and glyphs are those of the settings where no option names others.

    Exit code 0; 1 where the picture cannot be written; 2 where the command makes no sense or the
    recording cannot be read.

    \b
    Examples:
      evtui frame fan.h5 --at 1.5s
      evtui frame fan.h5 --at 1.5s --window 2ms --glyphs braille --size 160x50
      evtui frame fan.h5 --colours 256 | less -R
      evtui frame fan.h5 --roi 100,80,64,64 --view count -o corner.png --scale 8
      evtui frame fan.h5 -o - | convert - fan.jpg
    """
    _check_use(ctx, output)
    try:
        settings = drawing_settings(view=view, palette=palette, glyphs=glyphs)
        if output is not None and output != _ON_STDOUT:
            check_target(output, path, replace=force)
        size = size or _size_here()
        draw: _Draw
        if output is not None:
            draw = partial(_as_png, settings=settings, scale=scale or 1)
        elif pixels is not None:
            draw = partial(_as_pixels, settings=settings, protocol=pixels, size=size)
        else:
            draw = partial(_as_text, settings=settings, depth=_depth(colours), size=size)
        with opened_catalogue() as catalogue, opened_recording(path, catalogue) as recording:
            drawn = _take(recording, _Stretch(at, max(1, window), roi, filters), draw)
        _deliver(drawn, output)
    except EvtuiError as error:
        warn(str(error))
        sys.exit(_FAILED if isinstance(error, ExportError) else _UNREADABLE)


def _deliver(drawn: bytes, output: Path | None) -> None:
    if output is None or output == _ON_STDOUT:
        # As bytes: of text, click takes out the escape sequences that go into a pipe.
        click.echo(drawn, nl=False)
    else:
        with written_beside(output) as beside:
            beside.write_bytes(drawn)


def _check_use(ctx: click.Context, output: Path | None) -> None:
    """Refuse options that would have no effect, and files that are no PNG."""
    if output is None:
        refuse_options(ctx, ("scale", "force"), "is of a picture: it does nothing without -o")
        return
    of_text = ("size", "glyphs", "colours", "pixels")
    refuse_options(ctx, of_text, "is of text: it does nothing with -o")
    if output == _ON_STDOUT:
        if _on_terminal():
            raise click.UsageError("a picture is not written to a terminal; name a file", ctx)
    elif output.suffix.lower() != ".png":
        raise click.UsageError(f"{output}: a frame is written as .png", ctx)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Which events are asked for."""

    at: int
    length: int
    roi: Region | None
    filters: FilterChoice


class _Shot:
    """A frame's events, read while they are drawn, and what of time and sensor it shows."""

    def __init__(self, recording: Recording, selection: Selection, window: Window) -> None:
        self._recording = recording
        self._selection = selection
        self.window = window
        self.region = selection.region_in(recording)
        self.seen = 0
        """Events drawn."""

    def events(self) -> Iterator[Events]:
        from evtui.export.selection import parts_of

        for part in parts_of(self._recording, self._selection, *self.window):
            self.seen += len(part)
            yield part


_Draw: TypeAlias = Callable[[_Shot], bytes]


def _take(recording: Recording, asked: _Stretch, draw: _Draw) -> bytes:
    """Draw the events that are asked for."""
    from evtui.export.selection import Selection

    info = recording.info
    if asked.at > info.duration_us:
        lasts = format_duration(info.duration_us)
        raise click.BadParameter(f"after the end: the recording lasts {lasts}", param_hint="--at")
    if asked.filters.lacks_counts(recording):
        count_events(recording)
    selection = Selection(region=asked.roi, filters=asked.filters.of(recording))
    shot = _Shot(recording, selection, (asked.at, asked.at + asked.length))
    drawn = draw(shot)
    if not recording.order_checked and _goes_back(recording):
        # Only the full pass tells where in the file the other events of this time are.
        count_events(recording)
        drawn = draw(shot)
    if not shot.seen:
        length, at = format_duration(asked.length), format_position(asked.at)
        warn(f"{info.path}: no events in {length} from {at}")
    return drawn


def _goes_back(recording: Recording) -> bool:
    return any(found.code == "time_goes_back" for found in recording.findings())


def _as_text(shot: _Shot, settings: Settings, depth: Depth, size: tuple[int, int]) -> bytes:
    import numpy as np

    from evtui.rendering.ansi import blank, compare, pack, paint
    from evtui.rendering.colours import Depth, pens
    from evtui.rendering.frame import draw_cells

    look = _look(shot, settings, one_colour=depth is Depth.NONE)
    cells = draw_cells(shot.events(), look, *size, shot.window)
    columns, rows = cells.columns, cells.rows
    nothing_known = np.zeros(rows, np.bool_)
    sheet = compare(pack(cells, columns, rows), blank(columns, rows), nothing_known, to_edge=False)
    return "".join(f"{line}\n" for line in paint(sheet, pens(settings.palette, depth))).encode()


def _as_pixels(shot: _Shot, settings: Settings, protocol: str, size: tuple[int, int]) -> bytes:
    from evtui.rendering import kitty, sixel
    from evtui.rendering.frame import draw_pixels
    from evtui.rendering.palettes import PALETTES

    look, colours = _look(shot, settings), PALETTES[settings.palette]
    picture = draw_pixels(shot.events(), look, *size, _CELL, shot.window)
    if protocol == "sixel":
        return f"{sixel.encode(picture.enlarged(_CELL), colours)}\n".encode()
    cells = (picture.columns, picture.rows)
    shown = kitty.show(picture.shades, colours, os.getpid(), cells)
    return (shown + "\n" * picture.rows).encode()


def _as_png(shot: _Shot, settings: Settings, scale: int) -> bytes:
    import numpy as np

    from evtui.export.clips import scaled
    from evtui.export.picture import png
    from evtui.rendering.frame import draw_shades
    from evtui.rendering.palettes import PALETTES

    shades = draw_shades(shot.events(), _look(shot, settings), shot.window)
    return png(np.array(PALETTES[settings.palette], np.uint8)[scaled(shades, scale)])


def _look(shot: _Shot, settings: Settings, *, one_colour: bool = False) -> Look:
    from evtui.rendering.frame import Look
    from evtui.rendering.glyphs import choose_glyphs

    glyphs = "half" if settings.glyphs == _PIXELS else settings.glyphs
    glyphs = choose_glyphs(glyphs, os.environ)
    return Look(settings.view, glyphs, shot.region, one_colour=one_colour)


def _depth(colours: str | None) -> Depth:
    """What was asked for; else all the terminal can show, and nothing in a pipe."""
    from evtui.rendering.colours import Depth, tell_depth

    if colours is None and not _on_terminal():
        return Depth.NONE
    if colours is None or colours == "auto":
        return tell_depth(os.environ)
    return Depth(colours)


def _size_here() -> tuple[int, int]:
    """The terminal's, less a row for the prompt."""
    if not _on_terminal():
        return _SIZE_IN_A_PIPE
    columns, rows = shutil.get_terminal_size(_SIZE_IN_A_PIPE)
    return columns, max(1, rows - 1)


def _on_terminal() -> bool:
    return sys.stdout.isatty()
