import queue
import threading
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import pytest

from evtui.errors import CannotRead, DamagedRecording, RecordingError
from evtui.events import Events
from evtui.playback.reader import Frame, FrameReader, Preparation, Window
from evtui.recordings.base import Recording
from support.recordings import ScriptedRecording
from support.small import in_memory

SOON = 10
"""Seconds after which a test that waits has failed; none waits when all is well."""


class Screen:
    """Takes what a reader delivers."""

    def __init__(self) -> None:
        self.frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()

    def next_frame(self) -> Frame:
        return self.frames.get(timeout=SOON)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def open_reader(screen):
    """Starts readers, and ends them after the test whatever it found."""
    started: list[tuple[FrameReader, Recording]] = []

    def start(recording: Recording, **options: object) -> FrameReader:
        reader = FrameReader(recording, screen.frames.put, **options)
        started.append((reader, recording))
        return reader

    yield start
    for reader, recording in started:
        if isinstance(recording, ScriptedRecording):
            recording.let_go(1_000)
        reader.close()
        reader.join()


def threads_of_readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "frame-reader"]


def windows_begun(recording: ScriptedRecording, number: int) -> list[tuple[int, int]]:
    return [recording.begun.get(timeout=SOON) for _ in range(number)]


def test_a_window_comes_back_with_its_events(open_reader, screen):
    recording = ScriptedRecording()
    reader = open_reader(recording)
    reader.request(Window(7, 100, 200))
    frame = screen.next_frame()
    assert frame.window == Window(7, 100, 200)
    assert frame.events.t.tolist() == [100]
    assert frame.error is None
    assert windows_begun(recording, 1) == [(100, 200)]


def test_a_frame_says_how_long_its_read_took(open_reader, screen):
    ticks = count()
    reader = open_reader(ScriptedRecording(), clock=lambda: next(ticks) * 0.25)
    reader.request(Window(1, 0, 10))
    assert screen.next_frame().read_seconds == 0.25


def test_the_newest_request_wins_and_those_not_begun_are_dropped(open_reader, screen):
    recording = ScriptedRecording(held=True)
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10))
    assert windows_begun(recording, 1) == [(0, 10)]
    for number in range(2, 6):
        reader.request(Window(number, number * 100, number * 100 + 10))
    recording.let_go(2)
    assert [screen.next_frame().window.number for _ in range(2)] == [1, 5]
    assert windows_begun(recording, 1) == [(500, 510)]


def test_an_error_is_a_frame_and_the_next_request_is_served(open_reader, screen):
    recording = ScriptedRecording()
    damage = DamagedRecording(recording.info.path, "a chunk is cut short")
    recording.fault = lambda t0, t1: damage if t0 == 0 else None
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    frame = screen.next_frame()
    assert frame.error is damage
    assert len(frame.events) == 0
    reader.request(Window(2, 50, 60))
    assert screen.next_frame().error is None
    assert windows_begun(recording, 2) == [(0, 10), (50, 60)]


@pytest.mark.parametrize("fault", [ValueError("bad chunk"), OSError("gone"), MemoryError()])
def test_an_unexpected_exception_is_shown_and_the_thread_lives_on(open_reader, screen, fault):
    recording = ScriptedRecording()
    recording.fault = lambda t0, t1: fault if t0 == 0 else None
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10))
    error = screen.next_frame().error
    assert isinstance(error, RecordingError)
    assert error.__cause__ is fault
    assert str(recording.info.path) in str(error)
    assert f"{type(fault).__name__}: {fault}" in error.reason
    reader.request(Window(2, 50, 60))
    assert screen.next_frame().error is None


def test_while_idle_it_reads_two_windows_ahead_and_delivers_none_of_them(open_reader, screen):
    recording = ScriptedRecording()
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((30, 40), (60, 70))))
    assert windows_begun(recording, 3) == [(0, 10), (30, 40), (60, 70)]
    reader.request(Window(2, 500, 510))
    assert windows_begun(recording, 1) == [(500, 510)]
    assert [screen.next_frame().window.number for _ in range(2)] == [1, 2]


def test_ahead_it_reads_only_what_it_did_not_read_for_the_frame_before(open_reader, screen):
    recording = ScriptedRecording()
    reader = open_reader(recording)
    reader.request(Window(1, 0, 30, ahead=((10, 40), (20, 50))))
    assert windows_begun(recording, 3) == [(0, 30), (30, 40), (40, 50)]
    reader.request(Window(2, 11, 41, ahead=((21, 51), (31, 61))))
    assert windows_begun(recording, 3) == [(11, 41), (50, 51), (51, 61)]
    reader.request(Window(3, 12, 20, ahead=((0, 90),)))
    assert windows_begun(recording, 3) == [(12, 20), (0, 11), (61, 90)]


def test_unless_asked_it_reads_nothing_ahead(open_reader, screen):
    recording = ScriptedRecording()
    reader = open_reader(recording)
    for number in range(3):
        reader.request(Window(number, number, number + 10))
        screen.next_frame()
    assert windows_begun(recording, 3) == [(0, 10), (1, 11), (2, 12)]


def test_a_waiting_request_goes_before_reading_ahead(open_reader, screen):
    recording = ScriptedRecording(held=True)
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    assert windows_begun(recording, 1) == [(0, 10)]
    reader.request(Window(2, 500, 510))
    recording.let_go(2)
    assert windows_begun(recording, 1) == [(500, 510)]
    assert [screen.next_frame().window.number for _ in range(2)] == [1, 2]


def test_a_request_ends_the_reading_ahead(open_reader, screen):
    recording = ScriptedRecording(held=True)
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    recording.let_go()
    assert windows_begun(recording, 2) == [(0, 10), (10, 20)]
    reader.request(Window(2, 500, 510))
    recording.let_go(2)
    assert windows_begun(recording, 1) == [(500, 510)]


def test_a_fault_ahead_is_met_when_playback_gets_there_and_not_before(open_reader, screen):
    recording = ScriptedRecording()
    damage = CannotRead(recording.info.path, "is no longer there")
    recording.fault = lambda t0, t1: damage if t0 >= 10 else None
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    assert windows_begun(recording, 2) == [(0, 10), (10, 20)]
    assert screen.next_frame().error is None
    reader.request(Window(2, 10, 20))
    assert screen.next_frame().error is damage
    assert windows_begun(recording, 1) == [(10, 20)]


def test_at_most_two_windows_are_read_ahead(open_reader, screen):
    recording = ScriptedRecording()
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((90, 100), (80, 90), (70, 80))))
    screen.next_frame()
    reader.request(Window(2, 500, 510))
    screen.next_frame()
    assert windows_begun(recording, 4) == [(0, 10), (90, 100), (80, 90), (500, 510)]


def test_an_unexpected_fault_ahead_is_left_to_the_frame(open_reader, screen):
    recording = ScriptedRecording()
    recording.fault = lambda t0, t1: OSError("gone") if t0 == 10 else None
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    assert screen.next_frame().error is None
    reader.request(Window(2, 10, 20))
    assert isinstance(screen.next_frame().error.__cause__, OSError)
    assert windows_begun(recording, 3) == [(0, 10), (10, 20), (10, 20)]


def test_a_busy_window_is_cut_to_its_newest_events(open_reader, screen):
    recording = in_memory(1_000)
    reader = open_reader(recording, cap=100)
    reader.request(Window(1, 10_000, 60_000))
    frame = screen.next_frame()
    newest = recording.window(10_000, 60_000)[-100:]
    assert frame.events.equals(newest)
    assert (frame.complete, frame.shown_from_us) == (False, newest.t[0])
    reader.request(Window(2, 10_000, 19_000))
    frame = screen.next_frame()
    assert (frame.complete, frame.shown_from_us) == (True, 10_000)


@dataclass
class Seen:
    """Remembers what it is given and makes the frame of it."""

    calls: list[tuple[Events, int]] = field(default_factory=list)

    def __call__(self, events: Events, start: int) -> Events:
        assert threading.current_thread().name == "frame-reader"
        self.calls.append((events, start))
        return events[int(np.searchsorted(events.t, start)) :][::2]


def test_what_is_shown_was_prepared_with_the_history_it_wants(open_reader, screen):
    recording, seen = in_memory(1_000), Seen()
    reader = open_reader(recording)
    reader.request(Window(1, 50_000, 60_000, Preparation(seen, history_us=5_000)))
    frame = screen.next_frame()
    [(events, start)] = seen.calls
    assert events.equals(recording.window(45_000, 60_000))
    assert start == 50_000
    assert frame.events.equals(recording.window(50_000, 60_000)[::2])
    assert frame.events_read == len(recording.window(50_000, 60_000))
    assert (frame.complete, frame.history_complete) == (True, True)


def test_history_goes_before_what_is_left_of_a_busy_window(open_reader, screen):
    recording, seen = in_memory(1_000), Seen()
    reader = open_reader(recording, cap=40)
    reader.request(Window(1, 50_000, 60_000, Preparation(seen, history_us=2_000)))
    frame = screen.next_frame()
    [(events, start)] = seen.calls
    newest = recording.window(50_000, 60_000)[-40:]
    assert start == frame.shown_from_us == newest.t[0]
    assert events.equals(recording.window(start - 2_000, 60_000))
    assert (frame.complete, frame.history_complete) == (False, True)
    reader.request(Window(2, 50_000, 53_000, Preparation(seen, history_us=20_000)))
    frame = screen.next_frame()
    assert (frame.complete, frame.history_complete) == (True, False)
    assert len(seen.calls[-1][0]) == frame.events_read + 40


def test_without_history_only_the_window_is_read(open_reader, screen):
    recording, seen = ScriptedRecording(), Seen()
    reader = open_reader(recording)
    reader.request(Window(1, 50, 60, Preparation(seen)))
    screen.next_frame()
    reader.request(Window(2, 500, 510))
    assert windows_begun(recording, 2) == [(50, 60), (500, 510)]


def test_a_preparation_that_fails_is_shown_and_the_thread_lives_on(open_reader, screen):
    def fail(events: Events, start: int) -> Events:
        raise ZeroDivisionError("no events")

    reader = open_reader(ScriptedRecording())
    reader.request(Window(1, 0, 10, Preparation(fail)))
    error = screen.next_frame().error
    assert isinstance(error.__cause__, ZeroDivisionError)
    reader.request(Window(2, 50, 60))
    assert screen.next_frame().error is None


@dataclass(frozen=True)
class ByValue:
    """A preparation that is what it holds."""

    threshold: int

    def __call__(self, events: Events, start: int) -> Events:
        return events[: self.threshold]


def test_preparations_are_equal_where_their_functions_are():
    assert Preparation(ByValue(3), 100) == Preparation(ByValue(3), 100)
    assert Preparation(ByValue(3), 100) != Preparation(ByValue(4), 100)
    assert Preparation(ByValue(3), 100) != Preparation(ByValue(3), 200)
    seen = Seen()
    assert Preparation(seen.__call__) == Preparation(seen.__call__)
    assert Preparation(lambda events, _: events) != Preparation(lambda events, _: events)


def test_closing_while_idle_ends_the_thread(open_reader, screen):
    reader = open_reader(ScriptedRecording())
    assert len(threads_of_readers()) == 1
    reader.close()
    reader.join()
    assert threads_of_readers() == []
    reader.request(Window(1, 0, 10))
    reader.close()
    assert screen.frames.empty()


def test_closing_waits_for_no_read_and_delivers_nothing_more(open_reader, screen):
    recording = ScriptedRecording(held=True)
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead=((10, 20), (20, 30))))
    windows_begun(recording, 1)
    reader.close()
    assert len(threads_of_readers()) == 1, "it still reads"
    recording.let_go(1_000)
    reader.join()
    assert screen.frames.empty()
    assert recording.begun.empty(), "nothing is read ahead"
