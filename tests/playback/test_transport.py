import pytest
from hypothesis import strategies as st

from evtui.playback.transport import (
    DEFAULT_WINDOW_US,
    SPEEDS,
    WINDOWS_US,
    StepBy,
    Transport,
)

MINUTE_US = 60_000_000
DURATIONS = st.integers(0, 50_000) | st.integers(0, 10 * MINUTE_US)
ELAPSED = st.floats(0, 2)


@pytest.fixture
def transport() -> Transport:
    """A minute of recording, playing from its start."""
    return Transport(MINUTE_US, playing=True)


def test_the_defaults_lie_on_the_ladders():
    assert DEFAULT_WINDOW_US in WINDOWS_US
    assert Transport(MINUTE_US).speed in SPEEDS
    assert list(SPEEDS) == sorted(set(SPEEDS))
    assert list(WINDOWS_US) == sorted(set(WINDOWS_US))
    assert (SPEEDS[0], SPEEDS[-1]) == (0.001, 100.0)
    assert (WINDOWS_US[0], WINDOWS_US[-1]) == (10, 1_000_000)


def test_the_old_launchers_steps_are_on_the_ladders():
    assert {0.25, 0.5, 1, 2, 5, 10, 20, 50, 100} <= set(SPEEDS)
    assert {10, 20, 50, 100, 200, 500, 1_000, 3_000, 10_000, 100_000} <= set(WINDOWS_US)


def test_real_time_moves_the_position_at_the_speed(transport):
    transport.advance(0.5)
    assert transport.position_us == 500_000
    transport.speed = 0.001
    transport.advance(0.5)
    assert transport.position_us == 500_500
    assert transport.window == (500_500, 500_500 + DEFAULT_WINDOW_US)


def test_while_paused_time_stands_still():
    transport = Transport(MINUTE_US)
    transport.advance(100.0)
    assert transport.position_us == 0


def test_the_last_window_ends_with_the_last_event(transport):
    transport.jump(1.0)
    start, stop = transport.window
    assert start <= MINUTE_US < stop
    assert stop == MINUTE_US + 1


def test_playing_stops_at_the_end(transport):
    transport.seek(MINUTE_US - 100_000)
    transport.advance(1.0)
    assert transport.position_us == transport.last_us
    assert transport.at_end
    assert not transport.playing


def test_playing_on_from_the_end_begins_again(transport):
    transport.advance(61.0)
    transport.toggle()
    assert transport.playing
    assert transport.position_us == 0
    transport.advance(1.0)
    assert transport.position_us == 1_000_000


def test_pausing_and_playing_on_keeps_the_position(transport):
    transport.advance(1.0)
    transport.toggle()
    transport.advance(1.0)
    transport.toggle()
    assert transport.playing
    assert transport.position_us == 1_000_000


def test_a_loop_wraps_and_plays_on(transport):
    transport.looping = True
    transport.seek(transport.last_us - 250_000)
    transport.advance(1.0)
    assert transport.playing
    assert transport.position_us == 750_000


def test_marks_loop_between_them(transport):
    transport.seek(1_000_000)
    transport.mark()
    assert transport.marks == (1_000_000,)
    transport.advance(2.0)
    transport.mark()
    assert transport.marks == (1_000_000, 3_000_000) == transport.span
    transport.advance(0.5)
    assert transport.position_us == 1_500_000
    transport.mark()
    assert transport.marks == ()
    assert transport.span == (0, transport.last_us)


def test_marks_set_backwards_are_swapped(transport):
    transport.seek(3_000_000)
    transport.mark()
    transport.seek(1_000_000)
    transport.mark()
    assert transport.marks == (1_000_000, 3_000_000)


def test_a_loop_between_marks_is_never_shorter_than_a_window(transport):
    transport.mark()
    transport.mark()
    assert transport.span == (0, DEFAULT_WINDOW_US)


def test_marks_at_the_very_end_do_not_lead_beyond_it(transport):
    transport.jump(1.0)
    transport.mark()
    transport.mark()
    transport.advance(0.005)
    assert transport.playing
    assert transport.position_us == transport.last_us


def test_a_window_widened_after_the_marks_does_not_lead_beyond_the_end(transport):
    transport.seek(MINUTE_US - 500_000)
    transport.mark()
    transport.jump(1.0)
    transport.mark()
    transport.change_window(len(WINDOWS_US))
    for _ in range(100):
        transport.advance(0.033)
        assert transport.position_us <= transport.last_us


def test_from_beyond_the_marks_playback_goes_into_the_loop(transport):
    transport.mark_a, transport.mark_b = 1_000_000, 2_000_000
    transport.seek(30_000_000)
    transport.advance(0.25)
    assert transport.position_us == 1_250_000


def test_each_mark_is_set_and_cleared_on_its_own(transport):
    transport.seek(3_000_000)
    transport.set_b()
    assert (transport.mark_a, transport.mark_b) == (None, 3_000_000)
    assert transport.span == (0, transport.last_us), "one mark alone does not loop"
    transport.seek(1_000_000)
    transport.set_a()
    assert transport.span == (1_000_000, 3_000_000)
    transport.clear_a()
    assert transport.marks == (3_000_000,)
    transport.set_a()
    transport.clear_b()
    assert (transport.mark_a, transport.mark_b) == (1_000_000, None)
    transport.clear_a()
    assert transport.marks == ()


def test_a_mark_set_beyond_the_other_changes_places_with_it(transport):
    transport.mark_a, transport.mark_b = 1_000_000, 3_000_000
    transport.seek(5_000_000)
    transport.set_a()
    assert transport.marks == (3_000_000, 5_000_000)
    transport.seek(2_000_000)
    transport.set_b()
    assert transport.marks == (2_000_000, 3_000_000)


def test_one_mark_alone_lets_playback_stop_at_the_end(transport):
    transport.seek(10_000_000)
    transport.set_b()
    transport.advance(120.0)
    assert not transport.playing
    assert transport.at_end


def test_backwards_real_time_moves_towards_the_start(transport):
    transport.seek(10_000_000)
    transport.reverse()
    transport.advance(2.0)
    assert transport.position_us == 8_000_000
    assert transport.window == (8_000_000, 8_000_000 + DEFAULT_WINDOW_US)


def test_backwards_playing_stops_at_the_start(transport):
    transport.seek(1_000_000)
    transport.reverse()
    transport.advance(1.5)
    assert transport.position_us == 0
    assert not transport.playing


def test_backwards_playing_on_from_the_start_begins_at_the_end():
    transport = Transport(MINUTE_US, backwards=True)
    transport.toggle()
    assert transport.playing
    assert transport.position_us == transport.last_us
    transport.advance(1.0)
    assert transport.position_us == transport.last_us - 1_000_000


def test_turned_round_at_the_end_it_plays_back_from_there(transport):
    transport.advance(61.0)
    transport.reverse()
    transport.toggle()
    transport.advance(1.0)
    assert transport.playing
    assert transport.position_us == transport.last_us - 1_000_000


def test_backwards_a_loop_wraps_to_the_end(transport):
    transport.looping = True
    transport.backwards = True
    transport.seek(250_000)
    transport.advance(1.0)
    assert transport.playing
    assert transport.position_us == transport.last_us - 750_000


def test_backwards_marks_loop_between_them(transport):
    transport.mark_a, transport.mark_b = 1_000_000, 3_000_000
    transport.backwards = True
    transport.seek(1_500_000)
    transport.advance(1.0)
    assert transport.position_us == 2_500_000


def test_backwards_from_before_the_marks_playback_goes_into_the_loop(transport):
    transport.mark_a, transport.mark_b = 1_000_000, 2_000_000
    transport.backwards = True
    transport.advance(0.25)
    assert transport.position_us == 1_750_000
    transport.seek(30_000_000)
    transport.advance(0.5)
    assert transport.position_us == 29_500_000, "from beyond it runs into them"


@pytest.mark.parametrize(
    ("backwards", "looping", "at", "windows"),
    [
        (False, False, 0, (100_000, 200_000, 300_000)),
        (True, False, 900_000, (800_000, 700_000, 600_000)),
        (True, False, 150_000, (50_000, 0)),
        (False, False, 900_000, (990_001,)),
        (False, True, 900_000, (9_999, 109_999, 209_999)),
        (True, True, 50_000, (940_001, 840_001, 740_001)),
    ],
)
def test_what_is_shown_next_is_told_in_either_direction(backwards, looping, at, windows):
    transport = Transport(1_000_000, playing=True, backwards=backwards, looping=looping)
    transport.seek(at)
    upcoming = transport.upcoming(0.1, 3)
    assert upcoming == tuple((start, start + DEFAULT_WINDOW_US) for start in windows)
    assert transport.position_us == at
    transport.playing = False
    assert transport.upcoming(0.1, 3) == ()


def test_seeking_stays_inside_the_recording(transport):
    transport.seek(-5.0)
    assert transport.position_us == 0
    transport.seek(1e12)
    assert transport.position_us == transport.last_us


def test_skipping_moves_five_seconds_and_back():
    transport = Transport(10 * MINUTE_US)
    transport.skip(2)
    assert transport.position_us == 10_000_000
    transport.skip(-1)
    assert transport.position_us == 5_000_000


def test_skipping_in_a_short_recording_moves_a_twentieth_but_at_least_a_window():
    short = Transport(1_000_000)
    short.skip(1)
    assert short.position_us == 50_000
    shorter = Transport(100_000)
    shorter.skip(1)
    assert shorter.position_us == DEFAULT_WINDOW_US


def test_jumping_takes_a_share_of_the_recording(transport):
    transport.jump(0.5)
    assert transport.position_us == transport.last_us // 2
    transport.jump(0.0)
    assert transport.position_us == 0


def test_a_step_pauses_and_moves_by_whole_windows(transport):
    transport.step(3)
    assert not transport.playing
    assert transport.position_us == 3 * DEFAULT_WINDOW_US
    transport.step(-1)
    assert transport.position_us == 2 * DEFAULT_WINDOW_US


@pytest.mark.parametrize(
    ("step_by", "speed", "window_us", "step_us"),
    [
        (StepBy.WINDOW, 0.001, 10_000, 10_000),
        (StepBy.WINDOW, 1.0, 1_000_000, 1_000_000),
        (StepBy.FRAME, 0.001, 10_000, 40),
        (StepBy.FRAME, 1.0, 1_000_000, 40_000),
        (StepBy.FRAME, 100.0, 10, 4_000_000),
        (250, 1.0, 10_000, 250),
        (0, 1.0, 10_000, 1),
    ],
)
def test_a_step_is_a_window_or_a_frame_of_playback_or_fixed(step_by, speed, window_us, step_us):
    transport = Transport(MINUTE_US, window_us, speed, step_by=step_by, fps=25)
    assert transport.step_us == step_us
    transport.seek(20_000_000)
    transport.step(2)
    assert transport.position_us == 20_000_000 + 2 * step_us
    transport.step(-2)
    assert transport.position_us == 20_000_000


def test_a_step_of_a_frame_goes_where_playback_goes():
    stepped = Transport(MINUTE_US, speed=0.02, step_by=StepBy.FRAME, fps=20)
    played = Transport(MINUTE_US, speed=0.02, playing=True)
    stepped.step(1)
    played.advance(1 / 20)
    assert stepped.position_us == played.position_us == 1_000


def test_steps_go_by_time_while_playing_backwards_too(transport):
    transport.seek(1_000_000)
    transport.reverse()
    transport.step(1)
    assert transport.position_us == 1_000_000 + DEFAULT_WINDOW_US


def test_jumps_to_the_next_and_the_previous_of_some_times():
    transport, times = Transport(MINUTE_US), [30_000_000, 10_000_000, 20_000_000]
    assert transport.seek_next(times)
    assert transport.position_us == 10_000_000
    assert transport.seek_next(times)
    assert transport.position_us == 20_000_000
    assert transport.seek_previous(times)
    assert transport.position_us == 10_000_000
    assert not transport.seek_previous(times)
    assert transport.position_us == 10_000_000
    transport.jump(1.0)
    assert not transport.seek_next(times)
    assert not transport.seek_next([])


def test_a_time_that_playback_just_passed_is_not_the_previous_one(transport):
    times = [10_000_000, 20_000_000]
    transport.seek(20_000_000)
    transport.advance(0.5)
    assert transport.seek_previous(times)
    assert transport.position_us == 10_000_000
    transport.seek(20_000_000)
    transport.advance(1.5)
    assert transport.seek_previous(times)
    assert transport.position_us == 20_000_000


def test_backwards_a_time_that_was_just_passed_is_not_the_next_one(transport):
    times = [10_000_000, 20_000_000]
    transport.seek(10_000_000)
    transport.reverse()
    transport.advance(0.5)
    assert transport.seek_next(times)
    assert transport.position_us == 20_000_000


def test_a_time_past_the_last_position_is_reached_once(transport):
    assert transport.seek_next([MINUTE_US])
    assert transport.at_end
    assert not transport.seek_next([MINUTE_US])


def test_speeds_go_up_and_down_the_ladder_and_stop_at_its_ends(transport):
    transport.change_speed(1)
    assert transport.speed == 2.0
    transport.change_speed(-2)
    assert transport.speed == 0.5
    transport.change_speed(100)
    assert transport.speed == 100.0
    transport.change_speed(-100)
    assert transport.speed == 0.001
    transport.reset_speed()
    assert transport.speed == 1.0


@pytest.mark.parametrize(("steps", "window_us"), [(1, 10_000), (-1, 5_000), (2, 20_000)])
def test_a_window_between_two_rungs_goes_to_the_next_one(transport, steps, window_us):
    transport.window_us = 7_000
    transport.change_window(steps)
    assert transport.window_us == window_us


def test_a_wider_window_keeps_the_position_where_it_can(transport):
    transport.seek(1_000_000)
    transport.change_window(1)
    assert transport.position_us == 1_000_000
    transport.jump(1.0)
    transport.change_window(100)
    assert transport.position_us == MINUTE_US + 1 - 1_000_000


@pytest.mark.parametrize(
    ("duration_us", "speed", "looping"),
    [
        (0, 0.001, True),
        (1_000, 0.001, True),
        (100_000, 0.02, True),
        (1_000_000, 0.25, True),
        (3_000_000, 1.0, True),
        (10 * MINUTE_US, 1.0, False),
    ],
)
def test_a_short_recording_starts_slowed_down_and_looping(duration_us, speed, looping):
    transport = Transport.for_duration(duration_us)
    assert transport.playing
    assert transport.speed == speed
    assert transport.looping == looping


@pytest.mark.parametrize(
    ("duration_us", "window_us", "speed"),
    [
        (60_000_000, 10_000, 1.0),
        (400_000, 10_000, 0.1),
        (50_000, 2_000, 0.01),
        (2_790, 100, 0.001),
        (0, 10, 0.001),
    ],
)
def test_it_starts_so_that_something_is_to_be_seen(duration_us, window_us, speed):
    transport = Transport.for_duration(duration_us)
    assert (transport.window_us, transport.speed) == (window_us, speed)
    assert transport.playing
    assert transport.looping is (duration_us < 10_000_000)
