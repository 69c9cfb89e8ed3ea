"""``evtui paths``: where things are."""

from __future__ import annotations

import click

from evtui import paths


@click.command("paths")
def show_paths() -> None:
    """Print where settings, cache, bookmarks and log are.

    \b
    Examples:
      evtui paths
      $EDITOR "$(evtui paths | awk '$1 == "config" {print $2}')"
    """
    for name, path in (
        ("config", paths.config_file()),
        ("cache", paths.cache_folder()),
        ("catalogue", paths.catalogue_file()),
        ("demo", paths.demo_folder()),
        ("bookmarks", paths.bookmarks_folder()),
        ("log", paths.log_file()),
    ):
        click.echo(f"{name:<11}{path}")
