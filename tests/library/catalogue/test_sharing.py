"""Several programs use one catalogue at once, and one of them is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.library.catalogue import Catalogue
from support.sharing import dataset_of, summary_of

TESTS = Path(__file__).parents[2]
WRITTEN_FIRST = 20
"""Rows of the program that is killed, before it is."""


class Program:
    """A process that puts and looks up in a catalogue."""

    def __init__(self, file: Path, name: str) -> None:
        self.name = name
        path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "support.sharing", str(file), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
        )
        self.written: list[int] = []

    def see(self, rows: int) -> None:
        """Wait until it has written so many more."""
        assert self.process.stdout is not None
        for _ in range(rows):
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            self.written.append(int(line))

    def end(self) -> str:
        """Have it end; what it printed on stderr."""
        out, err = self.process.communicate("\n" if self.process.poll() is None else None)
        self.written += [int(line) for line in out.split()]
        return err

    def kill(self) -> None:
        self.process.kill()
        self.end()


@pytest.mark.parametrize("damaged", [False, True], ids=["new file", "damaged file"])
def test_nothing_is_lost_that_was_written_and_nobody_fails(tmp_path: Path, damaged: bool) -> None:
    file = tmp_path / "cache" / "catalogue.sqlite"
    if damaged:
        file.parent.mkdir()
        file.write_bytes(b"no database" * 1_000)
    programs = [Program(file, name) for name in ("one", "two", "killed")]
    one, two, killed = programs
    killed.see(WRITTEN_FIRST)
    killed.kill()
    for program in (one, two):
        program.see(2 * WRITTEN_FIRST)
        fault = program.end()
        if program.process.returncode:
            assert damaged and "made anew" in fault, fault
    catalogue = Catalogue(file)
    for program in programs:
        assert len(program.written) >= WRITTEN_FIRST
        datasets = [dataset_of(program.name, number) for number in program.written]
        assert catalogue.get_many(datasets) == [summary_of(number) for number in program.written]
    assert not catalogue.problem
    catalogue.close()
