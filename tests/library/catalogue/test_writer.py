"""What is put is seen at once and written soon, and nobody waits for a disk that hangs."""

from __future__ import annotations

import threading

import pytest

from evtui.library.catalogue.database import Written
from evtui.library.catalogue.tables import COUNTS, SUMMARIES, Key, Table
from evtui.library.catalogue.writer import Batch, Writer

LONG_S = 30.0
"""More than any of it takes; no test waits for so long."""


class Disk:
    """Takes batches when it is let to, and as it is told to."""

    def __init__(self) -> None:
        self.batches: list[dict[str, object]] = []
        self.used: list[set[str]] = []
        self.outcomes: list[Written] = []
        """Of the next batches; all later ones are written."""
        self.turns = threading.Event()
        self.turns.set()
        self.busy = threading.Event()
        self.ended = 0

    def write(self, batch: Batch) -> Written:
        self.busy.set()
        assert self.turns.wait(LONG_S)
        rows = batch.rows.get(SUMMARIES, {})
        self.batches.append({path: value for path, (_, value) in rows.items()})
        self.used.append(batch.used.get(COUNTS, set()))
        return self.outcomes.pop(0) if self.outcomes else Written.YES

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def writer(disk: Disk) -> Writer:
    return Writer(disk.write, disk.end)


def key(path: str) -> Key:
    return path, 1, 2


def put(writer: Writer, path: str, value: str, table: Table[object] = SUMMARIES) -> None:
    writer.put(table, key(path), value)


def test_what_is_put_is_seen_until_it_is_written(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    put(writer, "a", "first")
    assert disk.busy.wait(LONG_S)
    assert writer.unwritten(SUMMARIES, [key("a"), key("b")]) == ["first", None]
    put(writer, "a", "second")
    assert writer.unwritten(SUMMARIES, [key("a"), ("a", 1, 3)]) == ["second", None]
    assert writer.unwritten(COUNTS, [key("a")]) == [None]
    disk.turns.set()
    assert writer.flush(LONG_S)
    assert disk.batches == [{"a": "first"}, {"a": "second"}]
    assert writer.unwritten(SUMMARIES, [key("a")]) == [None]


def test_of_one_path_only_the_newest_is_written(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    put(writer, "first", "")
    assert disk.busy.wait(LONG_S)
    for number in range(1_000):
        put(writer, "a", str(number))
    disk.turns.set()
    assert writer.flush(LONG_S)
    assert disk.batches == [{"first": ""}, {"a": "999"}]


def test_of_too_many_that_wait_the_oldest_go(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    put(writer, "first", "")
    assert disk.busy.wait(LONG_S)
    for number in range(COUNTS.most_waiting + 1):
        put(writer, str(number), "counts", COUNTS)
    last = str(COUNTS.most_waiting)
    assert writer.unwritten(COUNTS, [key("0"), key("1"), key(last)]) == [None, "counts", "counts"]
    disk.turns.set()
    assert writer.flush(LONG_S)


def test_what_another_program_keeps_from_being_written_is_written_with_what_comes_next(
    writer: Writer, disk: Disk
) -> None:
    disk.outcomes = [Written.LATER]
    put(writer, "a", "1")
    assert not writer.flush(LONG_S) or disk.batches[1:] == [{"a": "1"}]
    put(writer, "b", "2")
    assert writer.flush(LONG_S)
    assert {path for batch in disk.batches[1:] for path in batch} == {"a", "b"}


def test_after_a_fault_only_the_end_tries_again(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    disk.outcomes = [Written.NO]
    put(writer, "a", "1")
    assert disk.busy.wait(LONG_S)
    put(writer, "a", "2")
    disk.outcomes.append(Written.NO)
    disk.turns.set()
    assert not writer.flush(LONG_S)
    tried = len(disk.batches)
    put(writer, "b", "3")
    assert writer.unwritten(SUMMARIES, [key("a"), key("b")]) == ["2", "3"]
    assert len(disk.batches) == tried
    assert writer.close(LONG_S)
    assert disk.batches[-1] == {"a": "2", "b": "3"}


def test_uses_are_written_with_the_next_batch_or_at_the_end(writer: Writer, disk: Disk) -> None:
    for _ in range(3):
        writer.note_use(COUNTS, key("used"))
    assert disk.batches == []
    put(writer, "a", "1")
    assert writer.flush(LONG_S)
    writer.note_use(COUNTS, key("later"))
    assert writer.close(LONG_S)
    assert disk.used == [{"used"}, {"later"}]


def test_closing_writes_what_waits_then_ends_once(writer: Writer, disk: Disk) -> None:
    put(writer, "a", "1")
    assert writer.close(LONG_S)
    assert writer.close(LONG_S)
    assert disk.batches == [{"a": "1"}]
    assert disk.ended == 1
    put(writer, "b", "too late")
    assert writer.flush(LONG_S)
    assert writer.unwritten(SUMMARIES, [key("b")]) == [None]


def test_a_disk_that_hangs_keeps_nobody(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    put(writer, "a", "1")
    assert disk.busy.wait(LONG_S)
    assert not writer.flush(0.0)
    assert not writer.close(0.0)
    assert disk.ended == 0
    disk.turns.set()
    assert writer.close(LONG_S)
    assert disk.ended == 1


def test_dropping_forgets_what_waits(writer: Writer, disk: Disk) -> None:
    disk.turns.clear()
    put(writer, "a", "1")
    assert disk.busy.wait(LONG_S)
    put(writer, "b", "2")
    writer.drop(0.0)
    disk.turns.set()
    assert writer.close(LONG_S)
    assert "b" not in {path for batch in disk.batches for path in batch}


def test_the_thread_ends_when_there_is_nothing_to_do_and_comes_again(
    writer: Writer, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evtui.library.catalogue.writer.LINGER_S", 0.0)
    before, threads = set(threading.enumerate()), []
    for path in "ab":
        put(writer, path, "1")
        assert writer.flush(LONG_S)
        threads += set(threading.enumerate()) - before
        for thread in threads:
            thread.join(LONG_S)
            assert not thread.is_alive()
    assert disk.batches == [{"a": "1"}, {"b": "1"}]
