"""What is asked of which terminal, and what its answers mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.rendering.pixels import Graphics, GraphicsProtocol
from evtui.tui.graphics import question, understand

KITTY_YES = b"\x1b_Gi=31;OK\x1b\\"
KITTY_NO = b"\x1b_Gi=31;ENOTSUP:no pictures\x1b\\"
CELL = b"\x1b[6;18;9t"
VT220 = b"\x1b[?62;22c"
VT340 = b"\x1b[?64;1;2;4;6c"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"TERM": ""},
        {"TERM": "dumb"},
        {"TERM": "linux"},
        {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"},
    ],
)
def test_terminals_that_surely_have_none_are_not_asked(environment: dict[str, str]) -> None:
    assert question(environment) == ""


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "screen-256color"},
        {"TERM": "tmux-256color"},
        {"TERM": "xterm-256color", "TMUX": "/tmp/tmux-0/default,1,0"},
        {"TERM": "xterm-256color", "STY": "1.pts-0"},
        {"TERM": "rxvt-unicode-256color"},
        {"TERM": "vt340"},
    ],
)
def test_where_it_might_be_shown_kittys_question_is_not_asked(environment: dict[str, str]) -> None:
    asked = question(environment)
    assert "\x1b_" not in asked
    assert asked.endswith("\x1b[c")


@pytest.mark.parametrize(
    "term", ["xterm-256color", "xterm-kitty", "xterm-ghostty", "wezterm", "foot-extra", "konsole"]
)
def test_others_are_asked_for_both_and_the_question_all_answer_comes_last(term: str) -> None:
    asked = question({"TERM": term})
    assert asked.startswith("\x1b_Gi=31,")
    assert asked.endswith("\x1b[c")


@pytest.mark.parametrize(
    ("answers", "window", "expected"),
    [
        (KITTY_YES + CELL + VT220, None, Graphics(GraphicsProtocol.KITTY, (9, 18))),
        (KITTY_YES + CELL + VT340, (8, 16), Graphics(GraphicsProtocol.KITTY, (8, 16))),
        (KITTY_YES + VT220, None, Graphics(GraphicsProtocol.KITTY, (10, 20))),
        (CELL + VT340, None, Graphics(GraphicsProtocol.SIXEL, (9, 18))),
        (VT340, (8, 16), Graphics(GraphicsProtocol.SIXEL, (8, 16))),
        (KITTY_NO + CELL + VT340, None, Graphics(GraphicsProtocol.SIXEL, (9, 18))),
        # Sixels would not fit cells of an unknown size.
        (VT340, None, None),
        (b"\x1b[6;0;0t" + VT340, None, None),
        (CELL + VT220, (8, 16), None),
        (KITTY_NO + VT220, (8, 16), None),
        # Class 4 is no extension 4, and neither is 42.
        (b"\x1b[?4;6c", (8, 16), None),
        (b"\x1b[?62;42c", (8, 16), None),
        (b"\x1b[?c", (8, 16), None),
        (b"", (8, 16), None),
        (b"jj" + KITTY_YES + b"q" + VT220, None, Graphics(GraphicsProtocol.KITTY, (10, 20))),
    ],
)
def test_answers(answers: bytes, window: tuple[int, int] | None, expected: Graphics | None) -> None:
    measure = understand(answers, lambda: window)
    assert (measure and measure()) == expected


def test_cells_are_measured_each_time() -> None:
    sizes = iter([(8, 16), (12, 24)])
    measure = understand(VT340, lambda: next(sizes))
    assert measure is not None
    assert [measure(), measure()] == [
        Graphics(GraphicsProtocol.SIXEL, (8, 16)),
        Graphics(GraphicsProtocol.SIXEL, (12, 24)),
    ]


@given(st.binary(max_size=60) | st.text("\x1b[?;0123456789c_GitOK\\", max_size=60).map(str.encode))
def test_no_answer_is_an_error(answers: bytes) -> None:
    measure = understand(answers, lambda: None)
    assert measure is None or isinstance(measure(), Graphics | None)
