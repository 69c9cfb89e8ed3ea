"""Exports one after the other in a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evtui.errors import DamagedRecording, ExportError, LoadCancelled
from evtui.export.job import ExportCancelled
from evtui.export.queue import ExportProgress, ExportQueue, ExportStage, Order
from support.recordings import ScriptedRecording

SOON = 10
S = ExportStage


class Rig:
    """A queue whose exports write when the test lets them."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[ExportProgress] = queue.SimpleQueue()
        self.gate = threading.Semaphore(0)
        self.closed: list[Path] = []
        self.fault: Exception | None = None
        self.recording = ScriptedRecording()
        self.queue = ExportQueue(self.opened, self.news.put)

    @contextmanager
    def opened(self, path: Path, progress, cancelled) -> Iterator[ScriptedRecording]:
        if path.name == "broken":
            raise DamagedRecording(path, "is cut short")
        if path.name == "whole":
            progress(0.25)
            self.wait(cancelled, LoadCancelled("whole: the load was cancelled"))
        yield self.recording
        self.closed.append(path)

    def add(self, name: str) -> int:
        target = Path(name).with_suffix(".csv")

        def write(recording, progress, cancelled) -> str:
            progress(0.5)
            self.wait(cancelled, ExportCancelled(f"{target}: cancelled"))
            if self.fault is not None:
                raise self.fault
            return "7 events"

        return self.queue.add(Order(Path(name), target, write))

    def wait(self, cancelled, error: Exception) -> None:
        """For the gate, unless it is cancelled."""
        while not self.gate.acquire(timeout=0.01):
            if cancelled():
                raise error

    def until(self, number: int, stage: ExportStage) -> ExportProgress:
        """The next news of this kind."""
        while True:
            told = self.news.get(timeout=SOON)
            if (told.number, told.stage) == (number, stage):
                return told


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.queue.close()


def test_an_export_tells_its_stages_and_what_was_written(rig):
    number = rig.add("a")
    rig.gate.release()
    told = [rig.news.get(timeout=SOON) for _ in range(5)]
    assert [(news.stage, news.share) for news in told] == [
        (S.QUEUED, None),
        (S.OPENING, None),
        (S.WRITING, 0.0),
        (S.WRITING, 0.5),
        (S.DONE, 1.0),
    ]
    assert {news.number for news in told} == {number}
    assert told[-1].written == "7 events"
    assert (rig.queue.under_way, rig.closed) == ([], [Path("a")])


def test_one_runs_at_a_time_in_the_order_asked(rig):
    first, second = rig.add("a"), rig.add("b")
    rig.until(first, S.WRITING)
    assert [told.stage for told in rig.queue.under_way][1:] == [S.QUEUED]
    rig.gate.release()
    rig.until(first, S.DONE)
    rig.until(second, S.OPENING)
    rig.gate.release()
    rig.until(second, S.DONE)


@pytest.mark.parametrize(
    ("fault", "said"),
    [(ExportError("a.csv: the disk is full"), "the disk is full"), (KeyError("x"), "KeyError")],
)
def test_a_fault_is_told_and_the_next_one_runs(rig, fault, said):
    rig.fault = fault
    first = rig.add("a")
    rig.gate.release()
    assert said in (rig.until(first, S.FAILED).error or "")
    rig.fault = None
    second = rig.add("b")
    rig.gate.release()
    rig.until(second, S.DONE)


def test_a_recording_that_cannot_be_read_is_told(rig):
    assert "is cut short" in (rig.until(rig.add("broken"), S.FAILED).error or "")


def test_one_that_runs_and_one_that_waits_can_be_cancelled(rig):
    first, second, third = rig.add("a"), rig.add("b"), rig.add("c")
    rig.until(first, S.WRITING)
    rig.queue.cancel(second)
    rig.until(second, S.CANCELLED)
    assert [told.number for told in rig.queue.under_way] == [first, third], "at once"
    rig.queue.cancel(first)
    rig.until(first, S.CANCELLED)
    rig.gate.release()
    rig.until(third, S.DONE)


def test_closing_ends_all_and_waits_for_the_one_that_runs(rig):
    first, second = rig.add("a"), rig.add("b")
    rig.until(first, S.WRITING)
    rig.queue.close()
    assert rig.queue.under_way == []
    told = []
    while not rig.news.empty():
        news = rig.news.get()
        told.append((news.number, news.stage))
    assert {(first, S.CANCELLED), (second, S.CANCELLED)} <= set(told)


def test_a_recording_that_is_decoded_whole_can_be_cancelled_meanwhile(rig):
    number = rig.add("whole")
    while rig.until(number, S.OPENING).share is None:
        pass
    assert [told.share for told in rig.queue.under_way] == [0.25]
    rig.queue.cancel(number)
    assert rig.until(number, S.CANCELLED).error is None


def test_where_time_may_go_back_all_is_read_once_and_that_is_told(rig):
    rig.recording.order_checked = False
    number = rig.add("a")
    assert rig.until(number, S.CHECKING).share == 1.0
    assert rig.until(number, S.WRITING).share == 0.0


def test_closing_gives_up_a_file_system_that_hangs(rig):
    reached, hung = threading.Event(), threading.Event()

    def write(recording, progress, cancelled) -> str:
        reached.set()
        hung.wait(SOON)
        raise ExportCancelled("a.csv: cancelled")

    number = rig.queue.add(Order(Path("a"), Path("a.csv"), write))
    assert reached.wait(SOON)
    rig.queue.close(patience_s=0.01)
    assert [told.number for told in rig.queue.under_way] == [number]
    hung.set()


def test_cancelling_what_has_ended_does_nothing(rig):
    number = rig.add("a")
    rig.gate.release()
    rig.until(number, S.DONE)
    rig.queue.cancel(number)
    assert rig.queue.under_way == []
