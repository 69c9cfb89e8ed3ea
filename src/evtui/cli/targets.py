"""Which file each recording is written as: one OUT for one, names in a folder for several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from evtui.cli.narration import warn
from evtui.errors import ExportError
from evtui.export.kinds import Kind
from evtui.export.picture_kinds import PictureKind, any_kind_of_name, choose_any_kind
from evtui.library.discovery import Obstacle, discover


@dataclass(frozen=True, slots=True)
class Planned:
    """A recording, the file it is written to, and as what."""

    source: Path
    target: Path
    kind: Kind | PictureKind


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command is going to write."""

    files: tuple[Planned, ...]
    is_complete: bool
    """Whether every path could be looked into; the others were named on stderr."""


def plan_targets(paths: Sequence[Path], out: Path, format_name: str | None) -> Plan:
    """Where everything goes; nothing is written yet.

    Args:
        paths: recordings, and folders of recordings.
        out: a file for one recording, or a folder that is there.
        format_name: of a kind; the ending of a file tells it too.

    Raises:
        click.UsageError: no kind has this name or ending, or it is not clear what goes where.
    """
    try:
        if len(paths) == 1 and not paths[0].is_dir() and not out.is_dir():
            kind = choose_any_kind(out, format_name)
            return Plan((Planned(paths[0], out, kind),), is_complete=True)
        return _into_folder(paths, out, _named_kind(out, format_name))
    except ExportError as error:
        raise click.UsageError(str(error)) from error


def _named_kind(out: Path, format_name: str | None) -> Kind | PictureKind:
    if not out.is_dir():
        raise click.UsageError(
            f"{out}: is no folder; several recordings, or those of a folder, need one that is there"
        )
    if format_name is None:
        raise click.UsageError(f"{out}: is a folder; name the format with --format")
    return any_kind_of_name(format_name)


def _into_folder(paths: Sequence[Path], folder: Path, kind: Kind | PictureKind) -> Plan:
    sources = list(_sources(paths))
    found = [source for source in sources if source is not None]
    by_target: dict[Path, Path] = {}
    for source in found:
        target = folder / source.with_suffix(kind.ending).name
        other = by_target.setdefault(target, source)
        if not _is_same(source, other):
            raise click.UsageError(
                f"{other} and {source} would both become {target};"
                " export them one by one, or into different folders"
            )
    files = tuple(Planned(source, target, kind) for target, source in by_target.items())
    return Plan(files, is_complete=len(found) == len(sources))


def _sources(paths: Sequence[Path]) -> Iterator[Path | None]:
    """The recordings under the paths; None for each path that cannot be looked into."""
    for path in paths:
        found = list(discover([path]))
        if not found:
            warn(f"{path}: holds no recordings")
            yield None
        for one in found:
            if isinstance(one, Obstacle):
                warn(f"{one.path}: {one.reason}")
            yield None if isinstance(one, Obstacle) else one.path


def _is_same(source: Path, other: Path) -> bool:
    return source == other or source.samefile(other)
