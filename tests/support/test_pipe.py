import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pipe import Pipe


def test_bytes_leave_at_the_rate_and_arrive_after_the_latency():
    pipe = Pipe(rate=1_000, latency=0.5, piece=100)
    pipe.put(b"a" * 100 + b"b" * 50, 10.0)
    assert pipe.next_arrival(10.0) == pytest.approx(10.6)
    assert pipe.take(10.59) == []
    assert pipe.take(10.61) == [(pytest.approx(10.6), b"a" * 100)]
    assert pipe.take(11.0) == [(pytest.approx(10.65), b"b" * 50)]
    assert pipe.empty
    assert pipe.next_arrival(11.0) is None


def test_the_next_bytes_wait_for_those_before():
    pipe = Pipe(rate=1_000, latency=0.0)
    pipe.put(b"a" * 200, 1.0)
    pipe.put(b"b" * 100, 1.1)
    assert [when for when, _ in pipe.take(2.0)] == pytest.approx([1.2, 1.3])
    pipe.put(b"c" * 100, 5.0)
    assert pipe.next_arrival(5.0) == pytest.approx(5.1)


def test_the_buffer_is_bounded():
    pipe = Pipe(rate=1_000, latency=1.0, capacity=300, piece=100)
    pipe.put(bytes(300), 0.0)
    assert pipe.room(0.0) == 0
    with pytest.raises(BufferError, match="room for 0"):
        pipe.put(b"x", 0.0)
    assert pipe.room(0.15) == 100


def test_a_rate_that_changes_holds_for_what_still_waits():
    pipe = Pipe(rate=1_000, latency=0.0, piece=100)
    pipe.put(bytes(200), 0.0)
    pipe.take(0.1)
    pipe.rate = 100
    assert pipe.next_arrival(0.1) == pytest.approx(1.1)
    pipe.rate = None
    assert pipe.next_arrival(0.2) == pytest.approx(0.1)


@given(
    puts=st.lists(st.tuples(st.floats(0, 2), st.binary(max_size=5_000)), max_size=20),
    rate=st.floats(100, 1e6),
    latency=st.floats(0, 1),
)
def test_everything_arrives_once_in_order_and_no_faster_than_the_rate(puts, rate, latency):
    pipe, now, put = Pipe(rate, latency), 0.0, b""
    arrivals = []
    for wait, data in puts:
        now += wait
        arrivals += pipe.take(now)
        pipe.put(data, now)
        put += data
    arrivals += pipe.take(1e9)
    assert b"".join(piece for _, piece in arrivals) == put
    times = [when for when, _ in arrivals]
    assert times == sorted(times)
    if times:
        rest = sum(len(piece) for _, piece in arrivals[1:])
        assert times[-1] - latency >= len(put) / rate * (1 - 1e-9) - 1e-9
        assert rest / rate <= times[-1] - times[0] + 1e-6
