"""``info`` and ``check`` as the shell sees them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.dat_files import HEADER
from support.small import write_h5
from support.terminal import Start, evtui


def write_endless(path: Path) -> Path:
    """DAT that takes minutes to count, though it takes no room on disk."""
    with path.open("wb") as file:
        file.write(HEADER + b"\x0c\x08")
        file.truncate(40 << 30)
    return path


def test_data_goes_to_stdout_and_the_rest_to_stderr(recordings: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        evtui("info", "--json", str(recordings / "fan.h5"), str(recordings / "none.h5")),
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert done.returncode == 2
    fan, missing = (json.loads(line) for line in done.stdout.splitlines())
    assert (fan["events"], missing["error"]) == (20_000, "no such file")
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    for number in range(3):
        write_h5(tmp_path / f"{number}.h5", count=10)
    command = " ".join(evtui("info", str(tmp_path)))
    done = subprocess.run(
        ["sh", "-c", f"{command} | head -n 1"],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert done.stdout == f"{tmp_path}/0.h5\n"
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["check", "info"])
def test_output_that_cannot_be_written_is_told_and_is_no_finding(
    tmp_path: Path, command: str
) -> None:
    write_h5(tmp_path / "a.h5", count=10)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            evtui(command, str(tmp_path / "a.h5")),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        )
    assert done.returncode == 2
    assert done.stderr == "evtui: the output cannot be written: No space left on device\n"


def test_a_long_decoding_shows_how_far_it_is(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("t,x,y,p\n" + "".join(f"{t},1,2,{t % 2}\n" for t in range(1_000_000)))
    terminal = start("info", str(path))
    terminal.wait_for("decoding long.csv")
    terminal.wait_for("%")
    terminal.assert_ends_well()


def test_a_long_count_shows_how_far_it_is_and_can_be_interrupted(
    start: Start, tmp_path: Path
) -> None:
    terminal = start("check", str(write_endless(tmp_path / "endless.dat")))
    terminal.wait_for("counting endless.dat")
    terminal.wait_for("%")
    terminal.process.send_signal(signal.SIGINT)
    terminal.wait_for("interrupted")
    assert terminal.wait_for_exit() == 130
    assert terminal.output.endswith(b"evtui: interrupted\r\n")
    assert bytes(terminal.output).rfind(b"\x1b[?25h") > bytes(terminal.output).rfind(b"\x1b[?25l")
