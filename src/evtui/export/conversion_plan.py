"""Which recordings are converted into which files, and which are not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from evtui.export.origin import Origin, OwnFile, look_at_own
from evtui.library.discovery import Dataset, Obstacle, discover

ENDING = ".h5"
_HDF5_ENDINGS = frozenset({".h5", ".hdf5", ".hdf"})


@dataclass(frozen=True, slots=True)
class Item:
    """A recording that is to be converted."""

    source: Path
    target: Path
    origin: Origin


@dataclass(frozen=True, slots=True)
class Skipped:
    """A recording that needs nothing done."""

    source: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A recording, or a folder, that cannot be converted."""

    source: Path
    reason: str


Step: TypeAlias = Item | Skipped | Fault


def plan(
    given: Sequence[Path], folder: Path | None = None, *, fast: bool = False, force: bool = False
) -> Iterator[Step]:
    """A step for each recording under the paths, in order of name; nothing is written.

    Args:
        given: files, and folders, which are walked.
        folder: where the files go, in the tree that they have below each given folder; None for
            beside their recordings.
        fast: whether they are to be compressed by Blosc.
        force: whether a file that is there and was made from something else is replaced.
    """
    found = list(discover(given))
    planner = _Planner(folder, fast, force, [each.path for each in found])
    for each in found:
        if isinstance(each, Obstacle):
            yield Fault(each.path, each.reason)
        elif step := planner.step(each):
            yield step


class _Planner:
    """Knows all recordings that were given, and which targets are taken."""

    def __init__(
        self, folder: Path | None, fast: bool, force: bool, inputs: Sequence[Path]
    ) -> None:
        self._folder = folder
        self._fast = fast
        self._force = force
        self._inputs = {path.resolve() for path in inputs}
        self._seen: set[Path] = set()
        self._taken: dict[Path, Path] = {}

    def step(self, dataset: Dataset) -> Step | None:
        """What to do with a recording; None where it was given before."""
        source = dataset.path
        if source.resolve() in self._seen:
            return None
        self._seen.add(source.resolve())
        own = _own_layout(source)
        if own is not None and own.fast == self._fast:
            return Skipped(source, "already converted")
        target = self._target(dataset)
        if target.resolve() == source.resolve():
            kind = "compressed in another way" if own else "HDF5 of another layout"
            return Fault(source, f"is {kind} already, and is not replaced (name a folder with -o)")
        first = self._taken.setdefault(target.resolve(), source)
        if first != source:
            return Fault(source, f"{target} is made from {first} already (convert one elsewhere)")
        return self._onto(source, target)

    def _target(self, dataset: Dataset) -> Path:
        name = dataset.path.stem + ENDING
        if self._folder is None:
            return dataset.path.with_name(name)
        return self._folder / dataset.folder / name

    def _onto(self, source: Path, target: Path) -> Step:
        """The step towards a target that may be there already."""
        try:
            origin = Origin.of(source)
        except OSError as error:
            return Fault(source, f"cannot be read: {error.strerror}")
        if not target.exists():
            return Item(source, target, origin)
        there = look_at_own(target)
        if there is not None and there.origin == origin and there.fast == self._fast:
            return Skipped(source, f"{target} is made from it already")
        is_input = target.resolve() in self._inputs
        if is_input and (there is None or there.source != origin.name):
            return Fault(source, f"{target} is a recording of its own (name a folder with -o)")
        if self._force:
            return Item(source, target, origin)
        return Fault(source, f"{target} {_difference(there, origin)} (--force replaces it)")


def _own_layout(source: Path) -> OwnFile | None:
    return look_at_own(source) if source.suffix.lower() in _HDF5_ENDINGS else None


def _difference(there: OwnFile | None, origin: Origin) -> str:
    """Why a target that is there is not what would be written, in words that follow its name."""
    if there is None or there.source != origin.name:
        return "is there, and was not made from it"
    if there.origin == origin:
        return "is made from it, but compressed in another way"
    return "was made from it before it changed"
