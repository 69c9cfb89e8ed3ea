import sys

import pyte
import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.events import CursorPosition

from evtui.tui.probes import ROW, answer_of, question
from support.terminal import Terminal

ASKING = """
import sys
from textual.app import App
from textual.widgets import Static
from evtui.tui.probes import answer_of, question

class Asking(App):
    heard = []
    def compose(self):
        yield Static(id="said")
    def on_mount(self):
        for id in map(int, sys.argv[1:]):
            self._driver.write(question(id))
    def on_cursor_position(self, event):
        self.heard.append(answer_of(event))
        self.query_one("#said").update("heard " + " ".join(map(str, self.heard)) + ".")

Asking().run()
"""


def asking(*ids: int) -> Terminal:
    """An app that asks questions as it starts and shows the answers it hears."""
    return Terminal([sys.executable, "-c", ASKING, *map(str, ids)], columns=80, rows=24)


def test_each_question_comes_back_as_its_id():
    with asking(1, 2, 8, 79, 80) as terminal:
        terminal.wait_for("heard 1 2 8 79 80.")


def test_beyond_the_width_the_last_column_answers():
    with asking(79, 81, 200) as terminal:
        terminal.wait_for("heard 79 80 80.")


def test_f3_with_a_modifier_is_no_answer():
    with asking(5) as terminal:
        terminal.wait_for("heard 5.")
        terminal.send("\x1b[1;2R\x1b[1;5R")
        terminal.wait_for("heard 5 None None.")


def test_no_key_that_textual_knows_looks_like_an_answer():
    answers = [f"\x1b[{ROW};{id}R" for id in range(1, 400)]
    assert not set(answers) & set(ANSI_SEQUENCES_KEYS)


@pytest.mark.parametrize("row", [0, 2, 23])
def test_other_rows_answer_nothing(row):
    assert answer_of(CursorPosition(4, row)) is None
    assert answer_of(CursorPosition(4, ROW - 1)) == 5


@pytest.mark.parametrize("place", [(5, 9), (0, 0), (23, 70)])
def test_a_question_leaves_the_screen_and_the_cursor_as_they_were(place):
    screen = pyte.Screen(80, 24)
    answers: list[str] = []
    screen.write_process_input = answers.append
    row, column = place
    pyte.Stream(screen).feed(f"\x1b[{row + 1};{column + 1}H" + question(42))
    assert (screen.cursor.y, screen.cursor.x) == place
    assert answers == [f"\x1b[{ROW};42R"]
    assert not "".join(screen.display).strip()
