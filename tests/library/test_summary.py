from __future__ import annotations

from pathlib import Path

import pytest

from evtui.library.summary import Summary, of_file, of_recording
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.findings import Severity, finding
from support.small import in_memory, write_h5


def test_a_summary_survives_json() -> None:
    summary = Summary(
        format="HDF5",
        width=640,
        height=480,
        events=10,
        duration_us=5,
        on_fraction=0.25,
        findings=(finding("size_guessed", "by x, y"), finding("no_events")),
    )
    assert Summary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "HDF5"}', "no json"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Summary.from_json(text)


def test_of_a_recording() -> None:
    summary = of_recording(in_memory(1_000, span_us=100_000))
    assert (summary.events, summary.duration_us) == (1_000, 100_000)
    assert summary.rate == pytest.approx(10_000)
    assert not summary.is_counted


@pytest.mark.parametrize("count", [0, 1_000])
def test_after_the_full_pass_it_is_counted(count: int) -> None:
    recording = in_memory(count)
    recording.index(no_progress, never_cancelled)
    assert of_recording(recording).is_counted


def test_of_a_file(tmp_path: Path) -> None:
    summary = of_file(write_h5(tmp_path / "a.h5"))
    assert (summary.format, summary.events, summary.problem) == ("HDF5", 1_000, "")


def test_of_a_file_that_only_a_loader_reads(tmp_path: Path) -> None:
    (tmp_path / "a.aedat4").write_bytes(b"#!AER-DAT4.0\r\n" + bytes(100))
    summary = of_file(tmp_path / "a.aedat4")
    assert (summary.format, summary.needs_loading) == ("AEDAT4", True)
    assert summary.health is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"whatever this is", "not a format evtui knows"),
        (b"#!AER-DAT1.0\r\n", "versions 2, 3.1 and 4"),
        (b"% Data file\n\x0e\x08" + bytes(80), "trigger"),
    ],
)
def test_a_fault_is_the_summary_s_problem(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "a.bin").write_bytes(content)
    summary = of_file(tmp_path / "a.bin")
    assert problem in summary.problem
    assert str(tmp_path) not in summary.problem, "the row shows the name already"
    assert summary.health is Severity.ERROR
