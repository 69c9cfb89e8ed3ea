import queue
import threading
from itertools import count

import pytest

from evtui.errors import CannotRead, DamagedRecording, RecordingError
from evtui.playback.reader import Frame, FrameReader, Window
from support.recordings import ScriptedRecording

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
    started: list[tuple[FrameReader, ScriptedRecording]] = []

    def start(recording: ScriptedRecording, **options: object) -> FrameReader:
        reader = FrameReader(recording, screen.frames.put, **options)
        started.append((reader, recording))
        return reader

    yield start
    for reader, recording in started:
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
    reader.request(Window(1, 0, 10, ahead_us=10))
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
    reader.request(Window(1, 0, 10, ahead_us=30))
    assert windows_begun(recording, 3) == [(0, 10), (30, 40), (60, 70)]
    reader.request(Window(2, 500, 510))
    assert windows_begun(recording, 1) == [(500, 510)]
    assert [screen.next_frame().window.number for _ in range(2)] == [1, 2]


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
    reader.request(Window(1, 0, 10, ahead_us=10))
    assert windows_begun(recording, 1) == [(0, 10)]
    reader.request(Window(2, 500, 510))
    recording.let_go(2)
    assert windows_begun(recording, 1) == [(500, 510)]
    assert [screen.next_frame().window.number for _ in range(2)] == [1, 2]


def test_a_request_ends_the_reading_ahead(open_reader, screen):
    recording = ScriptedRecording(held=True)
    reader = open_reader(recording)
    reader.request(Window(1, 0, 10, ahead_us=10))
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
    reader.request(Window(1, 0, 10, ahead_us=10))
    assert windows_begun(recording, 2) == [(0, 10), (10, 20)]
    assert screen.next_frame().error is None
    reader.request(Window(2, 10, 20))
    assert screen.next_frame().error is damage
    assert windows_begun(recording, 1) == [(10, 20)]


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
    reader.request(Window(1, 0, 10, ahead_us=10))
    windows_begun(recording, 1)
    reader.close()
    assert len(threads_of_readers()) == 1, "it still reads"
    recording.let_go(1_000)
    reader.join()
    assert screen.frames.empty()
    assert recording.begun.empty(), "nothing is read ahead"
