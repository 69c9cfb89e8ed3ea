"""``convert`` as the shell sees it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from contract.truths import made_events
from support.dat_files import HEADER, write_dat
from support.terminal import Start, evtui


def write_endless(path: Path) -> Path:
    """DAT that takes minutes to convert, though it takes no room on disk."""
    with path.open("wb") as file:
        file.write(HEADER + b"\x0c\x08")
        file.truncate(40 << 30)
    return path


def write_long_text(path: Path) -> Path:
    """Text that takes seconds to decode, in a process of its own."""
    path.write_text("t,x,y,p\n" + "".join(f"{t},1,2,{t % 2}\n" for t in range(1_000_000)))
    return path


def test_data_goes_to_stdout_and_the_rest_to_stderr(tmp_path: Path) -> None:
    source = write_dat(tmp_path / "a.dat", made_events(100))
    done = subprocess.run(evtui("convert", str(source)), capture_output=True, text=True)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"evtui: {source} → {tmp_path / 'a.h5'}: 100 events")
    assert str(source) in done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_no_partial_file_and_no_process(
    start: Start, tmp_path: Path, jobs: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_endless(folder / "a.dat")
    write_endless(folder / "b.dat")
    terminal = start("convert", str(folder), "--jobs", jobs)
    terminal.wait_for("0 of 2 recordings")
    terminal.wait_for("a.dat")
    terminal.process.send_signal(signal.SIGINT)
    terminal.wait_for("interrupted")
    assert terminal.wait_for_exit() == 130
    assert sorted(path.name for path in folder.iterdir()) == ["a.dat", "b.dat"]


def test_ctrl_c_ends_the_loading_process_too(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_long_text(folder / "a.csv")
    terminal = start("convert", str(folder))
    terminal.wait_for("a.csv")
    children = psutil.Process(terminal.process.pid).children(recursive=True)
    assert children
    terminal.process.send_signal(signal.SIGINT)
    terminal.wait_for("interrupted")
    assert terminal.wait_for_exit() == 130
    assert not any(child.is_running() for child in children)
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
