"""Cells → ANSI text: only what changed of each row, in as few bytes as will do.

A row's text begins at its first column in the terminal's usual colours, and leaves those behind;
the cursor it leaves behind the row's last column, unless that is the terminal's last.  Sequences
are those of ECMA-48, 5th edition: CUF, EL, SGR.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.rendering.cells import BLANK, Cells
from evtui.rendering.colours import Pens

Packed: TypeAlias = NDArray[np.uint32]
"""Cells as one number each, shape (rows, columns): code, front and back, comparable at once."""

USUAL: int = 0
"""The shade that stands for the terminal's own colour, in front and behind."""

_SHADE_BITS = 5
_SHADES = 1 << _SHADE_BITS
_CODE_SHIFT = 2 * _SHADE_BITS
_FULL_BLOCK = ord("█")
_ANY = -1
"""The shade of what a glyph does not show."""

_MOST_FILLED = 4
"""Unchanged cells up to this number may be written again, where that is shorter than to skip."""

_FEWEST_ERASED = 4
"""From this number on, blank cells at a row's end are erased."""

_NOTHING_CHANGES, _ERASE = "", "\x1b[K"


def pack(cells: Cells, columns: int, rows: int) -> Packed:
    """Cells in the middle of a block of blank ones, each as one number.

    Args:
        cells: at most as many as the block has room for; shades below 32.
        columns: of the block.
        rows: of the block.
    """
    front = np.where(cells.codes == BLANK, USUAL, cells.front).astype(np.uint32)
    packed = cells.codes << _CODE_SHIFT | front << _SHADE_BITS | cells.back
    block = blank(columns, rows)
    top, left = (rows - cells.rows) // 2, (columns - cells.columns) // 2
    block[top : top + cells.rows, left : left + cells.columns] = packed
    return block


def blank(columns: int, rows: int) -> Packed:
    """A block of blank cells."""
    return np.full((rows, columns), BLANK << _CODE_SHIFT, np.uint32)


def unpack(packed: Packed) -> Cells:
    """The cells of a block, the blank ones around them included."""
    mask = np.uint32(_SHADES - 1)
    return Cells(
        packed >> np.uint32(_CODE_SHIFT),
        (packed >> np.uint32(_SHADE_BITS) & mask).astype(np.uint8),
        (packed & mask).astype(np.uint8),
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be painted."""

    wanted: Packed
    changed: NDArray[np.bool_]
    """Which cells the terminal does not show yet, same shape."""
    whole: NDArray[np.bool_]
    """Rows of which nothing is known, shape (rows,): all of their cells are changed."""
    to_edge: bool
    """Whether the block's last column is the terminal's: then a row's rest may be erased, and it
    does not matter where the cursor is left."""


def compare(wanted: Packed, shown: Packed, known: NDArray[np.bool_], to_edge: bool) -> Sheet:
    """What has to be painted for the terminal to show the wanted cells.

    Args:
        wanted: the cells.
        shown: what the terminal shows, same shape.
        known: rows of which that is certain, shape (rows,).
        to_edge: whether the block's last column is the terminal's.
    """
    changed = wanted != shown
    changed[~known] = True
    return Sheet(wanted, changed, ~known, to_edge)


def paint(sheet: Sheet, pens: Pens) -> list[str]:
    """The text of each row; empty where nothing changed."""
    rows, columns = sheet.wanted.shape
    ends = _written_until(sheet) if sheet.to_edge else np.full(rows, columns)
    changed = sheet.changed & (np.arange(columns) < ends[:, None])
    written = _fill_gaps(sheet.wanted, changed, pens)
    places = np.flatnonzero(written)
    texts = _texts(sheet.wanted.reshape(-1)[places], places, rows, columns, pens)
    if not sheet.to_edge:
        return [text + _skip_to(columns, places, row, columns) for row, text in enumerate(texts)]
    for row in np.flatnonzero(ends < columns):
        texts[row] += _skip_to(int(ends[row]), places, int(row), columns) + _ERASE
    return texts


def _written_until(sheet: Sheet) -> NDArray[np.int64]:
    """From which column on the rest of each row is erased instead; all columns where it is not."""
    columns = sheet.wanted.shape[1]
    inked = sheet.wanted != BLANK << _CODE_SHIFT
    last = columns - np.argmax(inked[:, ::-1], axis=1)
    last[~inked.any(axis=1)] = 0
    erased = sheet.whole & (columns - last >= _FEWEST_ERASED)
    until: NDArray[np.int64] = np.where(erased, last, columns)
    return until


def _skip_to(column: int, places: NDArray[np.int64], row: int, columns: int) -> str:
    """From where the last written cell of a row left the cursor."""
    before = int(np.searchsorted(places, (row + 1) * columns)) - 1
    at = int(places[before]) - row * columns + 1 if before >= 0 else 0
    return _move(column - max(at, 0))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How cells are drawn one after the other, arrays of one entry a cell."""

    codes: NDArray[np.uint32]
    fronts: NDArray[np.int8]
    """The shade that the terminal draws with once the cell was written."""
    backs: NDArray[np.int8]


def _drawn(packed: Packed, starts: NDArray[np.bool_], pens: Pens) -> _Drawn:
    """Choose how to draw some cells; where the usual colours are in force is told by ``starts``.

    A full block looks like a blank on its colour.  It is a block only where its colour is the one
    in front already: so the front changes for mixed cells alone, and the glyph is one byte, not
    three.  That is a quarter of a busy frame; the best choice of all would be another twentieth.
    """
    codes, front, back = _split(packed)
    full = codes == _FULL_BLOCK
    if not _coloured(pens):
        return _Drawn(codes, *(np.full(len(codes), USUAL, np.int8) for _ in range(2)))
    fronts = _carried(np.where(full | (codes == BLANK), _ANY, front), starts)
    hidden = full & (fronts == front)
    backs = _carried(np.where(full, np.where(hidden, _ANY, front), back), starts)
    return _Drawn(np.where(full & (backs == front), BLANK, codes), fronts, backs)


def _split(packed: Packed) -> tuple[NDArray[np.uint32], NDArray[np.int8], NDArray[np.int8]]:
    """Codes, fronts and backs of cells."""
    mask = np.uint32(_SHADES - 1)
    front = (packed >> np.uint32(_SHADE_BITS) & mask).astype(np.int8)
    return packed >> np.uint32(_CODE_SHIFT), front, (packed & mask).astype(np.int8)


@lru_cache(maxsize=8)
def _coloured(pens: Pens) -> bool:
    return len({*pens.fronts}) > 1 or len({*pens.backs}) > 1


def _fill_gaps(wanted: Packed, changed: NDArray[np.bool_], pens: Pens) -> NDArray[np.bool_]:
    """Write short gaps again where no colour has to change for it and skipping is no shorter."""
    columns = wanted.shape[1]
    flat = wanted.reshape(-1)
    places = np.flatnonzero(changed)
    gaps = np.diff(places) - 1
    same_row = places[1:] // columns == places[:-1] // columns
    short = np.flatnonzero((gaps > 0) & (gaps <= _MOST_FILLED) & same_row)
    if not len(short):
        return changed
    drawn = _drawn(flat[places], _row_starts(places, columns), pens)
    lengths = gaps[short]
    gap = np.repeat(np.arange(len(short)), lengths)
    before = short[gap]
    since = np.arange(len(gap)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    inside = places[before] + 1 + since
    cost = _cost_in(flat[inside], drawn.fronts[before], drawn.backs[before], pens)
    worth = np.bincount(gap, cost) <= _MOVE_BYTES[lengths]
    filled = changed.copy()
    filled.reshape(-1)[inside[worth[gap]]] = True
    return filled


_TOO_MUCH = 99


def _cost_in(
    packed: Packed, front: NDArray[np.int8], back: NDArray[np.int8], pens: Pens
) -> NDArray[np.int64]:
    """The bytes of cells drawn in these colours; ``_TOO_MUCH`` where others are needed."""
    codes, its_front, its_back = _split(packed)
    size = _utf8_bytes(codes)
    if not _coloured(pens):
        return size
    full = codes == _FULL_BLOCK
    front_fits = (codes == BLANK) | (its_front == front)
    fits = front_fits & (full | (its_back == back))
    size[full & (its_front == back)] = 1
    fits |= full & (its_front == back)
    return np.where(fits, size, _TOO_MUCH)


def _utf8_bytes(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    size = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)
    return size


def _row_starts(places: NDArray[np.int64], columns: int) -> NDArray[np.bool_]:
    """Which places are the first of their row."""
    starts: NDArray[np.bool_] = np.diff(places // columns, prepend=-1) != 0
    return starts


def _carried(needs: NDArray[np.int8], starts: NDArray[np.bool_]) -> NDArray[np.int8]:
    values = np.where(starts & (needs == _ANY), np.int8(USUAL), needs)
    latest = np.maximum.accumulate(np.where(values == _ANY, 0, np.arange(len(values))))
    carried: NDArray[np.int8] = values[latest]
    return carried


def _texts(
    packed: Packed, places: NDArray[np.int64], rows: int, columns: int, pens: Pens
) -> list[str]:
    """The text of each row from the cells that are written of it, ascending by place."""
    if not len(places):
        return [_NOTHING_CHANGES] * rows
    starts = _row_starts(places, columns)
    drawn = _drawn(packed, starts, pens)
    changes = _changes(drawn.fronts, starts) * (_SHADES + 1) + _changes(drawn.backs, starts)
    row_of, column_of = np.divmod(places, columns)
    skipped = np.where(starts, column_of, np.diff(places, prepend=0) - 1)
    tokens = np.empty((len(places), 3), object)
    tokens[:, 0] = _moves(columns)[skipped]
    tokens[:, 1] = _pen_changes(pens)[changes]
    tokens[:, 2] = list(drawn.codes.astype("<u4").tobytes().decode("utf-32-le"))
    pieces = tokens.reshape(-1).tolist()
    borders = np.searchsorted(row_of, np.arange(rows + 1)).tolist()
    back_to_usual = _pen_changes(pens)[(USUAL + 1) * (_SHADES + 2)]
    coloured = (drawn.fronts != USUAL) | (drawn.backs != USUAL)
    return [
        "".join(pieces[3 * first : 3 * past]) + (back_to_usual if coloured[past - 1] else "")
        if past > first
        else _NOTHING_CHANGES
        for first, past in pairwise(borders)
    ]


def _changes(states: NDArray[np.int8], starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each cell 0, or one more than the shade that it has to be changed to."""
    before = np.concatenate(([np.int8(USUAL)], states[:-1]))
    before[starts] = USUAL
    return np.where(states != before, states.astype(np.int64) + 1, 0)


@lru_cache(maxsize=8)
def _pen_changes(pens: Pens) -> NDArray[np.object_]:
    """The sequence for every change of the two shades, by both as ``_changes`` has them."""
    table = np.full((_SHADES + 1) ** 2, "", object)
    if not _coloured(pens):
        return table  # without colours there is nothing to say
    fronts, backs = (None, *pens.fronts), (None, *pens.backs)
    for front, in_front in enumerate(fronts):
        for back, behind in enumerate(backs):
            said = ";".join(code for code in (in_front, behind) if code)
            both_usual = front == back == USUAL + 1
            sequence = "\x1b[m" if both_usual else f"\x1b[{said}m"
            table[front * (_SHADES + 1) + back] = sequence if said else ""
    return table


@lru_cache(maxsize=8)
def _moves(columns: int) -> NDArray[np.object_]:
    """The sequence that moves the cursor right, by the number of cells."""
    return np.array([_move(cells) for cells in range(columns + 1)], object)


def _move(cells: int) -> str:
    if cells == 0:
        return ""
    return "\x1b[C" if cells == 1 else f"\x1b[{cells}C"


_MOVE_BYTES = np.array([len(_move(cells)) for cells in range(_MOST_FILLED + 1)])
