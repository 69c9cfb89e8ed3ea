"""``evtui export``."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import polars as pl
import pytest

from contract.truths import made_events
from evtui.export.kinds import KINDS
from evtui.recordings.prophesee import words_recording
from evtui.recordings.prophesee.words_recording import WordsRecording
from support.evt2_files import EVT2_HEADER, evt2_words, write_words
from support.loads import write_text
from support.small import make_hot, write_h5


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A recording of 1,000 events and 100 ms from 5 s of the sensor's clock, as a relative path."""
    monkeypatch.chdir(tmp_path)
    return write_h5(tmp_path / "a.h5").relative_to(tmp_path)


def read(name) -> pl.DataFrame:
    return pl.read_csv(name)


def test_everything_into_one_file(run, path):
    done = run("export", path, "-o", "out.csv")
    size = Path("out.csv").stat().st_size
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"out.csv: 1,000 events, {size / 1000:.1f} kB\n"
    with h5py.File(path) as file:
        for name in "txyp":
            assert np.array_equal(read("out.csv")[name].to_numpy(), file["events"][name][:])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.ending in (".h5", ".npz")])
def test_the_format_may_be_named(run, path, kind):
    assert run("export", path, "-o", f"out{kind.ending}", "--format", kind.name).exit_code == 0
    told = run("info", "--json", f"out{kind.ending}").stdout
    assert '"events": 1000' in told
    assert '"width": 64' in told


def test_a_selection(run, path):
    options = ("--from", "20ms", "--to", "0.06", "--roi", "10,10,20,20", "--polarity", "on")
    assert run("export", path, "-o", "out.csv", *options).exit_code == 0
    with h5py.File(path) as file:
        t, x, y, p = (file["events"][name][:].astype(int) for name in "txyp")
    inside = (t >= 5_020_000) & (t < 5_060_000) & (p == 1)
    inside &= (x >= 10) & (x < 30) & (y >= 10) & (y < 30)
    assert read("out.csv")["t"].to_list() == t[inside].tolist()
    assert set(read("out.csv")["p"]) == {1}


def test_times_since_the_first_event(run, path):
    run("export", path, "-o", "out.csv", "--relative", "--from", "50ms")
    assert 50_000 <= read("out.csv")["t"].min() < 50_200


def test_filters(run, path):
    run("export", path, "-o", "rested.csv", "--refractory", "1s")
    first = read("rested.csv").unique(["x", "y"])
    assert len(first) == len(read("rested.csv")) < 1_000
    run("export", path, "-o", "supported.csv", "--isolated", "1us")
    assert len(read("supported.csv")) == 0


def test_hot_pixels(run, tmp_path):
    path = write_h5(tmp_path / "b.h5", count=50_000, span_us=1_000_000)
    make_hot(path, 7, 11)
    for name, options in (("all.csv", ()), ("masked.csv", ("--mask-hot",))):
        assert run("export", path, "-o", tmp_path / name, *options).exit_code == 0
    assert len(read(tmp_path / "all.csv")) == 50_000
    masked = read(tmp_path / "masked.csv")
    assert len(masked.filter((pl.col("x") == 7) & (pl.col("y") == 11))) == 0
    assert len(masked) > 48_000


@pytest.fixture
def passes(monkeypatch) -> list[str]:
    """Names of the recordings all of which is counted."""
    names: list[str] = []
    index = WordsRecording.index

    def watched(recording, progress, cancelled):
        names.append(recording.info.path.name)
        index(recording, progress, cancelled)

    monkeypatch.setattr(WordsRecording, "index", watched)
    monkeypatch.setattr(words_recording, "SMALL_BYTES", 10)
    return names


@pytest.mark.parametrize("options", [(), ("--mask-hot",)])
def test_what_was_counted_is_not_counted_again_until_it_changes(run, tmp_path, passes, options):
    path = tmp_path / "c.raw"
    for step, passed in ((1, ["c.raw"]), (2, ["c.raw", "c.raw"])):
        events = made_events(40_000, step_us=step)
        write_words(path, EVT2_HEADER, evt2_words(events, 77_000, repeat=8))
        for number in range(3):
            target = tmp_path / f"{step}-{number}.csv"
            assert run("export", path, "-o", target, *options).exit_code == 0
            assert np.array_equal(read(target)["t"].to_numpy(), events.t + 77_000)
        assert passes == passed


def test_a_format_that_has_to_be_loaded(run, tmp_path):
    path = write_text(tmp_path / "d.txt")
    assert run("export", path, "-o", tmp_path / "out.parquet").exit_code == 0
    assert len(pl.read_parquet(tmp_path / "out.parquet")) > 0


# several


def test_a_folder_into_a_folder(run, folder, tmp_path):
    (tmp_path / "out").mkdir()
    done = run("export", folder, "-o", "out", "--format", "csv")
    assert done.exit_code == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["drone.csv", "fan.csv"]
    assert len(read("out/fan.csv")) == 3_000
    assert "out/fan.csv: 3,000 events" in done.stderr
    assert "evtui: recordings/broken.h5: " in done.stderr


def test_one_that_fails_does_not_stop_the_others(run, folder, tmp_path):
    (tmp_path / "fan.csv").write_text("old")
    done = run("export", folder / "fan.h5", folder / "deeper", "-o", ".", "--format", "csv")
    assert done.exit_code == 1
    assert "evtui: fan.csv: is there already (--force replaces it)" in done.stderr
    assert (tmp_path / "fan.csv").read_text() == "old"
    assert len(read("drone.csv")) == 900


def test_two_of_one_name_are_refused_before_anything_is_written(run, folder, tmp_path):
    write_h5(folder / "deeper" / "fan.h5")
    (tmp_path / "out").mkdir()
    done = run("export", folder, "-o", "out", "--format", "csv")
    assert done.exit_code == 2
    both = "recordings/deeper/fan.h5 and recordings/fan.h5 would both become out/fan.csv"
    assert both in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_one_recording_named_twice_is_written_once(run, path, tmp_path):
    done = run("export", path, tmp_path / "a.h5", "-o", ".", "--format", "csv")
    assert (done.exit_code, done.stderr.count("1,000 events")) == (0, 1)


def test_one_into_a_folder(run, path, tmp_path):
    (tmp_path / "out").mkdir()
    assert run("export", path, "-o", "out", "--format", "csv").exit_code == 0
    assert len(read("out/a.csv")) == 1_000


# what makes no sense


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.h5"], "Missing option '-o'"),
        (["-o", "out.csv"], "Missing argument 'PATH…'"),
        (["a.h5", "-o", "out.xyz"], "nothing is written as .xyz (known: .h5"),
        (["a.h5", "-o", "out"], "nothing is written as a file without an ending"),
        (["a.h5", "-o", "out.csv", "--format", "npz"], "npz is not written as .csv"),
        (["a.h5", "-o", "."], "is a folder; name the format with --format"),
        (["a.h5", "-o", ".", "--format", "xyz"], "xyz: no such format (known: hdf5"),
        (["a.h5", "b.h5", "-o", "out.csv"], "out.csv: is no folder"),
        ([".", "-o", "none", "--format", "csv"], "none: is no folder"),
        (["a.h5", "-o", "out.csv", "--from", "2", "--to", "1s"], "--to is not after --from"),
    ],
)
def test_wrong_use(run, path, tmp_path, arguments, said):
    done = run("export", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["a.h5"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.h5", "-o", "out.csv"], 2, "none.h5: no such file"),
        (["none.h5", "-o", ".", "--format", "csv"], 2, "none.h5: no such file"),
        (["empty", "-o", ".", "--format", "csv"], 2, "empty: holds no recordings"),
        (["a.h5", "-o", "none/out.csv"], 1, "none/out.csv: cannot be written: the folder does not"),
        (["a.h5", "-o", "a.h5", "--force"], 1, "a.h5: is the recording itself"),
        (["a.h5", "-o", ".", "--format", "blosc"], 1, "a.h5: is the recording itself"),
        (["a.h5", "-o", "out.csv", "--from", "1s"], 1, "(the recording lasts 100 ms)"),
        (["a.h5", "-o", "out.csv", "--roi", "64,0,1,1"], 1, "the region lies outside the sensor"),
    ],
)
def test_what_cannot_be_done(run, path, tmp_path, arguments, code, said):
    (tmp_path / "empty").mkdir()
    done = run("export", *arguments)
    assert done.exit_code == code
    assert said in done.stderr
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["a.h5"]


def test_a_file_that_is_there(run, path):
    assert run("export", path, "-o", "out.csv").exit_code == 0
    before = read("out.csv")
    refused = run("export", path, "-o", "out.csv", "--to", "10ms")
    assert refused.exit_code == 1
    assert "evtui: out.csv: is there already (--force replaces it)" in refused.stderr
    assert read("out.csv").equals(before)
    assert run("export", path, "-o", "out.csv", "--to", "10ms", "--force").exit_code == 0
    assert len(read("out.csv")) < len(before)


def test_ctrl_c_leaves_nothing(run, path, tmp_path, monkeypatch):
    def interrupted(_frame, *_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.DataFrame, "write_csv", interrupted)
    done = run("export", path, "-o", "out.csv")
    assert (done.exit_code, "evtui: interrupted" in done.stderr) == (130, True)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["a.h5"]


def test_the_help_tells_every_format(run):
    told = run("export", "--help").stdout
    for kind in KINDS:
        assert f"  {kind.name} " in told
