"""The rules of the house that a machine can check."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_LINES = 400


def test_each_floor_imports_only_the_floors_below():
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    checked = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_file_has_grown_into_two():
    sources = sorted((ROOT / "src").rglob("*.py"))
    assert sources
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in sources}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize(
    ("module", "late"),
    [
        ("evtui", {"numpy", "textual", "polars", "h5py", "evlib"}),
        ("evtui.recordings.formats", {"polars", "h5py", "hdf5plugin", "evlib", "textual"}),
        ("evtui.store.store", {"polars", "h5py", "hdf5plugin", "evlib", "textual"}),
        ("evtui.library.survey", {"polars", "h5py", "hdf5plugin", "evlib", "textual"}),
        ("evtui.cli", {"polars", "h5py", "hdf5plugin", "evlib", "textual", "numpy"}),
    ],
)
def test_what_is_slow_to_import_is_imported_when_it_is_first_needed(module, late):
    listing = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    imported = set(run.stdout.split())
    assert module in imported
    assert imported & late == set()
