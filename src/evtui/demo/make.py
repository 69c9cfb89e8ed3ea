"""Makes the demo recordings, once: a second call finds them made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from evtui.demo.scenes import SCENES, Scene, truth_of
from evtui.files import cannot_write, written_beside

MANIFEST = "demo.json"
"""Beside the recordings: from which version of its scene each was made."""

MODEL_VERSION = 1
"""Raise it when the simulation changes: every recording is then made anew."""

Progress = Callable[[str, float], None]
"""Called with the name of the recording that is being made and the share of all that is done."""


def make_demo(folder: Path, progress: Progress, scenes: Sequence[Scene] = SCENES) -> list[Path]:
    """Make the recordings that are missing or of an older version.

    An exception from ``progress`` ends the work; what was finished stays, and nothing else.

    Args:
        folder: made if it does not exist.
        progress: told after each slice of a recording.
        scenes: what to make.

    Returns:
        The recordings, in the order of the scenes.

    Raises:
        ExportError: the folder cannot be made, or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    made = _read_manifest(folder)
    missing = [scene for scene in scenes if not _is_made(scene, folder, made)]
    for number, scene in enumerate(missing):
        _make(scene, folder, _part(progress, scene.name, number, len(missing)))
        made[scene.name] = version_of(scene)
        _write_manifest(folder, made)
    return [path_of(scene, folder) for scene in scenes]


def path_of(scene: Scene, folder: Path) -> Path:
    """Where a scene's recording lies."""
    return folder / f"{scene.name}.h5"


def version_of(scene: Scene) -> str:
    """Changes when anything in the scene does."""
    return hashlib.sha256(f"{MODEL_VERSION} {scene!r}".encode()).hexdigest()[:16]


def _part(progress: Progress, name: str, number: int, parts: int) -> Callable[[float], None]:
    """Takes the share done of one part, and tells the share done of all."""
    return lambda share: progress(name, (number + share) / parts)


def _make(scene: Scene, folder: Path, progress: Callable[[float], None]) -> None:
    from evtui.demo.simulate import Simulation
    from evtui.export.hdf5 import Hdf5Writer

    simulation = Simulation(scene)
    truth = truth_of(scene, simulation.hot_pixels)
    path = path_of(scene, folder)
    with Hdf5Writer(path, scene.width, scene.height, attributes=truth) as writer:
        for end_us, events in simulation.slices():
            writer.append(events)
            progress(end_us / scene.duration_us)


def _is_made(scene: Scene, folder: Path, made: dict[str, str]) -> bool:
    return made.get(scene.name) == version_of(scene) and path_of(scene, folder).is_file()


def _read_manifest(folder: Path) -> dict[str, str]:
    """Version by name of scene; empty where there is no manifest, or one that makes no sense."""
    try:
        made = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def _write_manifest(folder: Path, made: dict[str, str]) -> None:
    with written_beside(folder / MANIFEST) as beside:
        beside.write_text(json.dumps(made, indent=2))
