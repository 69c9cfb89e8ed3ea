"""``evtui frame``: one frame of a recording, as text or as a picture."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evtui.cli.choosing import TIME, FilterChoice, filter_options, roi_option
from evtui.cli.drawing import SIZE, drawing_options, drawing_settings, refuse_options
from evtui.cli.narration import warn
from evtui.cli.opening import count_events, opened_catalogue, opened_recording
from evtui.errors import EvtuiError, ExportError
from evtui.export.job import check_target
from evtui.region import Region
from evtui.settings import Settings, choices_of
from evtui.units import format_duration, format_position

if TYPE_CHECKING:
    from evtui.events import Events
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
        with opened_catalogue() as catalogue, opened_recording(path, catalogue) as recording:
            shot = _take(recording, at, max(1, window), roi, filters)
        if output is not None:
            _write_picture(shot, settings, scale or 1, output)
        elif pixels is not None:
            _print(shot.as_pixels(settings, pixels, size or _size_here()))
        else:
            _print(shot.as_text(settings, _depth(colours), size or _size_here()))
    except EvtuiError as error:
        warn(str(error))
        sys.exit(_FAILED if isinstance(error, ExportError) else _UNREADABLE)


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
class _Shot:
    """The events of a frame, and what of time and sensor it shows."""

    events: Events
    window: Window
    region: Region

    def look(self, settings: Settings, *, one_colour: bool = False) -> Look:
        from evtui.rendering.frame import Look
        from evtui.rendering.glyphs import choose_glyphs

        glyphs = "half" if settings.glyphs == _PIXELS else settings.glyphs
        glyphs = choose_glyphs(glyphs, os.environ)
        return Look(settings.view, glyphs, self.region, one_colour=one_colour)

    def as_text(self, settings: Settings, depth: Depth, size: tuple[int, int]) -> str:
        import numpy as np

        from evtui.rendering.ansi import blank, compare, pack, paint
        from evtui.rendering.colours import Depth, pens
        from evtui.rendering.frame import draw_cells

        look = self.look(settings, one_colour=depth is Depth.NONE)
        cells = draw_cells(self.events, look, *size, self.window)
        columns, rows = cells.columns, cells.rows
        nothing_known = np.zeros(rows, np.bool_)
        sheet = compare(
            pack(cells, columns, rows), blank(columns, rows), nothing_known, to_edge=False
        )
        return "".join(f"{line}\n" for line in paint(sheet, pens(settings.palette, depth)))

    def as_pixels(self, settings: Settings, protocol: str, size: tuple[int, int]) -> str:
        from evtui.rendering import kitty, sixel
        from evtui.rendering.frame import draw_pixels
        from evtui.rendering.palettes import PALETTES

        picture = draw_pixels(self.events, self.look(settings), *size, _CELL, self.window)
        colours = PALETTES[settings.palette]
        if protocol == "sixel":
            return sixel.encode(picture.enlarged(_CELL), colours) + "\n"
        cells = (picture.columns, picture.rows)
        return kitty.show(picture.shades, colours, os.getpid(), cells) + "\n" * picture.rows


def _take(
    recording: Recording, at: int, length: int, roi: Region | None, choice: FilterChoice
) -> _Shot:
    from evtui.export.selection import Selection, selected_window

    info = recording.info
    if at > info.duration_us:
        lasts = format_duration(info.duration_us)
        raise click.BadParameter(f"after the end: the recording lasts {lasts}", param_hint="--at")
    if choice.lacks_counts(recording):
        count_events(recording)
    selection = Selection(region=roi, filters=choice.of(recording))
    region, window = selection.region_in(recording), (at, at + length)
    events = selected_window(recording, selection, *window)
    if not recording.order_checked and _goes_back(recording):
        # Only the full pass tells where in the file the other events of this time are.
        count_events(recording)
        events = selected_window(recording, selection, *window)
    if not len(events):
        warn(f"{info.path}: no events in {format_duration(length)} from {format_position(at)}")
    return _Shot(events, window, region)


def _goes_back(recording: Recording) -> bool:
    return any(found.code == "time_goes_back" for found in recording.findings())


def _write_picture(shot: _Shot, settings: Settings, scale: int, output: Path) -> None:
    import numpy as np

    from evtui.export.clips import scaled
    from evtui.export.picture import png, write_png
    from evtui.rendering.frame import draw_shades
    from evtui.rendering.palettes import PALETTES

    shades = scaled(draw_shades(shot.events, shot.look(settings), shot.window), scale)
    pixels = np.array(PALETTES[settings.palette], np.uint8)[shades]
    if output == _ON_STDOUT:
        click.echo(png(pixels), nl=False)
    else:
        write_png(output, pixels)


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


def _print(text: str) -> None:
    """As it is: click takes escape sequences out of what goes into a pipe."""
    click.echo(text.encode(), nl=False)
