from __future__ import annotations

import threading
from pathlib import Path

import pytest

from evtui.errors import CannotRead
from evtui.library.shelf import Shelf
from evtui.recordings.base import Recording
from evtui.recordings.memory import MemoryRecording
from evtui.timing import Stopwatch
from support.small import in_memory


class Shop:
    """Opens recordings that remember whether they were closed."""

    def __init__(self) -> None:
        self.opened: list[Path] = []
        self.closed: list[Path] = []

    def open(self, path: Path, _stopwatch: Stopwatch | None) -> Recording:
        self.opened.append(path)
        shop = self

        class Closable(MemoryRecording):
            def close(self) -> None:
                shop.closed.append(path)

        return Closable(in_memory(10).columns, in_memory(0).info)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}.h5" for number in range(5)]
    for path in made:
        path.write_bytes(b"x")
    return made


def test_a_second_taking_opens_nothing(files: list[Path]) -> None:
    shop = Shop()
    shelf = Shelf(2, shop.open)
    first = shelf.take(files[0])
    shelf.put_back(files[0])
    assert shelf.take(files[0]) is first
    assert shop.opened == [files[0]]


def test_the_least_recently_used_is_closed(files: list[Path]) -> None:
    shop = Shop()
    shelf = Shelf(2, shop.open)
    for path in files[:3]:
        shelf.take(path)
        shelf.put_back(path)
    assert shop.closed == [files[0]]


def test_what_is_taken_stays_open(files: list[Path]) -> None:
    shop = Shop()
    shelf = Shelf(1, shop.open)
    shelf.take(files[0])
    shelf.take(files[0])
    for path in files[1:]:
        shelf.take(path)
        shelf.put_back(path)
    assert files[0] not in shop.closed
    shelf.put_back(files[0])
    shelf.take(files[4])
    assert files[0] not in shop.closed, "taken twice, put back once"


def test_a_file_that_changed_is_opened_again(files: list[Path]) -> None:
    shop = Shop()
    shelf = Shelf(2, shop.open)
    shelf.take(files[0])
    shelf.put_back(files[0])
    files[0].write_bytes(b"longer")
    shelf.take(files[0])
    assert shop.opened == [files[0], files[0]]
    assert shop.closed == [files[0]]


def test_two_threads_open_one_recording_once(files: list[Path]) -> None:
    shop = Shop()
    start = threading.Barrier(2)

    def slow(path: Path, stopwatch: Stopwatch | None) -> Recording:
        return shop.open(path, stopwatch)

    shelf = Shelf(2, slow)
    taken: list[Recording] = []

    def take() -> None:
        start.wait()
        taken.append(shelf.take(files[0]))

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken[0] is taken[1]
    assert len(shop.opened) == 1


def test_closing_closes_everything(files: list[Path]) -> None:
    shop = Shop()
    shelf = Shelf(4, shop.open)
    for path in files[:3]:
        shelf.take(path)
    shelf.close()
    assert sorted(shop.closed) == files[:3]


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="no such file"):
        Shelf().take(tmp_path / "none.h5")
