"""``evtui convert``: many recordings into the HDF5 that opens fastest."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evtui.cli.narration import warn
from evtui.units import format_bytes, format_count, format_rate, printable

if TYPE_CHECKING:
    from evtui.export.conversion import Converted
    from evtui.export.conversion_plan import Fault, Item, Skipped

_HEADINGS = ("file", "events", "before", "after", "factor", "seconds")
_NONE_FOUND, _FAILED, _DONE = 2, 1, 0


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write below this folder, in the tree below each PATH, not beside the recordings.",
)
@click.option("--fast", is_flag=True, help="Compress by Blosc: faster, but a reader needs it too.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Convert so many at once; one uses several cores already.",
)
@click.option("--verify", is_flag=True, help="Read each file back and compare all events.")
@click.option("--force", is_flag=True, help="Replace files that were made from something else.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would be done.")
def convert(
    paths: tuple[Path, ...],
    folder: Path | None,
    fast: bool,
    jobs: int,
    verify: bool,
    force: bool,
    dry_run: bool,
) -> None:
    """Convert recordings into the HDF5 that opens fastest and that evlib loads.

    Folders are walked.  A file goes beside its recording and is called like it, with the ending
    .h5.  What is converted already is skipped, and recordings themselves are never replaced.  The
    events are all there, in order of time, on the sensor's clock.

    Exit code 0 where all is converted; 1 where something failed, the others are converted all the
    same; 2 where there is no recording.

    \b
    Examples:
      evtui convert fan.dat
      evtui convert flights/ -o converted/ --jobs 4 --verify
      evtui convert --dry-run flights/
    """
    from evtui.export.conversion_plan import Item, plan

    steps = list(plan(paths, folder, fast=fast, force=force))
    if not steps:
        for path in paths:
            warn(f"{path}: holds no recordings")
        sys.exit(_NONE_FOUND)
    items = [step for step in steps if isinstance(step, Item)]
    failed = sum(_tell(step) for step in steps if not isinstance(step, Item))
    if dry_run:
        for item in items:
            click.echo(printable(f"{item.source} → {item.target}"))
    else:
        failed += _convert(items, jobs=jobs, fast=fast, verify=verify)
    sys.exit(_FAILED if failed else _DONE)


def _convert(items: Sequence[Item], *, jobs: int, fast: bool, verify: bool) -> int:
    """Convert, tell of each file as it is done, and of all at the end; how many failed."""
    from evtui.cli.watching import watched
    from evtui.export.conversion import Converted, convert_all

    done: dict[Path, Converted] = {}
    try:
        with (
            watched(items) as bars,
            closing(convert_all(items, bars, jobs=jobs, fast=fast, verify=verify)) as outcomes,
        ):
            for outcome in outcomes:
                if isinstance(outcome, Converted):
                    done[outcome.item.source] = outcome
                    bars.over(outcome.item.source)
                else:
                    bars.over(outcome.source)
                _tell(outcome)
    finally:
        in_order = [done[item.source] for item in items if item.source in done]
        if in_order:
            click.echo(_table(in_order))
    return len(items) - len(done)


def _tell(step: Skipped | Fault | Converted) -> bool:
    """A line on stderr about a recording that is done with; whether it failed."""
    from evtui.export.conversion import Converted
    from evtui.export.conversion_plan import Skipped

    if isinstance(step, Converted):
        item, rate = step.item, step.events / step.seconds
        proof = ", read back and the same" if step.verified else ""
        warn(
            f"{item.source} → {item.target}: {format_count(step.events)} events"
            f" in {step.seconds:.1f} s ({format_rate(rate)}){proof}"
        )
        for line in _doubts(step):
            warn(f"{item.source}: {line}")
        return False
    skipped = isinstance(step, Skipped)
    warn(f"{step.source}: {'skipped: ' if skipped else ''}{step.reason}")
    return not skipped


def _doubts(converted: Converted) -> Iterator[str]:
    """What was guessed or is wrong, and is now in the new file as if it were certain."""
    from evtui.recordings.findings import Severity

    for found in converted.findings:
        if found.severity is not Severity.NOTE or found.code.endswith("_guessed"):
            yield f"{found.severity}: {found.code}: {found.message}"


def _table(done: Sequence[Converted]) -> str:
    from evtui.cli.tables import table_text

    before = sum(each.item.origin.bytes for each in done)
    after = sum(each.bytes for each in done)
    events = sum(each.events for each in done)
    rows = [
        _row(str(each.item.source), each.events, each.item.origin.bytes, each.bytes, each.seconds)
        for each in done
    ]
    total = _row(f"{len(done)} files", events, before, after, sum(each.seconds for each in done))
    return table_text(_HEADINGS, rows, total=total if len(done) > 1 else None)


def _row(name: str, events: int, before: int, after: int, seconds: float) -> Sequence[str]:
    factor = f"{before / after:.2f}×" if after else ""
    return (
        name,
        f"{events:,}",
        format_bytes(before),
        format_bytes(after),
        factor,
        f"{seconds:.2f}",
    )
