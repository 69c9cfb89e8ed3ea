"""``evtui convert``."""

from __future__ import annotations

import h5py
import pytest

from contract.truths import made_events
from evtui.cli.watching import watched
from evtui.export import conversion
from evtui.export.conversion_plan import plan
from support.dat_files import write_dat


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in").mkdir()
    return write_dat(tmp_path / "in" / "a.dat", made_events(2_000))


def cells(table: str, first: str) -> list[str]:
    """The figures in the row that begins with a text."""
    (row,) = (line for line in table.splitlines() if line.strip().startswith(first))
    return row.strip().removeprefix(first).split("  ")


def figures(table: str, first: str) -> list[str]:
    return [cell.strip() for cell in cells(table, first) if cell.strip()]


def test_a_recording_is_converted_and_told(run, source):
    done = run("convert", source)
    target = source.with_suffix(".h5")
    assert done.exit_code == 0
    assert f"{source} → {target}: 2,000 events in " in done.stderr
    events, before, after, factor, seconds = figures(done.stdout, str(source))
    assert (events, before) == ("2,000", "16.1 kB")
    assert after.split()[0] == f"{target.stat().st_size / 1000:.1f}"
    assert factor == f"{source.stat().st_size / target.stat().st_size:.2f}×"
    assert float(seconds) >= 0


def test_totals_stand_below_several(run, source, tmp_path):
    write_dat(source.with_name("b.dat"), made_events(500))
    done = run("convert", source.parent, "-o", tmp_path / "out", "--jobs", 2, "--verify")
    assert done.exit_code == 0
    assert done.stderr.count("read back and the same") == 2
    assert figures(done.stdout, "2 files")[0] == "2,500"
    order = [line.split()[0] for line in done.stdout.splitlines() if ".dat" in line]
    assert order == [str(source), str(source.with_name("b.dat"))]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.h5", "b.h5"]


def test_a_second_run_has_nothing_to_do(run, source):
    run("convert", source.parent)
    done = run("convert", source.parent)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"{source}: skipped: " in done.stderr
    assert f"{source.with_suffix('.h5')}: skipped: already converted" in done.stderr


def test_fast_is_blosc(run, source):
    assert run("convert", "--fast", source).exit_code == 0
    with h5py.File(source.with_suffix(".h5")) as file:
        assert "32001" in file["events/t"]._filters


def test_a_dry_run_writes_nothing(run, source, tmp_path):
    done = run("convert", "-n", source.parent, "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{source} → {tmp_path / 'out' / 'a.h5'}\n"
    assert not (tmp_path / "out").exists()


def test_what_fails_is_a_line_and_the_others_go_on(run, folder):
    write_dat(folder / "a.dat", made_events(100))
    done = run("convert", folder, "-o", "out")
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    (broken,) = (line for line in lines if "broken" in line)
    assert broken.startswith(f"evtui: {folder / 'broken.h5'}: ")
    assert broken.count("broken.h5") == 1
    assert figures(done.stdout, "3 files")[0] == "4,000"


def test_what_cannot_be_converted_is_told_and_the_others_are(run, source):
    source.with_suffix(".h5").write_bytes(b"mine")
    other = write_dat(source.with_name("b.dat"), made_events(10))
    done = run("convert", source, other, source.with_name("none.raw"))
    assert done.exit_code == 1
    assert f"{source}: {source.with_suffix('.h5')} is there" in done.stderr
    assert "none.raw: no such file" in done.stderr
    assert figures(done.stdout, str(other))[0] == "10"
    assert source.with_suffix(".h5").read_bytes() == b"mine"
    assert run("convert", source, "--force").exit_code == 0
    assert source.with_suffix(".h5").read_bytes() != b"mine"


def test_what_was_guessed_is_told(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("t,x,y,p\n0,1,2,1\n5,3,4,0\n")
    done = run("convert", path)
    assert done.exit_code == 0
    assert f"{path}: note: size_guessed: " in done.stderr


def test_no_recordings(run, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("convert", tmp_path / "empty")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "holds no recordings" in done.stderr


@pytest.mark.parametrize("wrong", [["--jobs", "0"], ["-o", "a.dat"], []])
def test_wrong_use(run, source, monkeypatch, wrong):
    monkeypatch.chdir(source.parent)
    assert run("convert", *wrong, *(["a.dat"] if wrong else [])).exit_code == 2


def test_what_was_done_before_an_interruption_is_told(run, source, monkeypatch):
    second = write_dat(source.with_name("b.dat"), made_events(10))
    real = conversion.convert_all

    def interrupted(*arguments, **options):
        yield next(real(*arguments, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(conversion, "convert_all", interrupted)
    done = run("convert", source, second)
    assert done.exit_code == 130
    assert figures(done.stdout, str(source))[0] == "2,000"
    assert "interrupted" in done.stderr


def test_bars_show_every_recording_that_is_under_way(source, monkeypatch, capsys):
    rich = pytest.importorskip("rich.progress")
    write_dat(source.with_name("b[bold]\x1b.dat"), made_events(10))
    first, second = plan([source.parent])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    shown: list[rich.Progress] = []
    real = rich.Progress.__enter__
    monkeypatch.setattr(
        rich.Progress, "__enter__", lambda self: (shown.append(self), real(self))[1]
    )
    with watched([first, second]) as bars:
        bars.share(first, 0.25)
        bars.share(second, 0.5)
        (progress,) = shown
        every, one, two = progress.tasks
        assert (every.description, one.description) == ("0 of 2 recordings", "a.dat")
        assert "\x1b" not in two.description
        assert (one.completed, two.completed) == (0.25, 0.5)
        bars.over(first.source)
        assert progress.tasks[0].description == "1 of 2 recordings"
        sizes = first.origin.bytes, second.origin.bytes
        assert progress.tasks[0].completed == sizes[0] + sizes[1] / 2
        assert len(progress.tasks) == 2
