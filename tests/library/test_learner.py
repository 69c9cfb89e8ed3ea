from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evtui.errors import CannotRead
from evtui.library import learner as module
from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset
from evtui.library.learner import Learned, Learner
from evtui.library.summary import Summary
from support.loads import Ticker
from support.small import write_h5


class Listener:
    """Collects reports and says when everything was learned."""

    def __init__(self) -> None:
        self.reports: list[Learned] = []
        self.all = threading.Event()

    def __call__(self, report: Learned) -> None:
        self.reports.append(report)
        if report.is_all:
            self.all.set()

    @property
    def learned(self) -> dict[str, Summary]:
        return {
            dataset.name: summary for report in self.reports for dataset, summary in report.datasets
        }


def dataset(name: str, size: int = 1) -> Dataset:
    return Dataset(Path("/data") / name, "", size, 0)


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    made = Catalogue(None)
    yield made
    made.close()


@pytest.fixture
def clock() -> Ticker:
    return Ticker()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def learner(catalogue: Catalogue, listener: Listener, clock: Ticker) -> Iterator[Learner]:
    made = Learner(catalogue, listener, clock)
    yield made
    made.close()
    made.join()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are opened; each tells its name's length as its events."""
    names: list[str] = []

    def of_file(path: Path) -> Summary:
        names.append(path.name)
        return Summary(format="HDF5", events=len(path.name))

    monkeypatch.setattr(module, "of_file", of_file)
    return names


def test_learns_from_files_and_remembers(
    tmp_path: Path, learner: Learner, listener: Listener, catalogue: Catalogue
) -> None:
    write_h5(tmp_path / "a.h5", count=100)
    (tmp_path / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    (tmp_path / "old.aedat").write_bytes(b"#!AER-DAT1.0\r\n")
    files = [Dataset(path, "", 1, 1) for path in sorted(tmp_path.iterdir())]
    learner.learn(files)
    learner.begin()
    assert listener.all.wait(10)
    learned = listener.learned
    assert (learned["a.h5"].events, learned["a.h5"].width) == (100, 64)
    assert learned["broken.h5"].problem
    assert "versions 2, 3.1 and 4" in learned["old.aedat"].problem
    assert catalogue.get_many(files) == [learned[file.name] for file in files]


def test_opens_no_file_before_it_may(
    learner: Learner, listener: Listener, opened: list[str]
) -> None:
    learner.learn([dataset("a.h5")])
    assert not learner.is_idle
    assert not opened
    learner.begin()
    assert listener.all.wait(10)
    assert opened == ["a.h5"]


def test_what_is_preferred_goes_first_in_its_order(
    learner: Learner, listener: Listener, opened: list[str]
) -> None:
    learner.learn(dataset(name) for name in "abcdef")
    learner.prefer([Path("/data/e"), Path("/data/unknown"), Path("/data/c")])
    learner.begin()
    assert listener.all.wait(10)
    assert opened == ["e", "c", "a", "b", "d", "f"]


def test_a_dataset_that_waits_is_learned_once(
    learner: Learner, listener: Listener, opened: list[str]
) -> None:
    learner.learn([dataset("a"), dataset("b")])
    learner.learn([dataset("b"), dataset("a", size=2)])
    learner.begin()
    assert listener.all.wait(10)
    assert opened == ["a", "b"]
    assert listener.reports[0].datasets[0][0].bytes == 2, "as it was found last"


def test_what_is_learned_fast_is_told_together(
    learner: Learner, listener: Listener, opened: list[str]
) -> None:
    learner.learn(dataset(str(number)) for number in range(100))
    learner.begin()
    assert listener.all.wait(10)
    (report,) = listener.reports
    assert len(report.datasets) == 100


def test_what_is_learned_slowly_is_told_meanwhile(
    learner: Learner, listener: Listener, clock: Ticker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_file(path: Path) -> Summary:
        clock.now += 0.06
        return Summary()

    monkeypatch.setattr(module, "of_file", of_file)
    learner.learn(dataset(name) for name in "abcde")
    learner.begin()
    assert listener.all.wait(10)
    assert [len(report.datasets) for report in listener.reports] == [2, 2, 1]
    assert [report.is_all for report in listener.reports] == [False, False, True]


def test_a_file_that_may_not_be_read_is_not_remembered(
    learner: Learner,
    listener: Listener,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def of_file(path: Path) -> Summary:
        raise CannotRead(path, "permission denied", "check the file's owner and mode")

    monkeypatch.setattr(module, "of_file", of_file)
    learner.learn([dataset("a")])
    learner.begin()
    assert listener.all.wait(10)
    assert listener.learned["a"].problem == "permission denied (check the file's owner and mode)"
    assert catalogue.get(dataset("a")) is None


def test_a_reader_s_own_fault_is_that_file_s_problem(
    learner: Learner, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_file(path: Path) -> Summary:
        if path.name == "a":
            raise ZeroDivisionError("division by zero")
        return Summary(format="HDF5")

    monkeypatch.setattr(module, "of_file", of_file)
    learner.learn([dataset("a"), dataset("b")])
    learner.begin()
    assert listener.all.wait(10)
    assert listener.learned["a"].problem == "cannot be read: ZeroDivisionError: division by zero"
    assert listener.learned["b"].format == "HDF5"


def test_closed_it_stops_at_the_file_at_hand_and_says_no_more(
    learner: Learner, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    opened: list[Path] = []

    def of_file(path: Path) -> Summary:
        opened.append(path)
        begun.set()
        assert go_on.wait(10)
        return Summary()

    monkeypatch.setattr(module, "of_file", of_file)
    learner.learn(dataset(name) for name in "abc")
    learner.begin()
    assert begun.wait(10)
    learner.close()
    go_on.set()
    learner.join()
    assert len(opened) == 1
    assert listener.reports == []
