"""Questions to the terminal whose answers say what it has drawn.

A question puts the cursor on row ``ROW`` and a column, asks for the cursor's position, and puts
the cursor back; the column is the question's id.  Terminals answer in the order of what they are
sent, so the answer says that all before it is drawn.

Textual's parser makes a ``CursorPosition`` event of every ``ESC [ row ; column R``, with ``x`` and
``y`` counted from 0, and posts it to the app: ``App.on_cursor_position`` handles it, never a screen
or a widget, since it does not bubble and is no input event.  With row 1 the same bytes are what
many terminals send for F3 with Shift, Ctrl or Alt (``ESC [ 1 ; 2 R`` and on), so questions are
asked on row 2, where no key can be taken for an answer.
"""

from __future__ import annotations

from textual.events import CursorPosition

ROW = 2
"""The row questions are asked on, counted from 1."""


def question(id: int) -> str:
    """The text that asks for an answer with an id, from 1 to the terminal's width."""
    return f"\x1b7\x1b[{ROW};{id}H\x1b[6n\x1b8"


def answer_of(event: CursorPosition) -> int | None:
    """The id an event answers; None for one that answers no question."""
    return event.x + 1 if event.y == ROW - 1 else None
