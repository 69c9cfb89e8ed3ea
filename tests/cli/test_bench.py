"""``evtui bench``."""

from __future__ import annotations

import json

import pytest

from contract.truths import made_events
from evtui.cli import benching
from evtui.store.policy import MemoryReading
from support.dat_files import write_dat
from support.loads import write_text

KEYS = [
    "path",
    "format",
    "bytes",
    "events",
    "open",
    "first_window",
    "windows",
    "decode",
    "evlib",
    "load",
    "reopen",
]
TIMED = ["open", "first_window", "decode", "evlib", "load", "reopen"]
MEASURES = ("median", "p95")
CACHES = {"cold", "warm", "unknown"}


def told(done):
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_json_has_the_promised_keys(run, folder):
    path = folder / "fan.h5"
    found = told(run("bench", "--json", "--windows", 7, path))
    assert list(found) == KEYS
    assert (found["path"], found["format"], found["events"]) == (str(path), "HDF5", 3_000)
    assert found["bytes"] == path.stat().st_size
    for key in TIMED:
        assert list(found[key]) == ["seconds", "page_cache", "problem"]
        assert found[key]["problem"] == ""
        assert found[key]["seconds"] > 0
        assert (found[key]["page_cache"] in CACHES) is (key != "reopen")
    windows = found["windows"]
    assert (windows["count"], windows["window_us"], windows["problem"]) == (7, 10_000, "")
    assert 0 < windows["median_s"] <= windows["p95_s"]
    assert windows["page_cache"] in CACHES


def test_a_table_has_a_line_for_each_step(run, folder):
    done = run("bench", "--windows", 3, folder / "fan.h5")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].startswith(f"{folder / 'fan.h5'}: HDF5, ")
    assert lines[0].endswith("3,000 events")
    for step in ("open", "first window (10 ms)", *(f"3 random windows, {n}" for n in MEASURES)):
        (line,) = (line for line in lines if line.startswith(f"{step}  "))
        assert line.endswith(tuple(CACHES))
        assert " ms " in line or " s " in line
    for step in ("decode all", "load by evlib", "load into memory"):
        (line,) = (line for line in lines if line.startswith(step))
        assert "ev/s" in line


def test_what_evlib_does_not_decode_is_not_asked_of_it(run, tmp_path):
    path = write_dat(tmp_path / "a.dat", made_events(1_000))
    found = told(run("bench", "--json", path))
    assert found["evlib"]["seconds"] is None
    assert "evlib does not decode DAT" in found["evlib"]["problem"]
    assert found["load"]["seconds"] > 0
    assert "load by evlib: evlib does not decode DAT" in run("bench", path).stdout


def test_what_is_decoded_whole_has_no_windows_from_the_file(run, tmp_path):
    found = told(run("bench", "--json", write_text(tmp_path / "a.txt")))
    assert "decoded whole" in found["open"]["problem"]
    assert "decoded whole" in found["windows"]["problem"]
    assert found["windows"]["median_s"] is None
    assert found["events"] == 3
    assert found["decode"]["seconds"] > 0
    assert found["reopen"]["seconds"] > 0


def test_a_load_that_does_not_fit_is_not_tried(run, folder, monkeypatch):
    def never(*_):
        pytest.fail("it was tried")

    monkeypatch.setattr(benching, "read_memory", lambda: MemoryReading(1_000, 0))
    monkeypatch.setattr(benching, "load_in_child", never)
    found = told(run("bench", "--json", folder / "fan.h5"))
    assert found["decode"]["seconds"] > 0
    assert found["evlib"]["problem"] == "450 kB are needed, 1.00 kB are available"
    assert found["load"]["problem"] == "39.0 kB are needed, 1.00 kB are available"
    assert found["reopen"]["problem"] == found["load"]["problem"]


def test_a_loader_that_refuses_is_told(run, folder, monkeypatch):
    async def refuse(plan, *_):
        raise benching.EvtuiError(f"{plan.path}: evlib: not today")

    monkeypatch.setattr(benching, "load_in_child", refuse)
    done = run("bench", folder / "fan.h5")
    assert done.exit_code == 0
    assert "load by evlib: evlib: not today" in done.stdout


@pytest.mark.parametrize("name", ["broken.h5", "none.h5", "deeper"])
def test_what_cannot_be_read_is_told(run, folder, name):
    done = run("bench", folder / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert name in done.stderr
