from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from evtui.errors import DamagedRecording
from evtui.events import Events
from evtui.playback.reader import Frame, Preparation
from evtui.playback.session import Session
from evtui.playback.transport import Transport
from support.recordings import ScriptedRecording
from support.small import in_memory


def only_on(events: Events, start: int) -> Events:
    """The ON events of a frame."""
    kept = (events.p == 1) & (events.t >= start)
    return Events(events.t[kept], events.x[kept], events.y[kept], events.p[kept])


class Played:
    """A session under a clock that the test moves, and the frames that come of it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.frames: queue.Queue[Frame] = queue.Queue()
        self.session = Session(in_memory(1_000), self.frames.put, clock=lambda: self.now)

    def tick(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(seconds)

    def frame(self) -> Frame:
        return self.frames.get(timeout=10)


@pytest.fixture
def played() -> Iterator[Played]:
    made = Played()
    yield made
    made.session.close()


def test_the_first_tick_asks_for_the_first_window(played: Played) -> None:
    played.tick(0)
    frame = played.frame()
    assert (frame.window.t0, frame.window.t1) == (0, 10_000)
    assert frame.events.equals(in_memory(1_000).window(0, 10_000))


def test_a_pause_asks_for_nothing_new(played: Played) -> None:
    played.tick(0)
    played.frame()
    played.tick(1)
    assert played.session.transport.position_us == 0
    played.session.close()
    played.session.join()
    assert played.frames.empty()


def test_position_follows_the_clock_not_the_ticks(played: Played) -> None:
    played.session.transport.playing = True
    played.session.transport.speed = 0.1
    for _ in range(3):
        played.tick(0.1)
    assert played.session.transport.position_us == pytest.approx(30_000, abs=1)


@pytest.mark.parametrize(
    ("backwards", "looping", "at", "starts"),
    [
        (False, False, 0, [20_000, 30_000]),
        (True, False, 50_000, [30_000, 20_000]),
        (False, True, 75_000, [4_999, 14_999]),
        (True, False, 15_000, [0]),
    ],
)
def test_reads_ahead_by_the_distance_of_a_tick_in_the_direction_of_play(
    played: Played, backwards: bool, looping: bool, at: int, starts: list[int]
) -> None:
    transport = played.session.transport
    transport.playing, transport.speed = True, 0.5
    transport.backwards, transport.looping = backwards, looping
    transport.seek(at)
    played.tick(0.02)
    ahead = played.frame().window.ahead
    assert [start for start, _ in ahead] == pytest.approx(starts, abs=1)
    assert {stop - start for start, stop in ahead} == {10_000}


def test_paused_or_between_the_beats_nothing_is_read_ahead(played: Played) -> None:
    played.tick(0.02)
    assert played.frame().window.ahead == ()
    played.session.transport.playing = True
    played.now += 0.01
    played.session.tick()
    assert played.frame().window.ahead == ()


def test_frames_that_were_skipped_are_counted(played: Played) -> None:
    played.tick(0)
    first = played.frame()
    played.session.shown(first)
    for position in (10_000, 20_000, 30_000):
        played.session.transport.seek(position)
        played.tick(0.01)
        last = played.frame()
    played.session.shown(last)
    assert played.session.dropped == 2


def test_another_preparation_has_the_same_window_made_again(played: Played) -> None:
    played.tick(0)
    assert len(played.frame().events)
    played.session.preparation = Preparation(only_on)
    played.tick(0)
    frame = played.frame()
    assert (frame.window.t0, frame.window.t1) == (0, 10_000)
    assert frame.events.on_count == len(frame.events) < frame.events_read
    played.session.preparation = Preparation(only_on)
    played.tick(0)
    played.session.preparation = None
    played.tick(0)
    last = played.frame()
    assert len(last.events) == frame.events_read
    assert last.window.number == frame.window.number + 1, "the equal one was not asked again"


def test_of_frames_that_waited_for_the_screen_only_the_newest_is_due(played: Played) -> None:
    frames = []
    for position in (0, 10_000, 20_000):
        played.session.transport.seek(position)
        played.tick(0.01)
        frames.append(played.frame())
    assert [played.session.is_due(frame) for frame in frames] == [False, False, True]
    played.session.shown(frames[-1])
    assert (played.session.achieved, played.session.dropped) == (1, 2)


def test_an_error_is_due_however_late() -> None:
    frames: queue.Queue[Frame] = queue.Queue()
    recording = ScriptedRecording()
    damage = DamagedRecording(recording.info.path, "a chunk is cut short")
    recording.fault = lambda t0, t1: damage if t0 == 0 else None
    session = Session(recording, frames.put, Transport(1_000_000))
    session.tick()
    failed = frames.get(timeout=10)
    session.transport.seek(500)
    session.tick()
    frames.get(timeout=10)
    assert session.is_due(failed)
    session.close()


@pytest.mark.parametrize(("after", "late"), [(0.0, 0), (0.02, 0), (0.021, 1), (5.0, 1)])
def test_a_frame_shown_after_the_next_was_due_is_late(
    played: Played, after: float, late: int
) -> None:
    played.now = 128.0
    played.session.tick()
    played.frame()
    played.session.transport.playing = True
    played.tick(0.02)
    played.now = 128.02 + after
    played.session.shown(played.frame())
    assert played.session.late == late


def test_a_frame_that_was_jumped_to_cannot_be_late(played: Played) -> None:
    played.session.transport.seek(20_000)
    played.tick(0.02)
    played.now += 5
    played.session.shown(played.frame())
    assert played.session.late == 0


def test_a_busy_window_is_cut_to_the_cap() -> None:
    frames: queue.Queue[Frame] = queue.Queue()
    recording = in_memory(1_000)
    session = Session(recording, frames.put, cap=30)
    session.tick()
    frame = frames.get(timeout=10)
    assert frame.events.equals(recording.window(0, 10_000)[-30:])
    assert not frame.complete
    session.switch(in_memory(1_000))
    session.tick()
    assert len(frames.get(timeout=10).events) == 30
    session.close()


def test_the_frame_rate_counts_the_last_second(played: Played) -> None:
    played.tick(0)
    frame = played.frame()
    for _ in range(10):
        played.now += 0.05
        played.session.shown(frame)
    assert played.session.frame_rate == 10
    played.now += 0.78
    assert played.session.frame_rate == 5
    played.now += 5
    assert played.session.frame_rate == 0


def test_switching_the_recording_keeps_the_position(played: Played) -> None:
    played.session.transport.seek(50_000)
    played.tick(0)
    played.frame()
    played.session.switch(in_memory(500))
    played.tick(0)
    frame = played.frame()
    assert frame.window.t0 == 50_000
    assert frame.events.equals(in_memory(500).window(50_000, 60_000))


def test_time_spent_paused_is_not_made_up_for(played: Played) -> None:
    transport = played.session.transport
    transport.playing = True
    played.tick(0.01)
    transport.playing = False
    played.tick(5.0)
    transport.playing = True
    played.tick(0.01)
    assert transport.position_us == pytest.approx(20_000, abs=1)
