"""The command line: ``evtui [PATH…]`` opens the browser; commands do the rest without a screen.

Data goes to stdout, narration to stderr.  Exit codes: 0 done, 1 something failed, 2 wrong use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evtui import __version__
from evtui.errors import EvtuiError
from evtui.units import printable

if TYPE_CHECKING:
    from evtui.settings import Settings
    from evtui.timing import Log

_BROWSE = "browse"
_OPTIONS_FIRST = """
Run without a command, evtui browses PATH: folders, or recordings; one recording opens in the
player; no path means the current folder.
"""


class _Commands(click.Group):
    """A group whose first argument may also be a path: then it browses."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "--version", "-h"}
        if not args or (args[0] not in self.commands and args[0] not in own):
            args = [_BROWSE, *args]
        return super().parse_args(ctx, args)


def _settings_options(command: Any) -> Any:
    """The settings that a run may override."""
    for option in (
        click.option("--cache", type=click.Choice(["on", "off"]), help="Keep loaded recordings."),
        click.option("--enable-cache", is_flag=True, help="The same as --cache on."),
        click.option("--loader", type=click.Choice(["auto", "evlib"]), help="What decodes files."),
        click.option(
            "--glyphs", type=click.Choice(["half", "quadrant", "braille"]), help="What draws."
        ),
        click.option("--log", type=click.Path(path_type=Path), help="Append JSON lines to a file."),
    ):
        command = option(command)
    return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_OPTIONS_FIRST,
    subcommand_metavar="[PATH… | COMMAND …]",
)
@click.version_option(__version__, prog_name="evtui")
def main() -> None:
    """Browse event-camera recordings and play them in the terminal."""


@main.command(_BROWSE)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_settings_options
def browse(paths: tuple[Path, ...], **options: Any) -> None:
    """Browse folders or recordings (the default).

    Example: evtui /data/recordings --cache on
    """
    chosen = _existing(paths or (Path.cwd(),))
    _run_screen(chosen, options)


@main.command()
@_settings_options
def demo(**options: Any) -> None:
    """Make synthetic recordings once, and browse them."""
    from evtui import paths
    from evtui.demo.make import make_demo

    folder = paths.demo_folder()
    with _errors_on_stderr():
        make_demo(folder, _narrate)
    _run_screen([folder], options)


@main.command("paths")
def show_paths() -> None:
    """Print where settings, cache and log are."""
    from evtui import paths

    for name, path in (
        ("config", paths.config_file()),
        ("cache", paths.cache_folder()),
        ("catalogue", paths.catalogue_file()),
        ("demo", paths.demo_folder()),
        ("log", paths.log_file()),
    ):
        click.echo(f"{name:<10}{path}")


def _existing(paths: Sequence[Path]) -> list[Path]:
    """The paths that exist; the others are named on stderr, and it ends where none is left."""
    present = [path for path in paths if path.exists()]
    for path in paths:
        if path not in present:
            click.echo(f"evtui: {printable(str(path))}: no such file or folder", err=True)
    if not present:
        sys.exit(2)
    return present


def _run_screen(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """The full-screen program, until the user quits."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("evtui: the browser needs a terminal; see evtui --help", err=True)
        sys.exit(2)
    with _errors_on_stderr():
        settings, log = _settings(options)
    # Textual reads this when it is imported: the player paces itself, on a finer repaint grid.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from evtui.tui.app import EvtuiApp
    from evtui.tui.services import Services

    app = EvtuiApp(paths, Services.make(settings, log))
    app.run()
    sys.exit(app.return_code or 0)


def _settings(options: dict[str, Any]) -> tuple[Settings, Log]:
    from evtui import paths, settings
    from evtui.timing import Log

    given = dict(options)
    log = Log(given.pop("log", None))
    if given.pop("enable_cache", False):
        given["cache"] = "on"
    command_line = {key: value for key, value in given.items() if value is not None}
    return settings.load(paths.config_file(), os.environ, command_line, _warn), log


def _warn(text: str) -> None:
    """Something worth knowing that stops nothing."""
    click.echo(f"evtui: {printable(text)}", err=True)


def _narrate(name: str, share: float) -> None:
    """Progress of a long step: a line that is rewritten on a terminal, nothing in a pipe."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[Kmaking {name} {share:4.0%}", err=True, nl=share >= 1.0)


@contextmanager
def _errors_on_stderr() -> Iterator[None]:
    """Turns an error of evtui's own into a line on stderr and exit code 1."""
    try:
        yield
    except EvtuiError as error:
        click.echo(f"evtui: {printable(str(error))}", err=True)
        sys.exit(1)
