"""``evtui cache``: what is remembered on disk, and how to forget it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from evtui import paths
from evtui.cli.narration import narrate, warn
from evtui.library.catalogue import Catalogue
from evtui.units import format_bytes

_FAILED = 1


@click.command("cache")
@click.option("--clear", is_flag=True, help="Forget what is remembered of recordings.")
def show_cache(clear: bool) -> None:
    """Show what is kept on disk between runs, or clear it.

    That are metadata of recordings, the timelines that full passes counted, how fast loaders were,
    and the demo's recordings.  Bookmarks and settings are no cache, and stay.

    \b
    Examples:
      evtui cache
      evtui cache --clear
    """
    with closing(Catalogue(paths.catalogue_file())) as catalogue:
        if clear:
            catalogue.clear()
        if catalogue.problem:
            warn(catalogue.problem)
            sys.exit(_FAILED)
        if clear:
            narrate("nothing is remembered any more")
            return
        for name, number in catalogue.holdings().items():
            click.echo(f"{name:<12}{number:>10,}")
        file = paths.catalogue_file()
        size = sum(_size(file.with_name(file.name + end)) for end in ("", "-wal", "-shm"))
    click.echo(f"{'catalogue':<12}{format_bytes(size):>10}  {file}")
    demo = paths.demo_folder()
    size = sum(map(_size, demo.glob("*")))
    click.echo(f"{'demo':<12}{format_bytes(size):>10}  {demo}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
