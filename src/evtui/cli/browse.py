"""``evtui browse`` and ``evtui demo``: the full-screen program."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evtui.cli.hangup import when_terminal_ends
from evtui.cli.narration import errors_on_stderr, warn
from evtui.settings import choices_of

if TYPE_CHECKING:
    from evtui.settings import Settings
    from evtui.timing import Log
    from evtui.tui.services import Services


_PATIENCE_S = 2.5
"""How long the program outlives its terminal at most."""


def _settings_options(command: Any) -> Any:
    """The settings that a run may override."""
    options = (
        click.option("--cache", type=click.Choice(["on", "off"]), help="Keep loaded recordings."),
        click.option("--enable-cache", is_flag=True, help="The same as --cache on."),
        click.option("--loader", type=click.Choice(["auto", "evlib"]), help="What decodes files."),
        click.option("--glyphs", type=click.Choice(choices_of("glyphs")), help="What draws."),
        click.option("--colours", type=click.Choice(choices_of("colours")), help="How many."),
        click.option("--fps", type=int, help="Frames a second at most."),
        click.option("--max-rate", help="Bytes a second to the terminal at most: 100KB."),
        click.option("--log", type=click.Path(path_type=Path), help="Append JSON lines to a file."),
    )
    for option in reversed(options):  # as decorators are: the one nearest the function comes first
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(path_type=Path))
@_settings_options
def browse(paths: tuple[Path, ...], **options: Any) -> None:
    """Browse folders or recordings (the default).

    \b
    Examples:
      evtui
      evtui /data/flights fan.h5 --cache on
      evtui fan.h5 --glyphs braille --max-rate 50KB
    """
    chosen = _existing(paths or (Path.cwd(),))
    _run_screen(chosen, options)


@click.command()
@_settings_options
def demo(**options: Any) -> None:
    """Make synthetic recordings once, and browse them.

    They lie in the cache folder, which ``evtui paths`` names; their truth is in their attributes.

    \b
    Examples:
      evtui demo
      evtui demo --fps 60
    """
    from evtui import paths
    from evtui.demo.make import make_demo

    folder = paths.demo_folder()
    with errors_on_stderr():
        make_demo(folder, _narrate)
    _run_screen([folder], options)


def _existing(paths: Sequence[Path]) -> list[Path]:
    """The paths that exist; the others are named on stderr, and it ends where none is left."""
    present = [path for path in paths if path.exists()]
    for path in paths:
        if path not in present:
            warn(f"{path}: no such file or folder")
    if not present:
        sys.exit(2)
    return present


def _run_screen(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """The full-screen program, until the user quits."""
    # Textual draws on stderr.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        warn("the browser needs a terminal; see evtui --help")
        sys.exit(2)
    with errors_on_stderr():
        settings, log = _settings(options)
    # Textual reads this when it is imported: the player paces itself, on a finer repaint grid.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from evtui.tui.graphics import Inquiry

    with Inquiry(os.environ) as terminal:
        from evtui.tui.app import EvtuiApp
        from evtui.tui.services import Services

        services = Services.make(settings, log)
        services.measure_graphics = terminal.answer()
    app = EvtuiApp(paths, services)
    when_terminal_ends(sys.stdin.fileno(), lambda: _end_without_terminal(services))
    app.run()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed.  What is left are daemon threads, of which one that reads a file may
    # hold a library's lock that the interpreter's own way out would wait for.
    os._exit(app.return_code or 0)


def _end_without_terminal(services: Services) -> None:
    """Exports and kept events delete what they began, the catalogue writes what was learned.

    The loading processes end with this one.  A disk that hangs is not waited for.
    """
    status = 128 + signal.SIGHUP
    latest = threading.Timer(_PATIENCE_S, os._exit, [status])
    latest.daemon = True
    latest.start()
    try:
        services.exports.stop()
        services.kept.stop()
        services.catalogue.close()
    finally:
        os._exit(status)


def _settings(options: dict[str, Any]) -> tuple[Settings, Log]:
    from evtui import paths, settings
    from evtui.timing import Log

    given = dict(options)
    log = Log(given.pop("log", None))
    if given.pop("enable_cache", False):
        given["cache"] = "on"
    command_line = {key: value for key, value in given.items() if value is not None}
    return settings.load(paths.config_file(), os.environ, command_line, warn), log


def _narrate(name: str, share: float) -> None:
    """Progress of the demo: a line that is rewritten on a terminal, nothing in a pipe."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[Kmaking {name} {share:4.0%}", err=True, nl=share >= 1.0)
