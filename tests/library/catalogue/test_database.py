"""Whatever is wrong with the catalogue's file: the program goes on, and says what is wrong."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evtui.library.catalogue import Catalogue, database
from evtui.library.catalogue.tables import VERSION
from evtui.library.discovery import Dataset
from evtui.library.summary import Summary

DATASET = Dataset(Path("/somewhere/a.h5"), "", 1_000, 42)
OTHER = dataclasses.replace(DATASET, path=Path("/somewhere/b.h5"))
SUMMARY = Summary(format="HDF5", width=640, height=480, events=7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "catalogue.sqlite"


@pytest.fixture
def opened(file: Path) -> Iterator[Callable[[], Catalogue]]:
    """Opens catalogues on the file; they are closed when the test ends."""
    catalogues: list[Catalogue] = []

    def make() -> Catalogue:
        catalogues.append(Catalogue(file))
        return catalogues[-1]

    yield make
    for catalogue in catalogues:
        catalogue.close()


Opened = Callable[[], Catalogue]


def beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def filled(file: Path, rows: int = 400) -> None:
    """A catalogue of an earlier run, of many pages."""
    catalogue = Catalogue(file)
    for number in range(rows):
        catalogue.put(dataclasses.replace(DATASET, bytes=number, path=Path(f"/{number}")), SUMMARY)
    catalogue.put(DATASET, SUMMARY)
    catalogue.close()


def works(catalogue: Catalogue, dataset: Dataset = OTHER) -> bool:
    """Whether what is put is there once it was written."""
    catalogue.put(dataset, SUMMARY)
    return catalogue.flush() and catalogue.get(dataset) == SUMMARY


def version_of(file: Path) -> int:
    connection = sqlite3.connect(file)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return version


def set_version(file: Path, version: int) -> None:
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


# When it is opened


@pytest.mark.parametrize(
    "content", [b"this is no database" * 1_000, b"SQLite format 3\0" + b"\xff" * 9_000]
)
def test_garbage_is_made_anew(file: Path, opened: Opened, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    catalogue = opened()
    assert works(catalogue)
    assert not catalogue.in_memory
    assert str(file) in catalogue.problem and "damaged" in catalogue.problem
    catalogue.close()
    catalogue = opened()
    assert catalogue.get(OTHER) == SUMMARY
    assert not catalogue.problem


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_file_without_content_is_made_anew_without_a_word(
    file: Path, opened: Opened, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    beside(file, "-wal").write_bytes(b"left over")
    catalogue = opened()
    assert works(catalogue)
    assert (catalogue.problem, catalogue.in_memory) == ("", False)


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1, 0])
def test_another_version_is_made_anew_without_a_word(
    file: Path, opened: Opened, version: int
) -> None:
    filled(file)
    set_version(file, version)
    catalogue = opened()
    assert catalogue.get(DATASET) is None
    assert works(catalogue)
    assert (catalogue.problem, catalogue.in_memory) == ("", False)
    assert version_of(file) == VERSION


def test_a_file_in_the_place_of_its_folder_leaves_it_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    catalogue = Catalogue(tmp_path / "cache" / "catalogue.sqlite")
    assert works(catalogue)
    assert catalogue.in_memory
    assert "catalogue.sqlite" in catalogue.problem
    assert "nothing is remembered beyond this run" in catalogue.problem
    catalogue.close()


def test_a_folder_in_its_place_stays_there(file: Path, opened: Opened) -> None:
    (file / "deeper").mkdir(parents=True)
    catalogue = opened()
    assert works(catalogue)
    assert catalogue.in_memory
    assert f"{file}: it is a folder (remove it)" in catalogue.problem
    assert (file / "deeper").is_dir()


def test_a_folder_that_may_not_be_written_leaves_it_in_memory(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object, *_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    catalogue = opened()
    assert works(catalogue)
    assert catalogue.in_memory
    assert "permission denied (check the folder's owner and mode)" in catalogue.problem


def test_a_full_disk_leaves_a_new_file_in_memory(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = database._SETTINGS
    monkeypatch.setattr(database, "_SETTINGS", settings + "PRAGMA max_page_count = 2;")
    catalogue = opened()
    assert works(catalogue)
    assert catalogue.in_memory
    assert f"{file}: the disk is full (free some space)" in catalogue.problem


def test_a_program_that_keeps_the_lock_is_waited_for_and_named(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_WAIT_S", 0.02)
    file.parent.mkdir()
    with beside(file, ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalogue = opened()
    assert works(catalogue)
    assert catalogue.in_memory
    assert "another program keeps it locked (end that one)" in catalogue.problem


def test_a_missing_or_damaged_wal_loses_no_more_than_it_held(file: Path, opened: Opened) -> None:
    filled(file)
    for content in (None, b"", b"garbage" * 9_000):
        first = opened()
        assert works(first)
        copies = {end: beside(file, end).read_bytes() for end in ("", "-wal", "-shm")}
        first.close()
        for ending, copy in copies.items():
            beside(file, ending).write_bytes(copy)
        beside(file, "-wal").unlink()
        if content is not None:
            beside(file, "-wal").write_bytes(content)
        second = opened()
        assert second.get(DATASET) == SUMMARY
        assert works(second)
        assert not second.in_memory
        second.close()


# While it is open


def spoil(file: Path) -> None:
    """Overwrite every page but the first."""
    size = file.stat().st_size
    with file.open("r+b") as opened_file:
        opened_file.seek(4_096)
        opened_file.write(b"\xff" * (size - 4_096))


def cut(file: Path) -> None:
    os.truncate(file, 5_000)


def empty(file: Path) -> None:
    os.truncate(file, 0)


@pytest.mark.parametrize("damage", [spoil, cut, empty])
def test_a_file_that_is_damaged_while_it_is_open_is_made_anew_once(
    file: Path, opened: Opened, damage: Callable[[Path], None]
) -> None:
    filled(file)
    catalogue = opened()
    told: list[str] = []
    catalogue.on_problem(told.append)
    damage(file)
    assert catalogue.get(DATASET) is None
    assert works(catalogue)
    assert not catalogue.in_memory
    assert [f"{file}: it was damaged and is made anew" in one for one in told] == [True]
    assert works(opened(), DATASET)
    catalogue.flush()
    damage(file)
    catalogue.get(DATASET)
    assert works(catalogue), "in memory, if it was noticed"


def test_damage_met_in_writing_loses_nothing_that_is_being_written(
    file: Path, opened: Opened
) -> None:
    filled(file)
    catalogue = opened()
    spoil(file)
    assert works(catalogue)
    assert opened().get(OTHER) == SUMMARY


def test_what_is_damaged_again_and_again_is_left_for_memory(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(file)
    monkeypatch.setattr(database, "is_damage", lambda error: True)
    catalogue = opened()
    inodes = set()
    for _ in range(5):
        catalogue._database.ask("SELECT * FROM nowhere")
        inodes.add(file.stat().st_ino)
        assert works(catalogue)
    assert len(inodes) == 1
    assert catalogue.in_memory
    assert "damaged again and again (check the disk)" in catalogue.problem


def test_two_programs_that_meet_the_same_damage_share_one_new_file(
    file: Path, opened: Opened
) -> None:
    filled(file)
    one, other = opened(), opened()
    spoil(file)
    assert works(one, DATASET)
    inode = file.stat().st_ino
    assert other.get(DATASET) in (None, SUMMARY)
    assert works(other)
    assert file.stat().st_ino == inode
    assert one.get(OTHER) == other.get(DATASET) == SUMMARY
    assert not (one.in_memory or other.in_memory)


def test_a_file_that_is_removed_while_it_is_open_is_made_again(file: Path, opened: Opened) -> None:
    catalogue = opened()
    assert works(catalogue, DATASET)
    for ending in ("", "-wal", "-shm", ".lock"):
        beside(file, ending).unlink()
    file.parent.rmdir()
    assert works(catalogue)
    assert opened().get(OTHER) == SUMMARY
    assert not catalogue.problem


def test_a_file_that_another_version_made_meanwhile_is_left_to_it(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = opened()
    monkeypatch.setattr("evtui.library.catalogue.catalogue.VERSION", VERSION + 1)
    newer = opened()
    monkeypatch.undo()
    inode = file.stat().st_ino
    for _ in range(3):
        assert works(ours)
        assert works(newer)
    assert (file.stat().st_ino, version_of(file)) == (inode, VERSION + 1)
    assert ours.in_memory and not newer.in_memory
    assert "another version of evtui uses it now" in ours.problem
    ours.close()
    assert works(newer, DATASET), "whoever leaves takes nothing away"
    newer.close()
    assert version_of(file) == VERSION + 1


def test_a_disk_that_fills_up_keeps_what_is_put_in_memory_and_tries_again_at_the_end(
    file: Path, opened: Opened
) -> None:
    catalogue = opened()
    assert works(catalogue, DATASET)
    told: list[str] = []
    catalogue.on_problem(told.append)
    connection = catalogue._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    many = [dataclasses.replace(DATASET, path=Path(f"/{number}")) for number in range(500)]
    for dataset in many:
        catalogue.put(dataset, SUMMARY)
    assert not catalogue.flush()
    assert catalogue.get_many([*many, DATASET]) == [SUMMARY] * 501
    assert len(told) == 1 and "the disk is full (free some space)" in told[0]
    assert not catalogue.clear() or catalogue.get(DATASET) is None
    connection.execute("PRAGMA max_page_count = 100000").fetchall()
    catalogue.put(OTHER, SUMMARY)
    catalogue.close()
    assert opened().get(OTHER) == SUMMARY


def test_a_program_that_writes_all_the_time_is_waited_for_but_not_for_ever(
    file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_WAIT_S", 0.02)
    catalogue = opened()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    catalogue.put(DATASET, SUMMARY)
    assert not catalogue.flush()
    assert catalogue.get(DATASET) == SUMMARY
    other.execute("ROLLBACK")
    other.close()
    assert works(catalogue)
    assert opened().get(DATASET) == SUMMARY
    assert not catalogue.problem
