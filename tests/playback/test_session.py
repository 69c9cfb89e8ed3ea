from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from evtui.playback.reader import Frame
from evtui.playback.session import Session
from support.small import in_memory


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


def test_reads_ahead_by_the_distance_of_a_tick(played: Played) -> None:
    played.session.transport.playing = True
    played.session.transport.speed = 0.5
    played.tick(0.02)
    assert played.frame().window.ahead_us == 10_000


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
