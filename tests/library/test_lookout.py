from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evtui.library.catalogue import Catalogue
from evtui.library.discovery import Dataset, Folder, Obstacle, look_at, walk
from evtui.library.lookout import GONE, Lookout, Noticed, Sight
from support.loads import write_text

AN_HOUR_NS = 3_600_000_000_000


class Screen:
    """Has some files, shows them to a lookout and waits until it has looked."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.reports: list[Noticed] = []
        self.known: set[Path] = set()
        self.later_ns = AN_HOUR_NS
        self.catalogue = Catalogue(None)
        self.lookout = Lookout(
            self.catalogue, self.reports.append, self.known.__contains__, self.now_ns
        )
        items = list(walk([top], lambda: False))
        self.lookout.know(item for item in items if isinstance(item, Folder))
        self.known |= {item.path for item in items if isinstance(item, Dataset)}

    def now_ns(self) -> int:
        return self.top.stat().st_mtime_ns + self.later_ns

    def look(self, *datasets: Dataset, missing: frozenset[Path] = frozenset()) -> Noticed:
        """What is noticed of these files and of all folders."""
        before = len(self.reports)
        folders = [self.top, *(path for path in self.top.rglob("*") if path.is_dir())]
        self.lookout._look(Sight(datasets, missing, tuple(folders)))
        assert len(self.reports) <= before + 1
        return self.reports[-1] if len(self.reports) > before else Noticed()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.raw").write_bytes(b"12345")
    (tmp_path / "inner" / "b.raw").write_bytes(b"x")
    made = Screen(tmp_path)
    yield made
    made.lookout.close()
    made.lookout.join()
    made.catalogue.close()


def seen(path: Path, folder: str = "") -> Dataset:
    dataset = look_at(path, folder)
    assert isinstance(dataset, Dataset)
    return dataset


def names(noticed: Noticed) -> list[str]:
    return [dataset.name for dataset, _ in noticed.new]


def test_says_nothing_where_nothing_changed(screen: Screen) -> None:
    assert screen.look(seen(screen.top / "a.raw")).is_nothing
    assert not screen.reports


def test_a_file_that_grows_is_told_each_time_and_once_it_rests(screen: Screen) -> None:
    path = screen.top / "a.raw"
    shown = seen(path)
    for content in (b"123456", b"1234567"):
        path.write_bytes(content)
        noticed = screen.look(shown)
        assert [dataset.bytes for dataset in noticed.changed] == [len(content)]
        assert not noticed.rested
        (shown,) = noticed.changed
    assert screen.look(shown) == Noticed(rested=(shown,))
    assert screen.look(shown).is_nothing


def test_a_file_that_rests_out_of_sight_is_told_too(screen: Screen) -> None:
    path = screen.top / "a.raw"
    shown = seen(path)
    path.write_bytes(b"123456")
    screen.look(shown)
    assert screen.look() == Noticed(rested=(seen(path),))


def test_a_file_that_went_and_is_back(screen: Screen) -> None:
    path = screen.top / "a.raw"
    shown = seen(path)
    path.rename(screen.top / "a.elsewhere")
    assert screen.look(shown).missing == (Obstacle(path, GONE),)
    (screen.top / "a.elsewhere").rename(path)
    assert screen.look(shown, missing=frozenset([path])) == Noticed(back=(path,))


def test_another_file_in_the_place_of_one_that_went(screen: Screen) -> None:
    path = screen.top / "a.raw"
    shown = seen(path)
    path.unlink()
    screen.look(shown)
    path.write_bytes(b"another one")
    noticed = screen.look(shown, missing=frozenset([path]))
    assert [dataset.bytes for dataset in noticed.changed] == [11]
    assert not noticed.back


def test_new_files_are_told_at_once_and_rest_before_they_are_learned(screen: Screen) -> None:
    (screen.top / "inner" / "new.raw").write_bytes(b"x")
    (screen.top / "notes.txt").write_text("no events\n")
    noticed = screen.look()
    ((dataset, summary),) = noticed.new
    assert (dataset.name, dataset.folder, summary) == ("new.raw", "inner", None)
    screen.known.add(dataset.path)
    assert screen.look() == Noticed(rested=(dataset,))
    assert screen.look().is_nothing


def test_only_a_folder_that_changed_is_listed(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[Path] = []
    scandir = os.scandir

    def note(folder: Path) -> object:
        listed.append(Path(folder))
        return scandir(folder)

    (screen.top / "inner" / "new.raw").write_bytes(b"x")
    folders = (screen.top, screen.top / "inner")
    monkeypatch.setattr(os, "scandir", note)
    screen.lookout._look(Sight((), folders=folders))
    screen.lookout._look(Sight((), folders=folders))
    assert listed == [screen.top / "inner"]


def test_a_folder_that_changed_just_now_is_listed_again(screen: Screen) -> None:
    """Its time may not show that one more file came in the same moment."""
    screen.later_ns = 0
    (screen.top / "one.raw").write_bytes(b"x")
    stamp = screen.top.stat().st_mtime_ns
    assert names(screen.look()) == ["one.raw"]
    screen.known.add(screen.top / "one.raw")
    (screen.top / "two.raw").write_bytes(b"x")
    os.utime(screen.top, ns=(stamp, stamp))
    assert names(screen.look()) == ["two.raw"]


def test_what_is_in_a_new_folder_is_found_however_deep(screen: Screen) -> None:
    (screen.top / "later" / "deep").mkdir(parents=True)
    (screen.top / "later" / "deep" / "c.raw").write_bytes(b"x")
    ((dataset, _),) = screen.look().new
    assert (dataset.name, dataset.folder) == ("c.raw", "later/deep")


def test_a_link_to_a_folder_that_is_known_is_not_walked(screen: Screen) -> None:
    (screen.top / "again").symlink_to(screen.top / "inner")
    (screen.top / "inner" / "back").symlink_to(screen.top)
    assert screen.look().is_nothing


def test_a_folder_that_nobody_listed_is_left_alone(screen: Screen, tmp_path: Path) -> None:
    """A file that was given by name does not bring its neighbours with it."""
    other = Screen(screen.top / "inner")
    (screen.top / "new.raw").write_bytes(b"x")
    other.lookout._look(Sight((), folders=(screen.top,)))
    assert not other.reports


def test_text_that_holds_events_is_found_and_other_text_is_opened_once(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evtui.library import survey

    opened: list[str] = []
    identify: Callable[[Path], object] = survey.identify

    def note(path: Path) -> object:
        opened.append(path.name)
        return identify(path)

    monkeypatch.setattr(survey, "identify", note)
    write_text(screen.top / "events.txt")
    (screen.top / "notes.txt").write_text("no events\n")
    assert names(screen.look()) == ["events.txt"]
    screen.known.add(screen.top / "events.txt")
    (screen.top / "more.raw").write_bytes(b"x")
    screen.look()
    assert opened == ["events.txt", "notes.txt"]


def test_a_file_system_that_hangs_keeps_one_thread_and_the_newest_sight(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evtui.library import lookout as module

    hanging, go_on, done = threading.Event(), threading.Event(), threading.Event()
    looked: list[str] = []

    def hang(path: Path, folder: str) -> Obstacle:
        looked.append(path.name)
        hanging.set()
        assert go_on.wait(10)
        if path.name == "9":
            done.set()
        return Obstacle(path, "no such file")

    monkeypatch.setattr(module, "look_at", hang)
    before = threading.active_count()
    for number in range(10):
        screen.lookout.look(Sight((Dataset(Path(str(number)), "", 1, 1),)))
        assert hanging.wait(10)
    assert threading.active_count() == before
    go_on.set()
    assert done.wait(10)
    assert looked == ["0", "9"]
