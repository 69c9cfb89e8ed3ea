from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from evtui.library.catalogue import Catalogue, Holding, tables
from evtui.library.catalogue import catalogue as module
from evtui.library.discovery import Dataset
from evtui.library.previews import make_preview
from evtui.library.summary import Summary
from evtui.recordings.base import Counts, Timeline
from evtui.recordings.findings import finding
from support.small import in_memory

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


def test_a_summary_that_cannot_be_understood_is_unknown(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    catalogue.close()
    database = sqlite3.connect(file)
    with database:
        database.execute("""UPDATE summaries SET content = CAST('{"format": "HDF5"}' AS BLOB)""")
    database.close()
    catalogue = Catalogue(file)
    assert catalogue.get(DATASET) is None
    catalogue.close()


def test_two_programs_share_one_file(file: Path) -> None:
    one, other = Catalogue(file), Catalogue(file)
    one.put(DATASET, SUMMARY)
    assert one.flush()
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


@pytest.mark.parametrize("mtime_ns", [2**63, -(2**63) - 1, 10**19])
def test_a_file_of_a_far_time_is_remembered_and_the_next_one_too(file: Path, mtime_ns: int) -> None:
    far = dataclasses.replace(DATASET, mtime_ns=mtime_ns)
    catalogue = Catalogue(file)
    for dataset in (far, dataclasses.replace(DATASET, path=Path("next.h5"))):
        catalogue.put(dataset, SUMMARY)
        assert catalogue.flush()
        assert catalogue.get(dataset) == SUMMARY
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


def some(number: int) -> list[Dataset]:
    return [dataclasses.replace(DATASET, path=Path(f"/{name}.h5")) for name in range(number)]


def names(datasets: list[Dataset], found: list[object]) -> list[str]:
    return [
        dataset.path.stem for dataset, one in zip(datasets, found, strict=True) if one is not None
    ]


def keep_three(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUMMARIES", "COUNTS", "PREVIEWS"):
        monkeypatch.setattr(module, name, dataclasses.replace(getattr(tables, name), most=3))


def test_the_counts_and_previews_that_were_not_used_for_longest_are_forgotten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_three(monkeypatch)
    catalogue = Catalogue(file)
    datasets = some(5)

    def put(dataset: Dataset) -> None:
        catalogue.put(dataset, SUMMARY, COUNTS)
        catalogue.put_preview(dataset, EXACT)
        catalogue.flush()

    for dataset in datasets[:3]:
        put(dataset)
    assert catalogue.counts(datasets[0]) is not None
    assert catalogue.preview(datasets[1]) is not None
    for dataset in datasets[3:]:
        put(dataset)
    catalogue.close()
    catalogue = Catalogue(file)
    assert names(datasets, [catalogue.counts(dataset) for dataset in datasets]) == ["0", "3", "4"]
    found = [catalogue.preview(dataset) for dataset in datasets]
    assert names(datasets, found) == ["1", "3", "4"]
    catalogue.close()


def test_the_summaries_that_were_written_first_are_forgotten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_three(monkeypatch)
    catalogue = Catalogue(file)
    datasets = some(5)
    for dataset in datasets:
        catalogue.put(dataset, SUMMARY)
        catalogue.flush()
        assert catalogue.get(datasets[0]) is not None or dataset in datasets[3:]
    assert names(datasets, catalogue.get_many(datasets)) == ["2", "3", "4"]
    catalogue.close()


def test_looking_summaries_up_writes_nothing(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    catalogue.flush()
    wal = file.with_name(file.name + "-wal")
    before = wal.read_bytes()
    assert catalogue.get_many([DATASET] * 3) == [SUMMARY] * 3
    assert catalogue.flush()
    assert wal.read_bytes() == before
    catalogue.close()


def test_a_use_is_noted_when_the_catalogue_is_closed(file: Path) -> None:
    one, other = some(2)
    catalogue = Catalogue(file)
    for dataset in (one, other):
        catalogue.put(dataset, SUMMARY, COUNTS)
        catalogue.flush()
    catalogue.close()
    catalogue = Catalogue(file)
    catalogue.counts(one)
    catalogue.close()
    database = sqlite3.connect(file)
    rows = database.execute("SELECT path FROM counts ORDER BY used DESC").fetchall()
    database.close()
    assert rows == [("/0.h5",), ("/1.h5",)]


ESTIMATE = make_preview(in_memory(500))
EXACT = dataclasses.replace(ESTIMATE, timeline=dataclasses.replace(ESTIMATE.timeline, exact=True))
ESTIMATE = dataclasses.replace(
    ESTIMATE, timeline=dataclasses.replace(ESTIMATE.timeline, exact=False)
)


def test_remembers_previews_across_runs(file: Path) -> None:
    first = Catalogue(file)
    assert first.preview(DATASET) is None
    first.put_preview(DATASET, EXACT)
    first.close()
    second = Catalogue(file)
    preview = second.preview(DATASET)
    assert preview is not None
    assert preview.events.equals(EXACT.events)
    assert preview.info.path == DATASET.path
    assert (preview.info.width, preview.info.height) == (64, 48)
    second.close()


@pytest.mark.parametrize("change", [{"bytes": 1_001}, {"mtime_ns": 43}, {"path": Path("/b.h5")}])
def test_a_preview_of_a_changed_file_is_unknown(file: Path, change: dict[str, object]) -> None:
    catalogue = Catalogue(file)
    catalogue.put_preview(DATASET, EXACT)
    for _ in range(2):
        assert catalogue.preview(dataclasses.replace(DATASET, **change)) is None
        assert catalogue.flush()
    catalogue.close()


@pytest.mark.parametrize("first", ["preview", "counts"])
def test_an_estimated_preview_is_none_once_the_events_were_counted(first: str) -> None:
    catalogue = Catalogue(None)
    if first == "counts":
        catalogue.put(DATASET, SUMMARY, COUNTS)
    catalogue.put_preview(DATASET, ESTIMATE)
    if first == "preview":
        assert catalogue.preview(DATASET) is not None
        catalogue.put(DATASET, SUMMARY, COUNTS)
    assert catalogue.preview(DATASET) is None
    catalogue.put_preview(DATASET, EXACT)
    assert catalogue.preview(DATASET) is not None
    catalogue.close()


def test_a_preview_that_cannot_be_understood_is_unknown_and_made_anew(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put_preview(DATASET, EXACT)
    catalogue.flush()
    database = sqlite3.connect(file)
    with database:
        database.execute("UPDATE previews SET content = x'00'")
    assert catalogue.preview(DATASET) is None
    with database:
        database.execute("UPDATE previews SET content = 7")
    database.close()
    assert catalogue.preview(DATASET) is None
    catalogue.put_preview(DATASET, EXACT)
    catalogue.flush()
    assert catalogue.preview(DATASET) is not None
    catalogue.close()


def test_a_preview_that_is_too_large_is_not_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LARGEST", 1_000)
    catalogue = Catalogue(file)
    catalogue.put_preview(DATASET, EXACT)
    assert catalogue.flush()
    assert catalogue.preview(DATASET) is None
    assert catalogue.holdings()["previews"] == Holding(0, 0)
    catalogue.close()


def test_what_is_held_is_counted_and_cleared_and_the_file_shrinks(file: Path) -> None:
    catalogue = Catalogue(file)
    for dataset in some(40):
        catalogue.put(dataset, SUMMARY, COUNTS)
        catalogue.put_preview(dataset, EXACT)
    catalogue.note_throughput("EVT3", "evlib", 10, 1.0)
    catalogue.flush()
    held = catalogue.holdings()
    assert {name: holding.rows for name, holding in held.items()} == {
        "summaries": 40,
        "counts": 40,
        "previews": 40,
        "throughputs": 1,
    }
    assert held["previews"].bytes > 40 * 1_000
    catalogue.put(DATASET, SUMMARY)
    assert catalogue.clear()
    assert {holding.rows for holding in catalogue.holdings().values()} == {0}
    assert catalogue.get(DATASET) is None
    assert file.stat().st_size < held["previews"].bytes
    catalogue.close()


def test_after_closing_nothing_is_known_and_nothing_is_kept(file: Path) -> None:
    catalogue = Catalogue(file)
    catalogue.put(DATASET, SUMMARY)
    catalogue.close()
    catalogue.close()
    catalogue.put(dataclasses.replace(DATASET, path=Path("/late.h5")), SUMMARY)
    assert catalogue.get(DATASET) is None
    assert not catalogue.problem
    catalogue.flush()
    catalogue = Catalogue(file)
    assert catalogue.holdings()["summaries"].rows == 1
    catalogue.close()


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
