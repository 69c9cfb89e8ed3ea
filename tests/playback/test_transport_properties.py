"""What holds of a transport however it is used."""

import dataclasses
import math

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from evtui.playback.transport import (
    SPEEDS,
    WINDOWS_US,
    StepBy,
    Transport,
)

MINUTE_US = 60_000_000
DURATIONS = st.integers(0, 50_000) | st.integers(0, 10 * MINUTE_US)
ELAPSED = st.floats(0, 2)


def near(one: Transport, other: Transport) -> bool:
    """Whether two stand at one place, but for rounding and for the two ends of a loop."""
    start, end = one.span
    apart = abs(one.position_us - other.position_us)
    return min(apart, abs(end - start - apart)) <= 1


@given(
    DURATIONS,
    st.sampled_from(SPEEDS),
    st.lists(st.floats(0, 0.1), min_size=1, max_size=200),
    st.booleans(),
    st.none() | st.tuples(st.integers(0, 10_000), st.integers(20_000, 50_000)),
    st.booleans(),
    st.floats(0, 1),
)
def test_many_small_advances_are_one_large_one(
    duration, speed, ticks, looping, marks, backwards, begin
):
    mark_a, mark_b = marks or (None, None)
    by_ticks, at_once = (
        Transport(
            duration,
            speed=speed,
            playing=True,
            looping=looping,
            mark_a=mark_a,
            mark_b=mark_b,
            backwards=backwards,
        )
        for _ in range(2)
    )
    by_ticks.jump(begin)
    at_once.jump(begin)
    for tick in ticks:
        by_ticks.advance(tick)
    at_once.advance(math.fsum(ticks))
    assert near(by_ticks, at_once)
    apart = abs(by_ticks.position_us - at_once.position_us)
    assert by_ticks.playing == at_once.playing or apart <= 1


@given(
    DURATIONS,
    st.sampled_from(SPEEDS),
    st.floats(0, 1),
    ELAPSED,
    st.booleans(),
    st.booleans(),
)
def test_turned_round_it_comes_back_to_where_it_was(
    duration, speed, begin, elapsed, looping, backwards
):
    transport = Transport(duration, speed=speed, looping=looping, backwards=backwards)
    transport.jump(begin)
    before = dataclasses.replace(transport)
    transport.playing = True
    transport.advance(elapsed)
    stopped = not transport.playing
    transport.reverse()
    transport.playing = True
    transport.advance(elapsed)
    assert near(transport, before) or stopped


@given(DURATIONS, st.sampled_from(SPEEDS), st.floats(0, 1), st.floats(0.001, 0.1), st.booleans())
def test_what_is_shown_next_is_what_playing_then_shows(duration, speed, begin, interval, backwards):
    transport = Transport.for_duration(duration)
    transport.speed, transport.backwards = speed, backwards
    transport.jump(begin)
    for window in transport.upcoming(interval, 2):
        transport.advance(interval)
        assert transport.window == window


class AnyUse(RuleBasedStateMachine):
    """Whatever keys are pressed in whatever order, the promises hold."""

    @initialize(duration=DURATIONS)
    def open(self, duration: int) -> None:
        self.transport = Transport.for_duration(duration)

    @rule(elapsed=ELAPSED)
    def advance(self, elapsed: float) -> None:
        was_playing = self.transport.playing
        self.transport.advance(elapsed)
        if was_playing and not self.transport.playing:
            backwards = self.transport.backwards
            assert self.transport.at_start if backwards else self.transport.at_end
            assert not self.transport.looping

    @rule()
    def toggle(self) -> None:
        was_playing = self.transport.playing
        self.transport.toggle()
        assert self.transport.playing != was_playing

    @rule(position=st.floats(-1e12, 1e12))
    def seek(self, position: float) -> None:
        self.transport.seek(position)

    @rule(steps=st.integers(-3, 3))
    def skip(self, steps: int) -> None:
        self.transport.skip(steps)

    @rule(tenths=st.integers(0, 10))
    def jump(self, tenths: int) -> None:
        self.transport.jump(tenths / 10)

    @rule(windows=st.integers(-3, 3))
    def step(self, windows: int) -> None:
        self.transport.step(windows)

    @rule(steps=st.integers(-3, 3))
    def change_speed(self, steps: int) -> None:
        self.transport.change_speed(steps)

    @rule()
    def reset_speed(self) -> None:
        self.transport.reset_speed()

    @rule(steps=st.integers(-3, 3))
    def change_window(self, steps: int) -> None:
        self.transport.change_window(steps)

    @rule()
    def mark(self) -> None:
        marks = len(self.transport.marks)
        self.transport.mark()
        assert len(self.transport.marks) == (marks + 1) % 3

    @rule(name=st.sampled_from(["set_a", "set_b", "clear_a", "clear_b", "clear_marks", "reverse"]))
    def mark_or_turn(self, name: str) -> None:
        before = self.transport.position_us
        getattr(self.transport, name)()
        assert self.transport.position_us == before

    @rule(step_by=st.sampled_from(StepBy) | st.integers(-5, 10**7), fps=st.floats(1, 60))
    def set_step(self, step_by: StepBy | int, fps: float) -> None:
        self.transport.step_by, self.transport.fps = step_by, fps

    @rule(times=st.lists(st.integers(-10, 10**9), max_size=5), later=st.booleans())
    def seek_one_of(self, times: list[int], later: bool) -> None:
        before = self.transport.position_us
        found = self.transport.seek_next(times) if later else self.transport.seek_previous(times)
        moved = self.transport.position_us - before
        assert (moved > 0 if later else moved < 0) if found else moved == 0

    @rule()
    def loop(self) -> None:
        self.transport.looping = not self.transport.looping

    @invariant()
    def the_position_lies_inside_the_recording(self) -> None:
        if hasattr(self, "transport"):
            assert 0 <= self.transport.position_us <= self.transport.last_us

    @invariant()
    def speed_and_window_lie_on_their_ladders(self) -> None:
        if hasattr(self, "transport"):
            assert self.transport.speed in SPEEDS
            assert self.transport.window_us in WINDOWS_US

    @invariant()
    def a_lies_before_b(self) -> None:
        if hasattr(self, "transport") and len(self.transport.marks) == 2:
            mark_a, mark_b = self.transport.marks
            assert mark_a < mark_b
            start, end = self.transport.span
            assert 0 <= start <= end <= self.transport.last_us


TestAnyUse = AnyUse.TestCase
