from __future__ import annotations

import threading
from pathlib import Path

import pytest

from evtui.library.catalogue import Catalogue
from evtui.library.survey import Finished, Found, Learned, Report, Survey
from support.small import write_h5


class Listener:
    """Collects reports and says when one of a kind has come."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.found = threading.Event()

    def __call__(self, report: Report) -> None:
        self.reports.append(report)
        if isinstance(report, Finished) and not report.learning:
            self.found.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_h5(tmp_path / "a.h5", count=100)
    (tmp_path / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    (tmp_path / "old.aedat").write_bytes(b"#!AER-DAT1.0\r\n")
    return tmp_path


def run(folder: Path, catalogue: Catalogue) -> list[Report]:
    listener = Listener()
    survey = Survey([folder], catalogue, listener)
    survey.begin_learning()
    survey.join()
    return listener.reports


def test_finds_first_and_learns_then(folder: Path) -> None:
    catalogue = Catalogue(None)
    reports = run(folder, catalogue)
    assert [type(report) for report in reports] == [
        Found,
        Finished,
        Learned,
        Learned,
        Learned,
        Finished,
    ]
    learned = {
        report.dataset.name: report.summary for report in reports if isinstance(report, Learned)
    }
    assert learned["a.h5"].events == 100
    assert (learned["a.h5"].width, learned["a.h5"].height) == (64, 48)
    assert learned["broken.h5"].problem
    assert "versions 2, 3.1 and 4" in learned["old.aedat"].problem
    catalogue.close()


def test_what_is_remembered_is_not_read_again(folder: Path) -> None:
    catalogue = Catalogue(None)
    run(folder, catalogue)
    reports = run(folder, catalogue)
    assert [type(report) for report in reports] == [Found, Finished, Finished]
    assert isinstance(reports[0], Found)
    assert all(summary is not None for _, summary in reports[0].datasets)
    catalogue.close()


def test_opens_no_file_before_it_may(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evtui.library import survey as module

    opened: list[Path] = []
    monkeypatch.setattr(module, "of_file", opened.append)
    catalogue = Catalogue(None)
    listener = Listener()
    survey = Survey([folder], catalogue, listener)
    assert listener.found.wait(10)
    assert not opened
    survey.cancel()
    survey.join()
    assert not opened
    catalogue.close()
