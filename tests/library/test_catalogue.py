from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from evtui.library import catalogue as module
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.recordings.base import Counts, Timeline
from evtui.recordings.findings import finding

DATASET = Dataset(Path("/somewhere/a.h5"), "", 1_000, 42)
SUMMARY = Summary(
    format="HDF5", width=640, height=480, events=7, findings=(finding("size_guessed", "by x, y"),)
)
COUNTS = Counts(Timeline(np.array([3.0, 4.0]), 9, exact=True), np.array([[1, 2]], np.uint16))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "catalogue.sqlite"


def test_remembers_across_runs(file: Path) -> None:
    first = Catalogue(file)
    first.put(DATASET, SUMMARY)
    first.close()
    second = Catalogue(file)
    assert second.get(DATASET) == SUMMARY
    assert not second.problem
    second.close()


@pytest.mark.parametrize("change", [{"bytes": 1_001}, {"mtime_ns": 43}, {"path": Path("/b.h5")}])
def test_a_changed_file_is_unknown(file: Path, change: dict[str, object]) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    assert catalogue.get(dataclasses.replace(DATASET, **change)) is None
    catalogue.close()


def test_many_are_looked_up_in_one_go_in_their_order(file: Path) -> None:
    catalogue = Catalogue(file)
    datasets = [dataclasses.replace(DATASET, path=Path(f"/{number}.h5")) for number in range(1_203)]
    for number, dataset in enumerate(datasets[::2]):
        catalogue.put(dataset, dataclasses.replace(SUMMARY, events=number))
    changed = dataclasses.replace(datasets[0], bytes=1)
    found = catalogue.get_many([*datasets, changed])
    assert [one and one.events for one in found[:-1:2]] == list(range(602))
    assert set(found[1::2]) == {None}
    assert catalogue.get_many([]) == []
    catalogue.close()


def test_a_damaged_file_is_made_anew(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"this is no database" * 1_000)
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    assert catalogue.get(DATASET) == SUMMARY
    catalogue.close()
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_another_version_is_made_anew(file: Path) -> None:
    Catalogue(file).close()
    database = sqlite3.connect(file)
    database.execute("PRAGMA user_version = 999")
    database.close()
    catalogue = Catalogue(file)
    assert catalogue.get(DATASET) is None
    catalogue.put(DATASET, SUMMARY)
    assert catalogue.get(DATASET) == SUMMARY
    catalogue.close()


def test_a_folder_that_cannot_be_made_leaves_it_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    catalogue = Catalogue(tmp_path / "cache" / "catalogue.sqlite")
    catalogue.put(DATASET, SUMMARY)
    assert catalogue.get(DATASET) == SUMMARY
    assert "catalogue.sqlite" in catalogue.problem
    catalogue.close()


def test_a_summary_that_cannot_be_understood_is_unknown(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    catalogue.close()
    database = sqlite3.connect(file)
    with database:
        database.execute("""UPDATE summaries SET summary = '{"format": "HDF5"}'""")
    database.close()
    catalogue = Catalogue(file)
    assert catalogue.get(DATASET) is None
    catalogue.close()


def test_two_programs_share_one_file(file: Path) -> None:
    one, other = Catalogue(file), Catalogue(file)
    one.put(DATASET, SUMMARY)
    assert other.get(DATASET) == SUMMARY
    one.close()
    other.close()


def test_remembers_the_throughput_of_loaders(file: Path) -> None:
    catalogue = Catalogue(file)
    assert catalogue.throughput("EVT3", "evlib") is None
    catalogue.note_throughput("EVT3", "evlib", 10_000_000, 2.0)
    catalogue.note_throughput("EVT3", "evlib", 10_000_000, 4.0)
    assert catalogue.throughput("EVT3", "evlib") == 2_500_000
    assert catalogue.throughput("EVT2", "evlib") is None
    catalogue.close()


def test_a_name_that_is_not_utf8_is_remembered(file: Path) -> None:
    odd = dataclasses.replace(DATASET, path=Path("/data/\udcff\udcfe.raw"))
    catalogue = Catalogue(file)
    catalogue.put(odd, SUMMARY)
    assert catalogue.get(odd) == SUMMARY
    catalogue.close()


def test_remembers_what_was_counted_across_runs(file: Path) -> None:
    first = Catalogue(file)
    first.put(DATASET, SUMMARY, COUNTS)
    first.put(DATASET, SUMMARY)
    first.close()
    second = Catalogue(file)
    counts = second.counts(DATASET)
    assert counts is not None
    assert counts.timeline.counts.tolist() == [3, 4]
    assert counts.hot_pixels.tolist() == [[1, 2]]
    assert not second.problem
    second.close()


@pytest.mark.parametrize("change", [{"bytes": 1_001}, {"mtime_ns": 43}, {"path": Path("/b.h5")}])
def test_counts_of_a_changed_file_are_unknown(change: dict[str, object]) -> None:
    catalogue = Catalogue(None)
    catalogue.put(DATASET, SUMMARY, COUNTS)
    assert catalogue.counts(dataclasses.replace(DATASET, **change)) is None
    assert catalogue.counts(DATASET) is not None


def test_the_counts_that_were_not_used_for_longest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_COUNTS", 3)
    catalogue = Catalogue(None)
    datasets = [dataclasses.replace(DATASET, path=Path(f"/{name}.h5")) for name in "abcde"]
    for dataset in datasets[:3]:
        catalogue.put(dataset, SUMMARY, COUNTS)
    assert catalogue.counts(datasets[0]) is not None
    for dataset in datasets[3:]:
        catalogue.put(dataset, SUMMARY, COUNTS)
    kept = [dataset.path.stem for dataset in datasets if catalogue.counts(dataset) is not None]
    assert kept == ["a", "d", "e"]
    assert all(catalogue.get(dataset) == SUMMARY for dataset in datasets), "summaries stay"


def test_counts_that_cannot_be_understood_are_unknown(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY, COUNTS)
    catalogue.close()
    database = sqlite3.connect(file)
    with database:
        database.execute("UPDATE counts SET content = x'00'")
    database.close()
    catalogue = Catalogue(file)
    assert catalogue.counts(DATASET) is None
    assert catalogue.get(DATASET) == SUMMARY
    catalogue.close()
