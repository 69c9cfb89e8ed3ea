"""The rules of EVT 2.0, EVT 2.1 and DAT, word by word: slow and plain."""

from __future__ import annotations

from collections.abc import Iterable

from evtui.events import Events
from support.strategies import events_of

EVT2_ROUND = 1 << 34
DAT_ROUND = 1 << 32


def nearest(shown: int, before: int | None, round_us: int) -> int:
    """The time nearest to the one before that the clock can mean, not before its first round."""
    if before is None:
        return shown
    number = before // round_us
    meant = [shown + round_us * other for other in (number, number + 1, number - 1) if other >= 0]
    return min(meant, key=lambda time: abs(time - before))


def evt2_slowly(heads: Iterable[int]) -> Events:
    """Events of EVT 2.0, t from the first of them."""
    return evt21_slowly((head, 1) for head in heads)


def evt21_slowly(words: Iterable[tuple[int, int]]) -> Events:
    """Events of EVT 2.1, given as pairs of head and mask, t from the first of them."""
    high, rows = None, []
    for head, mask in words:
        kind, low = head >> 28, head >> 22 & 63
        if kind == 8:
            high = nearest((head & 0xFFFFFFF) << 6, high, EVT2_ROUND)
        elif kind < 2 and high is not None:
            x, y = head >> 11 & 0x7FF, head & 0x7FF
            rows += [(high + low, x + bit, y, kind) for bit in range(32) if mask >> bit & 1]
    return _from_the_first(rows)


def dat_slowly(records: Iterable[tuple[int, int]]) -> Events:
    """Events of DAT, given as pairs of time and word, t from the first of them."""
    time, rows = None, []
    for shown, word in records:
        time = nearest(shown, time, DAT_ROUND)
        rows.append((time, word & 0x3FFF, word >> 14 & 0x3FFF, int(word >> 28 > 0)))
    return _from_the_first(rows)


def _from_the_first(rows: list[tuple[int, int, int, int]]) -> Events:
    return events_of([(t - rows[0][0], x, y, p) for t, x, y, p in rows])
