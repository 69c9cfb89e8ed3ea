from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.library.discovery import (
    FOLDER,
    NO_FILE,
    Dataset,
    Doubtful,
    Folder,
    Inner,
    Obstacle,
    discover,
    list_folder,
    look_at,
)


def names(*paths: Path) -> list[str]:
    return [item.name for item in discover(paths) if isinstance(item, Dataset)]


def test_lists_by_ending_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.raw", "a.h5", "notes.md", "c.HDF5", ".hidden.h5"):
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == ["a.h5", "b.raw", "c.HDF5"]


def test_says_folder_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    file = tmp_path / "deep" / "er" / "a.raw"
    file.write_bytes(b"12345")
    (found,) = discover([tmp_path])
    assert found == Dataset(file, "deep/er", 5, file.stat().st_mtime_ns)


def test_a_file_given_by_name_is_listed_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "odd.bin").write_bytes(b"x")
    assert names(tmp_path / "odd.bin") == ["odd.bin"]


def test_text_is_listed_only_if_it_holds_events(tmp_path: Path) -> None:
    (tmp_path / "events.txt").write_text("0.001 10 20 1\n0.002 11 20 0\n")
    (tmp_path / "README.txt").write_text("what these recordings are\n")
    (tmp_path / "weights.npy").write_bytes(b"no events")
    assert names(tmp_path) == ["events.txt"]


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.h5").write_bytes(b"x")
    (tmp_path / "inner" / "back").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(tmp_path) == ["a.h5"]


def test_a_broken_link_is_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "gone.h5").symlink_to(tmp_path / "nowhere")
    assert list(discover([tmp_path])) == [Obstacle(tmp_path / "gone.h5", "no such file")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_an_obstacle_and_the_rest_goes_on(tmp_path: Path) -> None:
    locked = tmp_path / "a_locked"
    locked.mkdir(mode=0)
    (tmp_path / "b.h5").write_bytes(b"x")
    found = list(discover([tmp_path]))
    locked.chmod(0o700)
    assert isinstance(found[0], Obstacle) and "permission denied" in found[0].reason
    assert isinstance(found[1], Dataset)


def test_a_folder_that_cannot_be_listed_is_an_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "z.h5").write_bytes(b"x")
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    obstacle, dataset = discover([tmp_path])
    assert obstacle == Obstacle(
        tmp_path / "locked", "permission denied (check the file's owner and mode)"
    )
    assert isinstance(dataset, Dataset)


def test_a_path_that_is_missing_is_an_obstacle(tmp_path: Path) -> None:
    assert list(discover([tmp_path / "none.h5"])) == [
        Obstacle(tmp_path / "none.h5", "no such file")
    ]


def test_stops_when_cancelled(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.h5").write_bytes(b"x")
    listing = discover([tmp_path], lambda: True)
    assert list(listing) == []


def test_a_pipe_named_like_a_recording_is_an_obstacle_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.raw")
    os.mkfifo(tmp_path / "b.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "c.h5"))
        assert list(discover([tmp_path, tmp_path / "a.raw"])) == [
            Obstacle(tmp_path / "a.raw", NO_FILE),
            Obstacle(tmp_path / "c.h5", NO_FILE),
            Obstacle(tmp_path / "a.raw", NO_FILE),
        ]


def test_a_folder_in_a_file_s_place_is_called_one(tmp_path: Path) -> None:
    assert look_at(tmp_path, "") == Obstacle(tmp_path, FOLDER)


def test_names_of_any_bytes_are_found(tmp_path: Path) -> None:
    odd = [b"\xff\xfe.h5", b"[red]\x1b[31m.h5", b"a\nb.raw"]
    for name in odd:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    assert sorted(map(os.fsencode, names(tmp_path))) == sorted(odd)


def test_an_empty_file_and_one_without_an_ending(tmp_path: Path) -> None:
    (tmp_path / "empty.h5").touch()
    (tmp_path / "h5").write_bytes(b"x")
    assert names(tmp_path) == ["empty.h5"]


def test_a_tree_deeper_than_python_s_own_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = 1_900
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("a.h5").write_bytes(b"x")
    os.chdir(tmp_path)
    (found,) = discover([Path()])
    found.path.unlink()
    for level in range(depth, 0, -1):  # pytest's own tidying is not up to it
        Path("/".join("d" * level)).rmdir()
    assert isinstance(found, Dataset)
    assert found.folder == "/".join("d" * depth)


def test_a_folder_that_goes_while_it_is_walked_is_an_obstacle(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.h5").write_bytes(b"x")
    listing = discover([tmp_path])
    assert next(listing) == Dataset(
        tmp_path / "a" / "x.h5", "a", 1, (tmp_path / "a" / "x.h5").stat().st_mtime_ns
    )
    shutil.rmtree(tmp_path / "b")
    assert list(listing) == [Obstacle(tmp_path / "b", "no such file")]


def test_one_folder_is_listed_alone_and_without_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "c.h5").write_bytes(b"x")
    for name in ("a.h5", "b.h5", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    folder, *rest = list_folder(tmp_path, "up", lambda path: path.name == "a.h5")
    assert isinstance(folder, Folder)
    assert folder.mtime_ns == tmp_path.stat().st_mtime_ns
    b, inner, notes = rest
    assert isinstance(b, Dataset)
    assert (b.name, b.folder) == ("b.h5", "up")
    assert inner == Inner(tmp_path / "inner", "up/inner")
    assert isinstance(notes, Doubtful)


NAMES = st.text("abc.", min_size=1, max_size=4).filter(lambda name: name.strip("."))
TREES = st.recursive(
    st.sampled_from([".h5", ".raw", ".md", ""]),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, TREES, max_size=5))
def test_any_tree_is_walked_as_the_system_s_own_walk_does(tree: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        grow(top, tree)
        expected = {
            Path(folder) / file
            for folder, folders, files in os.walk(top)
            if not any(part.startswith(".") for part in Path(folder).relative_to(top).parts)
            for file in files
            if file.endswith((".h5", ".raw")) and not file.startswith(".")
        }
        found = list(discover([top]))
        assert {item.path for item in found} == expected
        assert len(found) == len(expected)
        parts = [item.path.relative_to(top).parts for item in found]
        assert parts == sorted(parts), "depth first in order of name"


def grow(folder: Path, tree: dict[str, object]) -> None:
    """Make files, where a name stands for an ending, and folders."""
    for name, inner in tree.items():
        if isinstance(inner, dict):
            (folder / name).mkdir(exist_ok=True)
            grow(folder / name, inner)
        elif not (folder / f"{name}{inner}").is_dir():
            (folder / f"{name}{inner}").write_bytes(b"x")
