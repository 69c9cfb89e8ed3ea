"""``evtui cache``: what is remembered on disk, and how to forget it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from evtui import paths
from evtui.cli.narration import narrate, warn
from evtui.library.catalogue import Catalogue
from evtui.store.kept import KeptEvents
from evtui.units import format_bytes

_FAILED = 1


@click.command("cache")
@click.option("--clear", is_flag=True, help="Forget what is remembered of recordings.")
def show_cache(clear: bool) -> None:
    """Show what is kept on disk between runs, or clear it.

    That are metadata of recordings, the timelines that full passes counted, previews, how fast
    loaders were, the decoded events of recordings that nobody can seek in, and the demo's
    recordings, which --clear leaves.  Bookmarks and settings are no cache, and stay.

    \b
    Examples:
      evtui cache
      evtui cache --clear
    """
    with closing(Catalogue(paths.catalogue_file())) as catalogue:
        if catalogue.problem:
            warn(catalogue.problem)
        if catalogue.in_memory:
            sys.exit(_FAILED)
        if clear:
            _clear(catalogue)
        else:
            _show(catalogue)


def _clear(catalogue: Catalogue) -> None:
    if not catalogue.clear():
        warn(catalogue.problem or "another program keeps writing; end that one, and clear again")
        sys.exit(_FAILED)
    _kept().clear()
    narrate("nothing is remembered any more")


def _show(catalogue: Catalogue) -> None:
    """A line for each kind of row, then one for each place on the disk."""
    for name, held in catalogue.holdings().items():
        click.echo(f"{name:<12}{held.rows:>10,}{format_bytes(held.bytes):>10}")
    file = paths.catalogue_file()
    _show_place(
        "catalogue", file, [file.with_name(file.name + end) for end in ("", "-wal", "-shm")]
    )
    events = paths.kept_folder()
    sizes = _kept().sizes()
    click.echo(f"{'events':<12}{len(sizes):>10,}{format_bytes(sum(sizes)):>10}  {events}")
    demo = paths.demo_folder()
    _show_place("demo", demo, list(demo.glob("*")))


def _kept() -> KeptEvents:
    return KeptEvents(paths.kept_folder(), 0)


def _show_place(name: str, place: Path, files: list[Path]) -> None:
    click.echo(f"{name:<12}{'':>10}{format_bytes(sum(map(_size, files))):>10}  {place}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
