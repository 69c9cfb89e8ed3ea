"""``evtui info``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from evtui.cli.info import as_lines
from evtui.cli.reading import Reading
from evtui.library.summary import Summary
from evtui.recordings.findings import finding
from support.small import write_h5

KEYS = [
    "path",
    "format",
    "bytes",
    "width",
    "height",
    "events",
    "events_exact",
    "t_first_us",
    "duration_us",
    "duration_exact",
    "on_fraction",
    "findings",
]


def objects(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_has_the_promised_keys_and_the_true_figures(run, folder):
    path = folder / "fan.h5"
    done = run("info", "--json", path)
    assert (done.exit_code, done.stderr) == (0, "")
    (told,) = objects(done.stdout)
    assert list(told) == KEYS
    assert told == {
        "path": str(path),
        "format": "HDF5",
        "bytes": path.stat().st_size,
        "width": 64,
        "height": 48,
        "events": 3_000,
        "events_exact": True,
        "t_first_us": 5_000_000,
        "duration_us": 400_000,
        "duration_exact": True,
        "on_fraction": None,
        "findings": told["findings"],
    }


def test_exact_counts_every_event(run, folder):
    (told,) = objects(run("info", "--json", "--exact", folder / "fan.h5").stdout)
    assert told["on_fraction"] == pytest.approx(0.5, abs=0.05)


def test_findings_have_code_severity_and_message(run, tmp_path):
    path = tmp_path / "a.h5"
    write_h5(path)
    import h5py

    with h5py.File(path, "r+") as file:
        file["events/p"][...] = 1
        del file.attrs["width"], file.attrs["height"]
    (told,) = objects(run("info", "--json", "--exact", path).stdout)
    found = {one["code"]: one for one in told["findings"]}
    assert all(list(one) == ["code", "severity", "message"] for one in told["findings"])
    assert found["size_guessed"]["severity"] == "note"
    assert found["one_polarity"]["severity"] == "warning"
    assert found["one_polarity"]["message"] == "all 1,000 events are ON"


def test_a_folder_gives_a_line_for_each_recording(run, folder):
    done = run("info", "--json", folder)
    told = {Path(one["path"]).name: one for one in objects(done.stdout)}
    assert sorted(told) == ["broken.h5", "drone.h5", "fan.h5"]
    assert list(told["broken.h5"]) == ["path", "error"]
    assert told["drone.h5"]["path"] == "recordings/deeper/drone.h5"
    assert done.exit_code == 2


def test_text_tells_the_same(run, folder):
    done = run("info", "--exact", folder / "fan.h5", folder / "deeper")
    assert (done.exit_code, done.stderr) == (0, "")
    fan, drone = done.stdout.split("\n\n")
    lines = dict(line.strip().split(None, 1) for line in fan.splitlines()[1:])
    assert fan.startswith("recordings/fan.h5\n")
    assert lines["format"].startswith("HDF5 (events/{t,x,y,p}")
    assert (lines["sensor"], lines["events"], lines["duration"]) == ("64×48", "3,000", "400 ms")
    assert lines["rate"] == "7.50 kev/s"
    assert lines["first"] == "5,000,000 µs on the sensor's clock"
    assert lines["last"] == "5,400,000 µs"
    assert lines["ON"].endswith("%")
    assert drone.startswith("recordings/deeper/drone.h5\n")


def test_what_cannot_be_read_is_told_on_stderr_beside_the_text(run, folder):
    done = run("info", folder)
    assert done.exit_code == 2
    assert "broken.h5" not in done.stdout
    assert done.stderr.startswith("evtui: recordings/broken.h5: ")
    assert done.stdout.count("  format ") == 2


@pytest.mark.parametrize("missing", ["none", "empty"])
def test_no_recording_at_all_is_exit_code_2(run, tmp_path, missing):
    (tmp_path / "empty").mkdir()
    done = run("info", "--json", tmp_path / missing)
    (told,) = objects(done.stdout)
    assert (done.exit_code, list(told)) == (2, ["path", "error"])


def test_estimates_are_marked_and_findings_told():
    summary = Summary(
        format="EVT3",
        width=640,
        height=480,
        events=1_234_567,
        duration_us=2_000_000,
        t_first_us=7,
        findings=(finding("size_guessed"),),
    )
    lines = [" ".join(line.split()) for line in as_lines(Reading(Path("a"), 1_000, summary))]
    assert "events ~1,234,567" in lines
    assert "duration ~2.00 s" in lines
    assert "rate ~617 kev/s" in lines
    assert "last ~2,000,007 µs" in lines
    assert lines[-1].startswith("note size_guessed: ")


def test_a_recording_without_events_has_no_times():
    summary = Summary(format="EVT3", width=1, height=1, events=0, events_exact=True)
    lines = "\n".join(as_lines(Reading(Path("a"), 10, summary)))
    assert "events    0" in lines
    assert not any(word in lines for word in ("duration", "rate", "first", "last"))


def test_a_name_is_never_obeyed(run, tmp_path):
    path = tmp_path / "odd\x1b]0;owned\x07.h5"
    write_h5(path)
    done = run("info", path)
    assert "odd�]0;owned�.h5" in done.stdout
    assert "\x1b" not in done.stdout
    (told,) = objects(run("info", "--json", path).stdout)
    assert told["path"] == str(path)


def test_a_name_may_be_any_bytes(run, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.h5"))
    write_h5(tmp_path / "plain.h5").rename(path)
    done = run("info", path)
    assert (done.exit_code, done.stderr) == (0, "")
    (told,) = objects(run("info", "--json", path).stdout)
    assert os.fsencode(told["path"]) == os.fsencode(path)
