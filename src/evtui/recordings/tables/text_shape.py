"""What the first lines of a text file tell: how its rows are written, and which column is which.

Rows of numbers separated by blanks, tabs, commas or semicolons.  Before them may come comments
(``#``, ``%``, ``//``), the sensor's width and height on a line of their own (rpg, E2VID) or as
``geometry`` in a comment (Metavision), lines of words, and a line of names.  A few lines among the
rows may be damaged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np

from evtui.recordings.conventions import LARGEST_SIDE, tell_columns
from evtui.recordings.findings import Finding, finding
from evtui.recordings.tables.column_names import match_columns
from evtui.recordings.time_units import Unit
from evtui.units import printable

FIRST_ORDER = "txyp"
"""The usual order of the columns in text without names (rpg's event camera dataset)."""

_COMMENT = re.compile(r"\s*(?:#|%|//)")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_SIDE = re.compile(r"[0-9]{1,5}")
_GEOMETRY = re.compile(
    rf"(?:geometry|resolution|sensor.?size)\W{{1,4}}({_SIDE.pattern})[\s,x×*]{{1,3}}({_SIDE.pattern})",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_WORDS = {"true": "1", "false": "0", "on": "1", "off": "0"}
_A_WORD = re.compile(r"\b(true|false|on|off)\b", re.IGNORECASE)
_MOST_ROWS = 4_096
_MOST_TITLES = 16
_SOUND_SHARE = 0.9
"""Of the first rows, that have to be alike."""
_BEYOND = float(1 << 63)


Row: TypeAlias = Sequence[str]
"""The fields of one line."""


class UnknownText(ValueError):
    """Why text is not taken for events, in words that follow "is text, but"."""


class NoRows(UnknownText):
    """The bytes are no text, or some other text than rows of numbers."""

    def __init__(self) -> None:
        super().__init__("holds no rows of numbers")


EXPORTED_NAMES = ["t", "x", "y", "p"]
"""The columns' names in what evtui writes as CSV: under these, whole numbers are taken for µs."""


@dataclass(frozen=True, slots=True)
class TextShape:
    """How the rows of a file are written, and what they mean."""

    separator: str
    """A blank, a comma or a semicolon; blanks and tabs count as one blank."""
    width: int
    """Numbers in a row."""
    places: Mapping[str, int]
    """The place of each of the columns t, x, y and p in a row."""
    whole: Mapping[str, bool]
    """Whether the numbers of each column are whole."""
    skip: int
    """Bytes before the first row."""
    returns: bool
    """Whether lines end with a carriage return alone."""
    words: bool
    """Whether true and false, or ON and OFF, stand for 1 and 0."""
    unit: Unit | None
    size: tuple[int, int] | None
    findings: tuple[Finding, ...]


def read_shape(head: bytes, *, complete: bool) -> TextShape:
    """Tell the shape of a text.

    Args:
        head: the first bytes of a file.
        complete: whether the file ends there.

    Raises:
        UnknownText: it has no rows, or nothing tells which column is which.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NoRows
    returns = ends_lines_with_returns(head)
    text = head.replace(b"\r", b"\n") if returns else head
    odd = _NO_TEXT.search(text)
    if odd is None:
        return _shape_of(_Preamble(text if complete else _whole_lines(text)), returns)
    try:
        return _shape_of(_Preamble(_whole_lines(text[: odd.start()])), returns)
    except UnknownText:
        raise NoRows from None


def ends_lines_with_returns(head: bytes) -> bool:
    """Whether the lines of a file that begins so end with a carriage return alone."""
    return b"\r" in head and b"\n" not in head


def _whole_lines(text: bytes) -> bytes:
    return text[: text.rfind(b"\n") + 1]


def _shape_of(preamble: _Preamble, returns: bool) -> TextShape:
    rows: list[Row] = [fields_of(line, preamble.separator) for line in preamble.rows]
    if len(rows) > 1 and not preamble.ends_with_a_line:
        rows.pop()
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else len(preamble.names)
    rows = _sound(rows, lambda row: len(row) == width, f"a row of {width} values")
    # A separator may also end each row.
    columns = width - (bool(rows) and width > 1 and not any(row[-1] for row in rows))
    places, unit, found = _tell_places([row[:columns] for row in rows], columns, preamble)
    rows = _sound(
        rows, lambda row: _are_in_reach([row[at] for at in places.values()]), "a row of numbers"
    )
    whole = {
        column: all(_WHOLE.fullmatch(row[place]) for row in rows)
        for column, place in places.items()
    }
    if rows and unit is None and preamble.names == EXPORTED_NAMES and whole["t"]:
        unit = Unit.US
        said = "the unit of t is not stated; µs is taken, which evtui writes under these names"
        found = (*found, finding("unit_guessed", said))
    return TextShape(
        separator=preamble.separator,
        width=width,
        places=places,
        whole=whole,
        skip=preamble.skip,
        returns=returns,
        words=any(map(_A_WORD.search, preamble.rows)),
        unit=unit,
        size=preamble.size,
        findings=found,
    )


def _sound(rows: Sequence[Row], holds: Callable[[Row], bool], what: str) -> list[Row]:
    """The rows that are as all should be; where too few are, the first of the others is named."""
    sound = [row for row in rows if holds(row)]
    if len(sound) < _SOUND_SHARE * len(rows):
        odd = next(row for row in rows if not holds(row))
        raise UnknownText(f"{printable(' '.join(odd))[:60]!r} is not {what}")
    return sound


class _Preamble:
    """What comes before the rows, and the first of them."""

    def __init__(self, head: bytes) -> None:
        """Look through the first lines.

        Raises:
            NoRows: there is neither a row nor a line with the names of the columns.
        """
        self.size: tuple[int, int] | None = None
        self.skip = 0
        self.rows: list[str] = []
        self.names: list[str] = []
        """Fields of the last line of words, which may be a title."""
        self.separator = " "
        self._titles = 0
        self._names_in_comment: list[str] = []
        self.ends_with_a_line = head.endswith(b"\n")
        """Whether the last of them may not be cut short."""
        lines = head.split(b"\n")
        for number, raw in enumerate(lines):
            line = _decoded(raw)
            if line and not self._take(line):
                following = (_decoded(rest) for rest in lines[number:])
                rows = (row for row in following if row and not is_comment(row))
                self.rows = list(islice(rows, _MOST_ROWS))
                self.separator = _separator_of(self.rows[0])
                return
            self.skip = min(self.skip + len(raw) + 1, len(head))
        if not match_columns(self.names):
            raise NoRows

    def names_of(self, width: int) -> list[str]:
        """Names of so many columns; none where none are given, or only others in a comment."""
        in_comment = self._names_in_comment if len(self._names_in_comment) == width else []
        names = self.names[:width] if not any(self.names[width:]) else self.names
        return in_comment if in_comment and not match_columns(names) else names

    def _take(self, line: str) -> bool:
        """Use a line, if it is none of the rows."""
        if match := _COMMENT.match(line):
            self._take_comment(line[match.end() :].strip())
            return True
        separator = _separator_of(line)
        fields = fields_of(line, separator)
        numbers = fields[:-1] if len(fields) > 1 and not fields[-1] else fields
        if not _are_numbers(numbers):
            return self._take_words(fields, separator)
        if len(fields) == 2 and self.size is None:
            self._take_size(*fields)
        return len(fields) == 2

    def _take_words(self, fields: list[str], separator: str) -> bool:
        # A row may have other columns beside its numbers.
        if len(fields) == len(self.names) and any(map(_NUMBER.fullmatch, fields)):
            return False
        self._titles += 1
        if self._titles > _MOST_TITLES:
            raise NoRows
        self.names, self.separator = fields, separator
        return True

    def _take_comment(self, text: str) -> None:
        if match := _GEOMETRY.search(text):
            self._take_size(match[1], match[2])
        names = fields_of(text, _separator_of(text))
        if match_columns(names):
            self._names_in_comment = names

    def _take_size(self, width: str, height: str) -> None:
        if _SIDE.fullmatch(width) and _SIDE.fullmatch(height):
            size = int(width), int(height)
            if min(size) > 0 and max(size) <= LARGEST_SIDE:
                self.size = size


def _decoded(line: bytes) -> str:
    return line.decode("utf-8-sig", "replace").strip()


def _separator_of(line: str) -> str:
    return next((separator for separator in ";," if separator in line), " ")


def fields_of(line: str, separator: str) -> list[str]:
    """The fields of one line, with a point before decimals."""
    if separator == " ":
        fields = line.split()
    else:
        fields = [field.strip() for field in line.split(separator)]
    if separator == ";":
        fields = [field.replace(",", ".") for field in fields]
    return [_WORDS.get(field.strip('"').lower(), field.strip('"')) for field in fields]


def is_comment(line: str) -> bool:
    """Whether a line is a comment of any style."""
    return _COMMENT.match(line) is not None


def numbers_of(line: str, shape: TextShape) -> tuple[str, ...] | None:
    """The numbers that a line has in the shape's columns, in their order; None if it is no row."""
    fields = fields_of(line.strip(), shape.separator)
    if len(fields) != shape.width:
        return None
    numbers = tuple(fields[place] for place in shape.places.values())
    return numbers if _are_in_reach(numbers) else None


def _are_numbers(fields: Row) -> bool:
    return all(_NUMBER.fullmatch(field) for field in fields)


def _are_in_reach(fields: Row) -> bool:
    """Whether all are numbers that 64 bits can hold."""
    return _are_numbers(fields) and all(abs(float(field)) < _BEYOND for field in fields)


def _tell_places(
    rows: Sequence[Row], width: int, preamble: _Preamble
) -> tuple[dict[str, int], Unit | None, tuple[Finding, ...]]:
    """Which column is which: by names, else by the values of four columns."""
    names = preamble.names_of(width)
    if names:
        if len(names) != width:
            raise UnknownText(f"names {len(names)} columns and has {width}")
        matched = match_columns(names)
        if matched is None:
            raise UnknownText(
                f"names its columns {printable(', '.join(names))[:100]}; t, x, y and p are needed"
            )
        return matched.places, matched.unit, ()
    if width != 4:
        raise UnknownText(f"has {width} columns without names, where t, x, y and p are needed")
    numbers = _sound(rows, _are_in_reach, "a row of numbers")
    order = tell_columns(np.array(numbers, np.float64), first=FIRST_ORDER)
    if order is None:
        raise UnknownText("which of its columns is t, x, y or p cannot be told")
    said = f"the columns are taken for {', '.join(order)}"
    places = {column: order.index(column) for column in FIRST_ORDER}
    return places, None, (finding("columns_guessed", said),)
