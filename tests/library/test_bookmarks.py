from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evtui.errors import EvtuiError, ExportError
from evtui.library.bookmarks import VERSION, Bookmark
from support.bookmarking import FIRST_US, SIZE, add_many, open_again


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where bookmarks are kept; not there yet."""
    return tmp_path / "data" / "bookmarks"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "drone.h5"
    path.touch()
    return path


def kept_file(folder: Path) -> Path:
    [file] = folder.glob("*.json")
    return file


def set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("*.damaged-*"))


def test_a_recording_without_bookmarks_has_none_and_asking_makes_nothing(recording, folder):
    bookmarks = open_again(recording, folder)
    assert bookmarks.all == ()
    assert bookmarks.note == ""
    assert not folder.exists()


def test_bookmarks_are_kept_by_time(recording, folder):
    bookmarks = open_again(recording, folder)
    bookmarks.add(2_000_000, " landing ")
    bookmarks.add(1_000_000, "take-off")
    assert bookmarks.all == (Bookmark(1_000_000, "take-off"), Bookmark(2_000_000, "landing"))
    assert open_again(recording, folder).all == bookmarks.all
    assert bookmarks.times_us == (1_000_000, 2_000_000)


def test_one_is_removed_and_one_renamed(recording, folder):
    bookmarks = open_again(recording, folder)
    first, second = bookmarks.add(10, "a"), bookmarks.add(20, "b")
    bookmarks.remove(first)
    assert bookmarks.rename(second, "c") == Bookmark(20, "c")
    assert bookmarks.all == open_again(recording, folder).all == (Bookmark(20, "c"),)
    bookmarks.remove(first)
    with pytest.raises(EvtuiError, match="'b' is no longer there"):
        bookmarks.rename(second, "d")


def test_next_and_previous(recording, folder):
    bookmarks = open_again(recording, folder)
    for time_us in (10, 20, 30):
        bookmarks.add(time_us, str(time_us))
    assert bookmarks.next(10) == Bookmark(20, "20")
    assert bookmarks.next(30) is None
    assert bookmarks.previous(30) == Bookmark(20, "20")
    assert bookmarks.previous(10) is None


def test_a_relative_path_is_the_same_recording(recording, folder, monkeypatch):
    open_again(recording, folder).add(1, "here")
    monkeypatch.chdir(recording.parent)
    assert open_again(Path("drone.h5"), folder).times_us == (1,)
    assert open_again(Path("data/../drone.h5"), folder).times_us == (1,)


def test_by_a_link_it_is_the_same_recording(recording, folder):
    open_again(recording, folder).add(1, "here")
    link = recording.with_name("link.h5")
    link.symlink_to(recording)
    assert open_again(link, folder).times_us == (1,)


def test_recordings_do_not_share_bookmarks(recording, folder):
    open_again(recording, folder).add(1, "here")
    other = recording.with_name("other.h5")
    assert open_again(other, folder).all == ()


def test_a_time_outside_every_recording_is_refused(recording, folder):
    bookmarks = open_again(recording, folder)
    for time_us in (-1, 2**63):
        with pytest.raises(ValueError, match="outside every recording"):
            bookmarks.add(time_us, "never")
    assert bookmarks.all == ()


# A changed file, a moved file


@pytest.mark.parametrize(
    ("size", "first_us", "told"),
    [
        (2_000, FIRST_US, "its size was 1,000 bytes and is 2,000"),
        (SIZE, 7, "its first event was at 5000000 µs and is at 7 µs"),
    ],
)
def test_a_file_that_changed_keeps_its_bookmarks_and_says_so(
    recording, folder, size, first_us, told
):
    open_again(recording, folder).add(1, "here")
    changed = open_again(recording, folder, size, first_us)
    assert changed.times_us == (1,)
    assert changed.note.endswith(told)
    changed.add(2, "there")
    assert open_again(recording, folder, size, first_us).note == ""


def test_a_moved_file_takes_its_bookmarks_along(recording, folder, tmp_path):
    open_again(recording, folder).add(1, "here")
    moved = recording.rename(tmp_path / "renamed.h5")
    bookmarks = open_again(moved, folder)
    assert bookmarks.times_us == (1,)
    assert str(recording) in bookmarks.note
    bookmarks.add(2, "there")
    again = open_again(moved, folder)
    assert (again.times_us, again.note) == ((1, 2), "")


def test_a_copy_beside_the_original_has_bookmarks_of_its_own(recording, folder, tmp_path):
    open_again(recording, folder).add(1, "here")
    assert open_again(tmp_path / "copy.h5", folder).all == ()


def test_of_several_lost_files_the_one_of_the_same_name_was_moved(folder, tmp_path):
    old = [tmp_path / "drone.h5", tmp_path / "fan.h5"]
    for time_us, path in enumerate(old, 1):
        path.touch()
        open_again(path, folder).add(time_us, path.name)
    for path in old:
        path.unlink()
    assert open_again(tmp_path / "new" / "fan.h5", folder).times_us == (2,)
    assert open_again(tmp_path / "new" / "other.h5", folder).all == ()
    assert open_again(tmp_path / "new" / "fan.h5", folder, SIZE + 1).all == ()


def test_bookmarks_all_removed_do_not_come_back_from_a_lost_file(recording, folder, tmp_path):
    open_again(recording, folder).add(1, "here")
    moved = recording.rename(tmp_path / "renamed.h5")
    bookmarks = open_again(moved, folder)
    bookmarks.remove(bookmarks.all[0])
    assert open_again(moved, folder).all == ()


# Damage


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"version": 0}',
        b'{"version": true}',
        b'{"version": 1, "path": "x", "bytes": 1, "t_first_us": 0}',
        b'{"version": 1, "path": "x", "bytes": 1, "t_first_us": 0, "bookmarks": [1]}',
        b'{"version": 1, "path": "x", "bytes": 1.5, "t_first_us": 0, "bookmarks": []}',
        b'{"version": 1, "path": "x", "bytes": 1, "t_first_us": 0,'
        b' "bookmarks": [{"time_us": -1, "name": ""}]}',
        b'{"version": 1, "path": "x", "bytes": 1, "t_first_us": 0,'
        b' "bookmarks": [{"time_us": 1, "name": null}]}',
    ],
)
def test_a_damaged_file_is_told_and_kept_aside(recording, folder, content):
    open_again(recording, folder).add(1, "here")
    kept_file(folder).write_bytes(content)
    bookmarks = open_again(recording, folder)
    [aside] = set_aside(folder)
    assert aside.read_bytes() == content
    assert bookmarks.all == ()
    assert "is damaged" in bookmarks.note
    assert str(aside) in bookmarks.note
    bookmarks.add(2, "anew")
    again = open_again(recording, folder)
    assert (again.times_us, again.note) == ((2,), "")


def test_a_file_damaged_meanwhile_loses_nothing_that_is_known(recording, folder):
    bookmarks = open_again(recording, folder)
    bookmarks.add(1, "here")
    kept_file(folder).write_bytes(b"{")
    bookmarks.add(2, "there")
    assert len(set_aside(folder)) == 1
    assert "is damaged" in bookmarks.note
    assert open_again(recording, folder).times_us == (1, 2)


def test_a_file_of_a_later_version_stays_as_it_is(recording, folder):
    open_again(recording, folder).add(1, "here")
    newer = json.dumps({"version": VERSION + 1, "marks": "otherwise"})
    kept_file(folder).write_text(newer)
    bookmarks = open_again(recording, folder)
    assert "a later version" in bookmarks.note
    with pytest.raises(ExportError, match="a later version"):
        bookmarks.add(2, "there")
    assert kept_file(folder).read_text() == newer


def test_a_file_that_cannot_be_read_stays_as_it_is(recording, folder):
    open_again(recording, folder).add(1, "here")
    file = kept_file(folder)
    file.unlink()
    file.mkdir()
    bookmarks = open_again(recording, folder)
    assert "cannot be read" in bookmarks.note
    with pytest.raises(ExportError, match="cannot be read"):
        bookmarks.add(2, "there")
    file.rmdir()
    bookmarks.reload()
    assert (bookmarks.all, bookmarks.note) == ((), "")


def test_a_folder_that_cannot_be_made_is_a_clear_error(recording, tmp_path):
    (tmp_path / "file").touch()
    bookmarks = open_again(recording, tmp_path / "file" / "bookmarks")
    with pytest.raises(ExportError, match="cannot be written"):
        bookmarks.add(1, "here")
    assert bookmarks.all == ()


def test_damaged_files_of_others_do_not_matter(recording, folder, tmp_path):
    open_again(recording, folder).add(1, "here")
    (folder / "0.json").write_bytes(b"{")
    (folder / "1.json").mkdir()
    moved = recording.rename(tmp_path / "renamed.h5")
    assert open_again(moved, folder).times_us == (1,)
    assert (folder / "0.json").read_bytes() == b"{"


# Names


def test_names_are_data(recording, folder):
    bookmarks = open_again(recording, folder)
    bookmarks.add(1, "[red]not markup[/]")
    bookmarks.add(2, "\x1b[31mred\nnext line")
    assert [mark.name for mark in bookmarks.all] == ["[red]not markup[/]", "�[31mred�next line"]
    file = kept_file(folder)
    file.write_text(file.read_text().replace("[red]", "\\u001b]0;title\\u0007"))
    assert open_again(recording, folder).all[0].name == "�]0;title�not markup[/]"


def test_a_path_of_any_bytes_can_have_bookmarks(folder, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9\n.h5"))
    open_again(path, folder).add(1, "here")
    assert open_again(path, folder).times_us == (1,)
    assert open_again(tmp_path / "renamed.h5", folder).note.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), st.text())))
def test_what_is_added_is_read_back(tmp_path, added):
    folder = tmp_path / str(abs(hash(tuple(added))))
    bookmarks = open_again(Path("drone.h5"), folder)
    expected = {bookmarks.add(time_us, name) for time_us, name in added}
    assert open_again(Path("drone.h5"), folder).all == tuple(sorted(expected)) == bookmarks.all


# Two programs at once


def test_what_another_program_added_is_not_lost(recording, folder):
    one, other = open_again(recording, folder), open_again(recording, folder)
    one.add(1, "one")
    other.add(2, "other")
    assert other.times_us == (1, 2)
    one.remove(Bookmark(1, "one"))
    assert one.times_us == (2,)
    other.reload()
    assert other.times_us == (2,)


def test_programs_that_write_at_the_same_time_lose_nothing(recording, folder):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    programs = [
        context.Process(target=add_many, args=(recording, folder, start, barrier))
        for start in (0, 100)
    ]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [program.exitcode for program in programs] == [0, 0]
    assert open_again(recording, folder).times_us == (*range(25), *range(100, 125))
    assert [file.suffix for file in folder.iterdir() if file.name != ".lock"] == [".json"]
