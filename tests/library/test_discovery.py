from __future__ import annotations

import os
from pathlib import Path

import pytest

from evtui.library.discovery import Dataset, Obstacle, discover


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
