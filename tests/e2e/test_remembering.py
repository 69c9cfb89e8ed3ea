"""What the program remembers on disk: shared by several, and damaged while they run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from support.loads import write_text
from support.terminal import Start, Terminal

KNOWN = "20.0 k"
"""What the table says of the fan's events once they are known."""


def quit_quietly(terminal: Terminal) -> None:
    terminal.send("q")
    terminal.assert_ends_well()


def summaries(tmp_path: Path) -> int:
    with closing(sqlite3.connect(tmp_path / "cache" / "evtui" / "catalogue.sqlite")) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM summaries").fetchone()
        return int(count)


def test_two_programs_on_one_cache(start: Start, recordings: Path, tmp_path: Path) -> None:
    first = start(str(recordings))
    first.wait_for(KNOWN)
    second = start(str(recordings))
    second.wait_for(KNOWN)
    quit_quietly(first)
    second.send("r")
    second.wait_for(KNOWN)
    quit_quietly(second)
    assert summaries(tmp_path) == 3


def test_a_memory_that_is_damaged_while_the_program_runs(
    start: Start, recordings: Path, tmp_path: Path
) -> None:
    first = start(str(recordings))
    first.wait_for(KNOWN)
    (tmp_path / "cache" / "evtui" / "catalogue.sqlite").write_bytes(b"no database" * 10_000)
    first.send("r")
    first.wait_for(KNOWN)
    quit_quietly(first)
    second = start(str(recordings))
    second.wait_for(KNOWN)
    quit_quietly(second)
    assert summaries(tmp_path) == 3


def test_what_was_decoded_once_opens_at_once_in_the_next_run(
    start: Start, recordings: Path, tmp_path: Path
) -> None:
    path = write_text(recordings / "zz.txt")
    first = start(str(path))
    first.wait_for("memory")
    first.wait_for("loop")
    kept = tmp_path / "cache" / "evtui" / "events"
    first.wait_for(lambda _: len(list(kept.glob("*.events"))) == 1)
    quit_quietly(first)
    second = start(str(path))
    second.wait_for("  file  ")
    quit_quietly(second)
    assert [file.suffix for file in kept.iterdir()] == [".events"]
