from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from evtui.library import survey as module
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset, Folder
from evtui.library.summary import Summary
from evtui.library.survey import Finished, Found, Report, Survey
from support.loads import write_text
from support.small import write_h5


@pytest.fixture
def catalogue():
    made = Catalogue(None)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_h5(tmp_path / "a.h5", count=100)
    (tmp_path / "notes.txt").write_text("what these recordings are\n")
    (tmp_path / "weights.npy").write_bytes(b"no events")
    write_text(tmp_path / "z.txt")
    return tmp_path


def survey(catalogue: Catalogue, *paths: Path) -> list[Report]:
    reports: list[Report] = []
    Survey(paths, catalogue, reports.append).join()
    return reports


def datasets(reports: list[Report]) -> list[tuple[Dataset, Summary | None]]:
    return [found for report in reports if isinstance(report, Found) for found in report.datasets]


def names(reports: list[Report]) -> list[str]:
    return [dataset.name for dataset, _ in datasets(reports)]


def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are looked into from now on."""
    paths: list[Path] = []
    identify = module.identify

    def note(path: Path) -> object:
        paths.append(path)
        return identify(path)

    monkeypatch.setattr(module, "identify", note)
    return paths


def test_finds_recordings_and_says_when_it_has_all(folder: Path, catalogue: Catalogue) -> None:
    reports = survey(catalogue, folder)
    assert names(reports) == ["a.h5", "z.txt"]
    assert reports[-1] == Finished()


def test_tells_what_is_remembered(folder: Path, catalogue: Catalogue) -> None:
    (dataset, nothing), _ = datasets(survey(catalogue, folder))
    assert nothing is None
    catalogue.put(dataset, Summary(format="HDF5", events=100))
    (_, known), _ = datasets(survey(catalogue, folder))
    assert known == Summary(format="HDF5", events=100)


def test_tells_the_folders_that_were_listed(folder: Path, catalogue: Catalogue) -> None:
    (folder / "inner").mkdir()
    reports = survey(catalogue, folder)
    listed = [told for report in reports if isinstance(report, Found) for told in report.folders]
    assert [(told.path, told.relative) for told in listed] == [
        (folder, ""),
        (folder / "inner", "inner"),
    ]
    assert all(isinstance(told, Folder) for told in listed)
    assert listed[1].mtime_ns == (folder / "inner").stat().st_mtime_ns


def test_what_is_no_recording_is_opened_once(
    folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = opened(monkeypatch)
    survey(catalogue, folder)
    assert sorted(path.name for path in paths) == ["notes.txt", "weights.npy", "z.txt"]
    paths.clear()
    survey(catalogue, folder)
    assert [path.name for path in paths] == ["z.txt"], "nobody has learned of it yet"
    (dataset,) = (dataset for dataset, _ in datasets(survey(catalogue, folder))[1:])
    catalogue.put(dataset, Summary(format="text"))
    paths.clear()
    assert names(survey(catalogue, folder)) == ["a.h5", "z.txt"]
    assert not paths


def test_what_becomes_a_recording_is_opened_again(folder: Path, catalogue: Catalogue) -> None:
    survey(catalogue, folder)
    write_text(folder / "notes.txt")
    os.utime(folder / "notes.txt", ns=(1, 1))
    assert names(survey(catalogue, folder)) == ["a.h5", "notes.txt", "z.txt"]


def test_what_may_not_be_read_is_tried_again(
    folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evtui.errors import CannotRead

    def refuse(path: Path) -> object:
        raise CannotRead(path, "permission denied")

    with monkeypatch.context() as refusing:
        refusing.setattr(module, "identify", refuse)
        assert names(survey(catalogue, folder)) == ["a.h5"]
    assert names(survey(catalogue, folder)) == ["a.h5", "z.txt"]


def test_text_given_by_name_is_listed_whatever_it_holds(folder: Path, catalogue: Catalogue) -> None:
    survey(catalogue, folder)
    ((dataset, known),) = datasets(survey(catalogue, folder / "notes.txt"))
    assert dataset.name == "notes.txt"
    assert known is not None and known.problem.startswith("not a format evtui knows")


def test_a_file_under_two_of_the_paths_is_told_once(
    folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    given = (folder / "a.h5", Path(folder.name), folder)
    assert names(survey(catalogue, *given)) == ["a.h5", "z.txt"]


def test_the_first_rows_come_before_the_rest(tmp_path: Path, catalogue: Catalogue) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.raw").write_bytes(b"x")
    sizes = [len(report.datasets) for report in survey(catalogue, tmp_path) if report != Finished()]
    assert sum(sizes) == 300
    assert sizes[0] < 70


def test_what_is_found_slowly_is_told_meanwhile(tmp_path: Path, catalogue: Catalogue) -> None:
    for number in range(10):
        (tmp_path / f"{number}.raw").write_bytes(b"x")
    seconds = iter(range(1_000))
    reports: list[Report] = []
    Survey([tmp_path], catalogue, reports.append, clock=lambda: float(next(seconds))).join()
    assert [len(datasets([report])) for report in reports[:-1]] == [0] + [1] * 10


def test_cancelled_it_stops_at_the_file_at_hand_and_says_no_more(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text("no events\n")
    begun, go_on = threading.Event(), threading.Event()
    paths = opened(monkeypatch)
    note = module.identify

    def wait(path: Path) -> object:
        begun.set()
        assert go_on.wait(10)
        return note(path)

    monkeypatch.setattr(module, "identify", wait)
    reports: list[Report] = []
    surveying = Survey([tmp_path], catalogue, reports.append)
    assert begun.wait(10)
    surveying.cancel()
    go_on.set()
    surveying.join()
    assert len(paths) == 1
    assert reports == []
