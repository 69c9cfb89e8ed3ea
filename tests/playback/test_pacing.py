import statistics
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from evtui.playback.pacing import (
    MAX_RATE_BEHIND_MULTIPLEXER,
    SILENCE_S,
    SLACK_S,
    Pacer,
    default_max_rate,
    pacing_wanted,
)
from support.simulated_link import SimulatedLink, play

COLUMNS = 200
SLOW, FAST = 125_000, 1_250_000
ROUND_TRIPS = [0.001, 0.02, 0.04, 0.1, 0.2]


def known_link(round_trip=0.1, rate=SLOW, now=100.0, **options) -> tuple[Pacer, float]:
    """A pacer that knows its link, with nothing in flight, and the time."""
    pacer = Pacer(COLUMNS, **options)
    for _ in range(3):
        probe, frame = pacer.probe(now), pacer.sent(rate // 10, now)
        pacer.answered(probe, now + round_trip)
        now += round_trip + 0.1
        pacer.answered(frame, now)
    return pacer, now


# Through a simulated link


@pytest.mark.parametrize("round_trip", ROUND_TRIPS)
def test_at_1_mbit_frames_are_fresh_and_the_link_is_used(round_trip):
    run = play(Pacer(COLUMNS), SimulatedLink(SLOW, round_trip), 30)
    assert max(run.ages(since=0)) < 0.3
    assert run.bytes_drawn / run.seconds > 0.9 * SLOW


@pytest.mark.parametrize("round_trip", ROUND_TRIPS)
@pytest.mark.parametrize("rate", [30_000, SLOW, FAST])
def test_a_frame_waits_for_the_slack_and_itself_at_most(rate, round_trip):
    run = play(Pacer(COLUMNS), SimulatedLink(rate, round_trip), 30)
    own = 14_000 / rate + round_trip / 2
    assert max(run.ages(since=0)) < own + SLACK_S + 0.01


def test_a_fast_link_with_a_long_round_trip_is_filled():
    link = SimulatedLink(FAST, 0.2)
    run = play(Pacer(COLUMNS), link, 30, lambda number: 28_000, fps=1_000)
    assert run.bytes_drawn / run.seconds > 0.9 * FAST
    assert statistics.median(run.ages(since=3)) < 0.2


def test_a_link_that_carries_every_frame_is_not_noticed():
    run = play(Pacer(COLUMNS), SimulatedLink(FAST, 0.2), 30)
    assert run.frame_rate(5, 30) > 59.5
    assert max(run.ages(since=5)) < 0.13


def test_frames_of_all_sizes():
    random = Random(1)
    sizes = [random.choice([300, 2_000, 14_000, 40_000]) for _ in range(2_000)]
    run = play(Pacer(COLUMNS), SimulatedLink(SLOW, 0.1), 30, sizes.__getitem__)
    assert run.bytes_drawn / run.seconds > 0.9 * SLOW
    assert max(run.ages()) < 0.05 + 40_000 / SLOW + SLACK_S + 0.01


def test_a_link_that_becomes_slower_is_caught_up_with():
    link = SimulatedLink(FAST, 0.1)
    slower = {10.0: lambda: setattr(link.down, "rate", SLOW)}
    run = play(Pacer(COLUMNS), link, 30, at=slower)
    assert run.frame_rate(5, 10) > 59
    assert max(run.ages(since=9)) < 1.5
    assert max(run.ages(since=14)) < 0.3
    assert run.frame_rate(14, 30) > 0.9 * SLOW / 14_000


def test_a_link_that_becomes_faster_is_filled_again():
    link = SimulatedLink(SLOW, 0.1)
    faster = {10.0: lambda: setattr(link.down, "rate", FAST)}
    run = play(Pacer(COLUMNS), link, 30, at=faster)
    assert run.frame_rate(2, 10) < 10
    assert run.frame_rate(12, 30) > 59


@pytest.mark.parametrize(("before", "after"), [(0.05, 0.3), (0.3, 0.05)])
def test_a_base_round_trip_that_drifts_is_followed(before, after):
    link = SimulatedLink(FAST, before)

    def drift() -> None:
        link.down.latency = link.up.latency = after / 2

    pacer = Pacer(COLUMNS)
    run = play(pacer, link, 60, at={10.0: drift})
    assert pacer.base_round_trip == pytest.approx(after, abs=0.01)
    assert run.frame_rate(50, 60) > 59


def test_what_waits_in_the_link_at_the_start_does_not_spoil_the_base_round_trip():
    link = SimulatedLink(SLOW, 0.1)
    link.send(50_000, None, 100.0)
    pacer = Pacer(COLUMNS)
    run = play(pacer, link, 20)
    assert pacer.base_round_trip == pytest.approx(0.1, abs=0.01)
    assert max(run.ages(since=2)) < 0.3


def test_other_bytes_that_a_probe_has_to_wait_for_do_not_spoil_it_either():
    """Such as a dialog's, of which the pacer is not told."""
    link = SimulatedLink(SLOW, 0.1)
    dialogs = {when: lambda when=when: link.send(40_000, None, 100 + when) for when in range(5, 50)}
    pacer = Pacer(COLUMNS)
    run = play(pacer, link, 60, at=dialogs)
    assert pacer.base_round_trip == pytest.approx(0.1, abs=0.02)
    assert max(run.ages(since=51)) < 0.3


def test_on_a_terminal_that_never_answers_the_own_queue_decides():
    waiting = 0
    pacer = Pacer(COLUMNS, queued=lambda: waiting)
    run = play(pacer, SimulatedLink(100 * FAST, 0.01, answers=False), 10)
    assert run.frame_rate(0, 3) == pytest.approx(1 / 3)
    assert run.frame_rate(4, 10) > 59
    assert pacer.state(110.0).mode == "queue"
    assert pacer.state(110.0).bytes_per_second == pytest.approx(60 * 14_000, rel=0.05)
    waiting = 2
    assert not pacer.may_send(111.0)
    assert 111.0 < pacer.next_chance(111.0) < 111.1
    waiting = 0
    assert pacer.may_send(111.02)


def test_a_terminal_that_answers_late_is_believed_after_all():
    pacer = Pacer(COLUMNS)
    first = pacer.sent(14_000, 100.0)
    assert pacer.state(103.1).mode == "queue"
    pacer.answered(first, 104.0)
    assert pacer.state(104.0).mode == "link"


# By hand


def test_the_first_frame_goes_out_at_once_and_the_second_waits_for_its_answer():
    pacer = Pacer(COLUMNS)
    assert pacer.may_send(0.0)
    probe, frame = pacer.probe(0.0), pacer.sent(14_000, 0.0)
    assert (probe, frame) == (1, 2)
    pacer.answered(probe, 0.1)
    assert pacer.base_round_trip == 0.1
    assert not pacer.may_send(0.15)
    pacer.answered(frame, 0.212)
    assert pacer.may_send(0.212)
    assert pacer.rate is None, "not before three probes are answered"


def test_three_probes_at_the_start_each_on_an_idle_link():
    pacer = Pacer(COLUMNS)
    ids = []
    for trial in range(3):
        now = trial * 1.0
        ids.append(pacer.probe(now))
        assert pacer.probe(now) is None, "one at a time"
        pacer.answered(ids[-1], now + 0.2 - trial * 0.01)
    assert ids == [1, 2, 3]
    assert pacer.probe(3.0) is None
    assert pacer.base_round_trip == pytest.approx(0.18)
    frame = pacer.sent(14_000, 5.0)
    assert pacer.probe(5.0) is None, "not behind a frame"
    pacer.answered(frame, 5.3)
    assert pacer.probe(5.3) is not None, "two seconds have passed"


def test_the_next_frame_is_sent_when_the_link_will_soon_have_carried_the_one_before():
    pacer, now = known_link()
    pacer.sent(25_000, now)
    assert pacer.next_chance(now) == pytest.approx(now + 0.2 - SLACK_S)
    chance = pacer.next_chance(now)
    assert pacer.next_chance(chance) == chance
    assert pacer.may_send(chance)
    assert not pacer.may_send(chance - 0.001)


def test_an_estimate_ahead_of_the_answers_lets_one_frame_go_and_no_more():
    pacer, now = known_link()
    for _ in range(2):
        assert pacer.may_send(now)
        pacer.sent(25_000, now)
        now += 1.0
    assert not pacer.may_send(now)


def test_an_answer_speaks_for_what_was_sent_before():
    pacer, now = known_link()
    first, second = pacer.sent(1_000, now), pacer.sent(1_000, now)
    pacer.answered(second, now + 0.12)
    assert pacer.state(now + 0.12).in_flight == 0
    before = pacer.rate
    pacer.answered(first, now + 0.13)
    pacer.answered(second, now + 0.13)
    assert pacer.rate == before
    assert pacer.state(now + 0.13).in_flight == 0


def test_answers_to_nothing_mean_nothing():
    pacer, now = known_link()
    pacer.sent(1_000, now)
    pacer.answered(150, now)
    assert pacer.state(now).in_flight == 1_000
    assert Pacer(COLUMNS).state(0.0).mode == "link"


def test_after_a_silence_what_is_in_flight_is_forgotten():
    pacer, now = known_link()
    lost = pacer.sent(30_000, now)
    pacer.sent(30_000, now + 0.1)
    assert pacer.next_chance(now + 0.2) == pytest.approx(now + SILENCE_S)
    now += SILENCE_S
    assert pacer.may_send(now)
    pacer.sent(14_000, now)
    assert pacer.state(now).in_flight == 14_000
    assert not pacer.may_send(now + 0.01)
    pacer.answered(lost, now + 1)
    assert pacer.state(now + 1).in_flight == 14_000
    assert pacer.state(now + 1).mode == "link"


def test_a_frame_that_takes_long_is_waited_for():
    pacer, now = known_link(rate=30_000)
    pacer.sent(200_000, now)
    pacer.sent(200_000, now + 6.6)
    assert pacer.state(now + 6.7).in_flight == 400_000
    assert pacer.next_chance(now + 6.7) > now + 2 * 200_000 / 30_000


def test_no_second_question_where_all_ids_are_taken():
    pacer = Pacer(3)
    now = 0.0
    for _ in range(3):
        probe = pacer.probe(now)
        pacer.answered(probe, now + 0.1)
        frame = pacer.sent(10_000, now + 0.1)
        now += 0.3
        pacer.answered(frame, now)
    assert {pacer.sent(1, now), pacer.sent(1, now)} == {1, 2}
    assert not pacer.may_send(now)
    assert pacer.next_chance(now) == pytest.approx(now + SILENCE_S)


def test_ids_are_columns_and_never_the_last_one():
    pacer = Pacer(80)
    ids = [pacer.sent(1, 0.0) for _ in range(200)]
    assert set(ids) == set(range(1, 80))
    assert {Pacer(1).sent(1, 0.0) for _ in range(3)} == {1}


def test_a_narrower_terminal_is_not_waited_for_where_it_cannot_answer():
    pacer, now = known_link()
    while (last := pacer.sent(10, now)) < 150:
        pacer.answered(last, now)
    assert pacer.state(now).in_flight == 10
    pacer.resized(100)
    assert pacer.state(now).in_flight == 0
    assert pacer.may_send(now)
    assert pacer.sent(10, now) <= 99


def test_a_probe_on_its_way_does_not_hold_frames_up():
    pacer = Pacer(COLUMNS)
    assert pacer.probe(0.0) is not None
    assert pacer.may_send(0.0)


def test_before_quitting_answers_on_their_way_can_be_waited_for():
    pacer = Pacer(COLUMNS)
    assert pacer.settled(0.0)
    frame = pacer.sent(100, 0.0)
    assert not pacer.settled(0.1)
    pacer.answered(frame, 0.2)
    assert pacer.settled(0.2)
    pacer.sent(100, 1.0)
    assert pacer.settled(1.0 + SILENCE_S)


def test_off_lets_all_frames_through_and_asks_nothing():
    pacer = Pacer(COLUMNS, max_rate=10, enabled=False)
    for _ in range(5):
        assert pacer.may_send(1.0)
        assert pacer.probe(1.0) is None
        assert pacer.sent(1_000_000, 1.0) is None
    assert pacer.state(1.0).mode == "off"
    assert pacer.state(1.0).bytes_per_second == 5_000_000


def test_what_is_shown_of_the_link():
    pacer, now = known_link()
    frame = pacer.sent(12_500, now)
    state = pacer.state(now)
    assert (state.mode, state.in_flight) == ("link", 12_500)
    assert state.round_trip == pytest.approx(0.1)
    pacer.answered(frame, now + 0.2)
    state = pacer.state(now + 0.2)
    assert state.in_flight == 0
    assert state.delay == pytest.approx(0.2)
    assert state.bytes_per_second == 4 * 12_500
    assert pacer.state(now + 9).bytes_per_second == 0


# The limit


def test_a_limit_holds_where_the_link_cannot_be_seen():
    """Behind tmux: answers come at once, whatever the link."""
    pacer = Pacer(COLUMNS, max_rate=100_000)
    run = play(pacer, SimulatedLink(1e9, 0.0008), 20)
    assert run.bytes_drawn / run.seconds == pytest.approx(100_000, rel=0.05)
    assert pacer.state(120.0).mode == "limited"


def test_a_limit_above_the_link_leaves_the_link_its_say():
    run = play(Pacer(COLUMNS, max_rate=500_000), SimulatedLink(SLOW, 0.1), 20)
    assert max(run.ages()) < 0.3


def test_a_limit_holds_on_a_terminal_that_never_answers():
    pacer = Pacer(COLUMNS, max_rate=100_000)
    run = play(pacer, SimulatedLink(1e9, 0.001, answers=False), 20)
    assert run.frame_rate(5, 20) == pytest.approx(100 / 14, rel=0.05)


def test_a_rest_does_not_save_up_for_a_burst():
    pacer, now = known_link(max_rate=100_000)
    now += 60
    pacer.sent(10_000, now)
    assert pacer.next_chance(now) >= now + 0.1 - SLACK_S


@pytest.mark.parametrize(
    ("environment", "limit"),
    [
        ({}, None),
        ({"SSH_CONNECTION": "a 1 b 2"}, None),
        ({"TMUX": "/tmp/tmux,1,0"}, None),
        ({"TMUX": "", "SSH_CONNECTION": "a 1 b 2"}, None),
        ({"TMUX": "/tmp/tmux,1,0", "SSH_CONNECTION": "a 1 b 2"}, MAX_RATE_BEHIND_MULTIPLEXER),
        ({"STY": "1.screen", "SSH_CONNECTION": "a 1 b 2"}, MAX_RATE_BEHIND_MULTIPLEXER),
        ({"ZELLIJ": "0", "SSH_CONNECTION": "a 1 b 2"}, MAX_RATE_BEHIND_MULTIPLEXER),
    ],
)
def test_a_limit_by_default_only_in_a_multiplexer_over_ssh(environment, limit):
    assert default_max_rate(environment) == limit


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [({}, True), ({"EVTUI_PACING": "on"}, True), ({"EVTUI_PACING": " Off"}, False)],
)
def test_the_environment_can_turn_it_off(environment, wanted):
    assert pacing_wanted(environment) is wanted


# Whatever happens


@given(
    rate=st.floats(5_000, 1e8),
    round_trip=st.floats(0.0, 1.0),
    sizes=st.lists(st.integers(1, 60_000), min_size=1, max_size=30),
)
def test_on_any_link_what_is_in_flight_is_bounded_and_frames_go_on(rate, round_trip, sizes):
    run = play(
        Pacer(COLUMNS), SimulatedLink(rate, round_trip), 5, lambda at: sizes[at % len(sizes)], 30
    )
    assert max(run.overdrawn, default=0) < max(sizes)
    assert run.bytes_drawn > 0 or max(sizes) / rate + round_trip > 4


class AnyAnswers(RuleBasedStateMachine):
    """Answers that come late, twice, out of order, or never, from a terminal that changes width."""

    def __init__(self) -> None:
        super().__init__()
        self.pacer = Pacer(20)
        self.now = 1_000.0
        self.asked: list[int] = []
        self.largest = 0

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.02, 0.3, 2.9, 3.1, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(size=st.integers(1, 100_000))
    def a_frame_is_due(self, size: int) -> None:
        chance = self.pacer.next_chance(self.now)
        if chance <= self.now:
            self.send(size)
        else:
            assert not self.pacer.may_send(self.now)
            self.now = chance
            assert self.pacer.may_send(self.now), "a chance that was named is kept"

    def send(self, size: int) -> None:
        before = self.pacer.state(self.now)
        if before.mode == "link" and before.in_flight:
            assert before.in_flight < self.pacer.allowance + self.largest
        self.largest = max(self.largest, size)
        probe = self.pacer.probe(self.now)
        self.asked += [] if probe is None else [probe]
        frame = self.pacer.sent(size, self.now)
        assert frame is not None
        assert frame >= 1
        self.asked.append(frame)
        if before.mode == "link":
            assert self.pacer.state(self.now).in_flight == before.in_flight + size

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def an_answer_comes(self, data: st.DataObject) -> None:
        in_flight = self.pacer.state(self.now).in_flight
        self.pacer.answered(data.draw(st.sampled_from(self.asked[-30:])), self.now)
        if in_flight:
            assert 0 <= self.pacer.state(self.now).in_flight <= in_flight

    @rule(id=st.integers(-1, 300))
    def an_answer_comes_to_nothing_asked(self, id: int) -> None:
        self.pacer.answered(id, self.now)

    @rule(columns=st.integers(1, 300))
    def the_terminal_is_resized(self, columns: int) -> None:
        self.pacer.resized(columns)


TestAnyAnswers = AnyAnswers.TestCase
