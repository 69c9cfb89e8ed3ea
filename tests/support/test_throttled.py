"""Lower bounds only: the link may be slower than it says on a busy machine, but never faster."""

import re
import sys
import time

import pytest

from support.throttled import ThrottledTerminal

ECHO = """
import sys, termios, tty
tty.setraw(0)
print("ready", flush=True)
while (key := sys.stdin.read(1)) != "q":
    print(f"<{key}>", end="", flush=True)
print("bye")
"""

ASK = """
import os, sys, tty
tty.setraw(0)
for place in sys.argv[1:]:
    os.write(1, b"x" * 5_000 + b"\\x1b7\\x1b[" + place.encode() + b"H\\x1b[6n\\x1b8")
    answer = b""
    while not answer.endswith(b"R"):
        answer += os.read(0, 100)
    os.write(1, b"\\r\\nheard " + answer[2:] + b".")
"""


def throttled(code: str, *arguments: str, rate=1e6, round_trip=0.0, **options) -> ThrottledTerminal:
    return ThrottledTerminal([sys.executable, "-c", code, *arguments], rate, round_trip, **options)


def test_output_arrives_no_faster_than_the_link():
    with throttled("print('x' * 20_000)", rate=100_000) as terminal:
        assert terminal.wait_for_exit() == 0
        assert terminal.output.count(b"x") == 20_000
        assert terminal.arrivals[-1][0] - terminal.written[0][0] >= 0.2


def test_a_key_and_its_echo_take_a_round_trip():
    with throttled(ECHO, round_trip=0.2) as terminal:
        terminal.wait_for("ready")
        sent = terminal.send("a")
        assert terminal.wait_for_bytes(b"<a>", 0) - sent >= 0.2
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert b"bye" in terminal.output


def test_keys_do_not_wait_for_output():
    code = "import sys; print('x' * 200_000, flush=True); print(sys.stdin.readline())"
    with throttled(code, rate=1_000_000) as terminal:
        terminal.send("first\n")
        terminal.wait_for("first")
        assert terminal.wait_for_exit() == 0


def test_a_question_is_answered_when_what_was_before_it_has_arrived():
    with throttled(ASK, "2;7", "1;1", rate=50_000, round_trip=0.1) as terminal:
        terminal.wait_for_bytes(b"heard 2;7R.", 0)
        terminal.wait_for_bytes(b"heard 1;1R.", 0)
        first, second = (match.end() for match in re.finditer(rb"\x1b\[6n", terminal.output))
        assert terminal.written_at(second) - terminal.arrived_at(first) >= 0.05
        assert terminal.arrived_at(second) - terminal.written_at(second) >= 0.05 + 0.1
        assert terminal.wait_for_exit() == 0


def test_a_place_beyond_the_screen_is_answered_with_its_edge():
    with throttled(ASK, "99;300", columns=80, rows=24) as terminal:
        terminal.wait_for_bytes(b"heard 24;80R.", 0)


def test_the_buffer_between_is_bounded():
    with throttled("print('x' * 300_000)", rate=500_000, capacity=10_000) as terminal:
        while not terminal.output.endswith(b"x\r\n"):
            terminal.read(0.1)
            on_the_way = terminal.written[-1][1] - len(terminal.output) if terminal.written else 0
            assert on_the_way <= 10_000
        assert terminal.wait_for_exit() == 0


def test_what_comes_for_a_program_that_has_ended_is_a_stray():
    code = "import os, tty; tty.setraw(0); os.write(1, b'\\x1b[2;7H\\x1b[6n')"
    with throttled(code, round_trip=0.5) as terminal:
        terminal.wait_for_exit()
        deadline = time.monotonic() + 10
        while not terminal.stray and time.monotonic() < deadline:
            terminal.read(0.1)
        assert terminal.stray == b"\x1b[2;7R"


def test_what_never_comes_is_told_with_the_screen():
    with (
        throttled("print('only this')") as terminal,
        pytest.raises(AssertionError, match="only this"),
    ):
        terminal.wait_for_bytes(b"that", 0, timeout=5)


def test_what_does_not_come_in_time_is_told_with_the_screen():
    with throttled(ECHO) as terminal:
        terminal.wait_for("ready")
        with pytest.raises(TimeoutError, match="ready"):
            terminal.wait_for_bytes(b"<a>", 0, timeout=0.1)
