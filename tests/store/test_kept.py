"""The folder of decoded events: what is in it, for how long, and what it does without room."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evtui.errors import ExportError, NeedsLoading, NotEnoughMemory
from evtui.recordings.formats import open_in_place
from evtui.store import kept as module
from evtui.store.kept import KeptEvents, opening_kept
from evtui.store.kept_file import write_kept
from support.loads import as_loaded, write_text
from support.small import write_h5

BYTES = 500 * 13
ROOM = 40_000
"""For three recordings of 500 events, whose files are some 12 kB each."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "events"


@pytest.fixture
def kept(folder: Path) -> KeptEvents:
    return KeptEvents(folder, ROOM)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [tmp_path / f"{number}.txt" for number in range(5)]


def keep(kept: KeptEvents, path: Path, at: float) -> None:
    """Keep a recording, last used at a time."""
    kept.keep(as_loaded(path), "own")
    for file in kept._folder.glob("*.events"):
        if file.stat().st_mtime > 1e6:
            os.utime(file, (at, at))


def held(kept: KeptEvents, paths: list[Path]) -> list[Path]:
    times = {file: file.stat().st_mtime for file in kept._folder.glob("*.events")}
    found = [path for path in paths if path.exists() and kept.find(path, "own") is not None]
    for file, at in times.items():
        os.utime(file, (at, at))
    return found


def test_what_is_kept_is_found_while_its_file_stays_the_same(kept, paths):
    path = paths[0]
    assert kept.find(path, "own") is None
    kept.keep(as_loaded(path), "own")
    found = kept.find(path, "own")
    assert found is not None
    assert found.recording.info.events == 500
    assert kept.find(path, "evlib") is None
    any_loader = kept.find_any(path)
    assert any_loader is not None
    path.write_bytes(b"another")
    assert kept.find(path, "own") is None
    assert kept.sizes() == [], "what fits nothing any more is dropped"


def test_a_recording_that_cannot_be_reached_keeps_its_events(kept, paths):
    kept.keep(as_loaded(paths[0]), "own")
    moved = paths[0].rename(paths[0].with_suffix(".away"))
    assert kept.find(paths[0], "own") is None
    moved.rename(paths[0])
    assert kept.find(paths[0], "own") is not None


def test_the_least_recently_used_go_first(kept, paths):
    for at, path in enumerate(paths[:3]):
        keep(kept, path, at)
    assert held(kept, paths) == paths[:3]
    assert kept.find(paths[0], "own") is not None  # used: now the latest of the three
    keep(kept, paths[3], 10)
    assert held(kept, paths) == [paths[0], paths[2], paths[3]]
    assert sum(kept.sizes()) <= ROOM


def test_a_smaller_budget_acts_when_it_is_asked_to(kept, paths):
    for at, path in enumerate(paths[:3]):
        keep(kept, path, at)
    kept.budget = ROOM // 2
    kept.shrink()
    assert held(kept, paths) == [paths[2]]
    kept.clear()
    assert kept.sizes() == []


def test_with_no_budget_or_no_folder_nothing_is_kept(folder, paths):
    for kept in (KeptEvents(folder, 0), KeptEvents(None, ROOM)):
        assert not kept.on
        kept.keep(as_loaded(paths[0]), "own")
        assert kept.find(paths[0], "own") is None
    assert not folder.exists()


def test_more_than_the_budget_is_refused_and_drops_nothing(kept, paths):
    keep(kept, paths[0], 1)
    with pytest.raises(NotEnoughMemory, match=r"65\.0 kB .* 40\.0 kB that are kept.*disk_budget"):
        kept.keep(as_loaded(paths[1], 5_000), "own")
    assert held(kept, paths) == [paths[0]]


def test_half_of_what_the_disk_has_left_stays_free(kept, paths, monkeypatch):
    free = SimpleNamespace(free=2 * BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(NotEnoughMemory, match="more than half of the"):
        kept.keep(as_loaded(paths[0]), "own")
    free.free += 1
    kept.keep(as_loaded(paths[0]), "own")
    assert len(kept.sizes()) == 1


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path, paths):
    (tmp_path / "file").write_text("in the way")
    kept = KeptEvents(tmp_path / "file" / "events", ROOM)
    assert kept.find(paths[0], "own") is None
    with pytest.raises(ExportError, match=r"file/events: cannot be used: "):
        kept.keep(as_loaded(paths[0]), "own")
    assert kept.sizes() == []


def test_a_damaged_file_is_dropped(kept, paths):
    kept.keep(as_loaded(paths[0]), "own")
    (file,) = kept._folder.glob("*.events")
    file.write_bytes(file.read_bytes()[:-1])
    assert kept.find(paths[0], "own") is None
    assert not file.exists()


def test_what_cannot_be_read_now_is_not_dropped(kept, paths, monkeypatch):
    def read(*_: object) -> None:
        raise OSError(errno.EMFILE, "too many open files")

    kept.keep(as_loaded(paths[0]), "own")
    monkeypatch.setattr(module, "read_kept", read)
    assert kept.find(paths[0], "own") is None
    monkeypatch.undo()
    assert kept.find(paths[0], "own") is not None


def test_what_has_changed_while_it_was_decoded_is_not_written(kept, paths):
    loaded = as_loaded(paths[0])
    paths[0].write_bytes(b"it went on growing")
    kept.keep(loaded, "own")
    assert kept.sizes() == []


def test_whole_files_count_and_not_their_events_alone(kept, paths):
    keep(kept, paths[0], 1)
    (size,) = kept.sizes()
    kept.budget = 2 * size - 1
    kept.keep(as_loaded(paths[1]), "own")
    assert held(kept, paths) == [paths[1]]


def test_a_budget_that_is_lowered_while_something_is_written_holds(kept, paths, monkeypatch):
    def write(*args: Any) -> None:
        write_kept(*args)
        kept.budget = 1

    monkeypatch.setattr(module, "write_kept", write)
    kept.keep(as_loaded(paths[0]), "own")
    assert kept.sizes() == []


def test_one_that_is_stopped_drops_nothing_for_what_it_does_not_write(kept, paths):
    for at, path in enumerate(paths[:3]):
        keep(kept, path, at)
    loaded = as_loaded(paths[3])
    with kept._writing:
        waiting = threading.Thread(target=kept.keep, args=(loaded, "own"))
        waiting.start()
        kept._stopped = True
    waiting.join(10)
    kept._stopped = False
    assert held(kept, paths) == paths[:3]


def test_one_that_was_stopped_keeps_nothing_more(kept, paths):
    kept.stop()
    kept.keep(as_loaded(paths[0]), "own")
    assert kept.sizes() == []


def test_what_a_killed_program_began_is_removed_after_a_day(kept, paths, folder):
    folder.mkdir(parents=True)
    old, young = folder / ".evtui-0a.part", folder / ".evtui-0b.part"
    for begun in (old, young):
        begun.write_bytes(b"begun")
    os.utime(old, (1, 1))
    kept.keep(as_loaded(paths[0]), "own")
    assert (old.exists(), young.exists()) == (False, True)


def test_an_opener_takes_what_is_kept_only_where_it_must(kept, tmp_path, monkeypatch):
    opener = opening_kept(kept, open_in_place)
    in_place = write_h5(tmp_path / "a.h5")
    monkeypatch.setattr(module.KeptEvents, "find_any", lambda *_: pytest.fail("asked"))
    opener(in_place, None).close()
    monkeypatch.undo()
    text = write_text(tmp_path / "a.txt")
    with pytest.raises(NeedsLoading):
        opener(text, None)
    kept.keep(as_loaded(text), "own")
    assert opener(text, None).info.events == 500


def test_a_recording_that_may_not_be_looked_at_is_as_good_as_not_kept(kept, paths, monkeypatch):
    kept.keep(as_loaded(paths[0]), "own")

    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", refuse)
        assert kept.find(paths[0], "own") is None
    assert kept.find(paths[0], "own") is not None
