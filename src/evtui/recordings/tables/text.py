"""Text and CSV files of events, parsed by polars a few megabytes at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from evtui.errors import UnsupportedRecording
from evtui.recordings.findings import Finding, finding
from evtui.recordings.tables.raw_columns import RawDecoding
from evtui.recordings.tables.text_shape import (
    TextShape,
    UnknownText,
    is_comment,
    numbers_of,
    read_shape,
)
from evtui.recordings.time_units import Raw
from evtui.recordings.whole import RUN_BYTES, Facts, Run, length_of, opened
from evtui.units import printable

_HEAD_BYTES = 1 << 18
_TAIL_BYTES = 1 << 16

_FEW_BYTES = 1 << 13
"""So much is parsed line by line where a line is not like the others."""

_COMMENT_MARKS = (b"#", b"%", b"//")
_COMMENTS = re.compile(rb"^[ \t]*(?:#|%|//)[^\n]*", re.MULTILINE)
_BLANKS = bytes.maketrans(b"\t\v\f", b"   ")
_DECIMAL_COMMA = bytes.maketrans(b",", b".")
_MANY_BLANKS = re.compile(rb" +")
_MANY_LINES = re.compile(rb" ?\n[ \n]*")
_WORDS = re.compile(rb"\b(?:true|on|(false|off))\b", re.IGNORECASE)


def decode_text(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole text or CSV file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: a time is no number that a clock can show.
        UnsupportedRecording: which column is which cannot be told.
    """
    with opened(path) as file:
        length = length_of(file)
        head = file.read(_HEAD_BYTES)
        try:
            shape = read_shape(head, complete=len(head) >= length)
        except UnknownText as error:
            raise UnsupportedRecording(path, f"is text, but {error}") from error
        facts.size, facts.layout = shape.size, _in_words(shape)
        facts.findings += shape.findings
        decoding = _tell_meaning(path, shape, head, _read_tail(file, length, shape), length)
        rows = _Rows(shape, lines=_ended(head[: shape.skip], shape).count(b"\n"))
        file.seek(shape.skip)
        for lines in _whole_lines(file, rows, facts):
            yield decoding.run(rows.parse(lines), file.tell() / length)
        facts.findings += [*decoding.findings(), *rows.findings()]


def _in_words(shape: TextShape) -> str:
    separator = {" ": "blanks", ",": "commas", ";": "semicolons"}[shape.separator]
    order = ",".join(sorted(shape.places, key=lambda column: shape.places[column]))
    return f"{order}, separated by {separator}"


def _tell_meaning(
    path: Path, shape: TextShape, head: bytes, tail: bytes, length: int
) -> RawDecoding:
    """The meaning of the columns, from the first rows and the last ones."""
    lines = _ended(head, shape)[shape.skip :]
    first = lines[: lines.rfind(b"\n") + 1] or lines
    rows = _Rows(shape, lines=0)
    sample = [rows.parse(part) for part in (first, tail) if part]
    count = len(sample[0]["t"]) * length // len(first) if sample else 0
    runs = {name: [raw[name] for raw in sample if len(raw[name])] for name in "tp"}
    return RawDecoding(path, runs, count, shape.unit)


def _read_tail(file: IO[bytes], length: int, shape: TextShape) -> bytes:
    """The last whole lines of a file that has been read up to its head's end."""
    file.seek(max(file.tell(), length - _TAIL_BYTES))
    tail = _ended(file.read(_TAIL_BYTES), shape)
    return tail[tail.find(b"\n") + 1 : tail.rfind(b"\n") + 1]


def _ended(data: bytes, shape: TextShape) -> bytes:
    """The same with lines that end as everywhere."""
    return data.replace(b"\r", b"\n") if shape.returns else data


def _whole_lines(file: IO[bytes], rows: _Rows, facts: Facts) -> Iterator[bytes]:
    """The file from its position on, cut between lines.

    A last line without an end is left out, unless polarity ends it: any other number may have had
    more digits.
    """
    rest = b""
    too_long = False
    while block := file.read(RUN_BYTES):
        lines, end, begun = (rest + _ended(block, rows.shape)).rpartition(b"\n")
        if end and too_long:
            _, _, lines = lines.partition(b"\n") if b"\n" in lines else (b"", b"", b"")
            rows.lines += 1
            too_long = False
        if end and lines:
            yield lines + end
        rest = begun
        if len(rest) > RUN_BYTES:
            if not too_long:
                rows.leave_out(rows.lines + 1, rest)
            rest, too_long = b"", True
    yield from _last_line(rest if not too_long else b"", rows, facts)


def _last_line(rest: bytes, rows: _Rows, facts: Facts) -> Iterator[bytes]:
    """What follows the last end of a line, if it is a whole row."""
    line = rest.rstrip(b"\0")
    if zeros := len(rest) - len(line):
        said = f"the file ends in {zeros:,} zero bytes, as a computer that stopped leaves them"
        facts.findings.append(finding("truncated", said))
    if not line.strip():
        return
    if rows.is_whole(line):
        yield line
    else:
        said = "the last line has no end and may be cut short; it is left out"
        facts.findings.append(finding("truncated", said))


class _Rows:
    """Parses lines of one shape, and leaves out those that are damaged."""

    def __init__(self, shape: TextShape, lines: int) -> None:
        self.shape = shape
        self.lines = lines
        """How many lines come before those to be parsed next, for naming one that is wrong."""
        self._left_out = 0
        self._first_left_out = ""
        self._schema: dict[str, type[pl.DataType]] = {
            f"column {place}": pl.String for place in range(shape.width)
        }
        self._names = {column: f"column {place}" for column, place in shape.places.items()}
        for column, name in self._names.items():
            self._schema[name] = pl.Int64 if shape.whole[column] else pl.Float64

    def parse(self, lines: bytes) -> Mapping[str, Raw]:
        """The raw columns t, x, y and p of some lines."""
        columns = self._parse_at_once(lines)
        if columns is None:
            middle = lines.find(b"\n", len(lines) // 2) + 1
            if len(lines) > _FEW_BYTES and 0 < middle < len(lines):
                return _joined(self.parse(lines[:middle]), self.parse(lines[middle:]))
            columns = self._parse_one_by_one(lines)
        self.lines += lines.count(b"\n")
        return columns

    def _parse_at_once(self, lines: bytes) -> Mapping[str, Raw] | None:
        """The columns, if all lines are rows like the first ones; None otherwise."""
        try:
            frame = pl.read_csv(
                self._tidied(lines),
                has_header=False,
                schema=self._schema,
                columns=sorted(self.shape.places.values()),
                separator=self.shape.separator,
                quote_char=None,
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError:
            return None
        if any(frame[name].null_count() for name in self._names.values()):
            return None
        return {column: frame[name].to_numpy() for column, name in self._names.items()}

    def _parse_one_by_one(self, lines: bytes) -> Mapping[str, Raw]:
        """The columns, also where numbers are written in another way than in the first rows."""
        kept: list[tuple[str, ...]] = []
        for number, line in enumerate(lines.split(b"\n"), self.lines + 1):
            text = line.decode("utf-8", "replace").strip()
            if not text or is_comment(text):
                continue
            numbers = numbers_of(text, self.shape)
            if numbers is None:
                self.leave_out(number, line)
            else:
                kept.append(numbers)
        columns = zip(*kept, strict=True) if kept else ((),) * len(self.shape.places)
        return {
            column: _as_numbers(texts)
            for column, texts in zip(self.shape.places, columns, strict=True)
        }

    def leave_out(self, number: int, line: bytes) -> None:
        """A line is no row."""
        if not self._left_out:
            shown = printable(line[:60].decode("utf-8", "replace").strip())
            self._first_left_out = f"line {number:,}: {shown}"
        self._left_out += 1

    def findings(self) -> Iterator[Finding]:
        """What was left out."""
        if self._left_out:
            lines = "1 line is" if self._left_out == 1 else f"{self._left_out:,} lines are"
            said = f"{lines} not {self.shape.width} numbers like the others and left out"
            yield finding("damaged_parts", f"{said}; the first is {self._first_left_out}")

    def is_whole(self, line: bytes) -> bool:
        """Whether a line without an end is a row, to the last digit."""
        polarity_ends_it = self.shape.places["p"] == self.shape.width - 1
        return polarity_ends_it and bool(numbers_of(line.decode("utf-8", "replace"), self.shape))

    def _tidied(self, lines: bytes) -> bytes:
        """The same with one separator between numbers, points before decimals, no empty lines."""
        if any(mark in lines for mark in _COMMENT_MARKS):
            lines = _COMMENTS.sub(b"", lines)
        if self.shape.words:
            lines = _WORDS.sub(lambda match: b"0" if match[1] else b"1", lines)
        if self.shape.separator == " ":
            lines = lines.translate(_BLANKS, b'\r"')
        else:
            table = _DECIMAL_COMMA if self.shape.separator == ";" else None
            lines = lines.translate(table, b' \t\r"')
        if b"  " in lines:
            lines = _MANY_BLANKS.sub(b" ", lines)
        if any(doubled in lines for doubled in (b" \n", b"\n ", b"\n\n")):
            lines = _MANY_LINES.sub(b"\n", lines)
        return lines.strip(b" \n") + b"\n"


def _joined(first: Mapping[str, Raw], second: Mapping[str, Raw]) -> Mapping[str, Raw]:
    return {column: np.concatenate([first[column], second[column]]) for column in first}


def _as_numbers(texts: Sequence[str]) -> Raw:
    """Shape (N,), int64 where all are whole, else float64."""
    try:
        return np.array([int(text) for text in texts], np.int64)
    except (ValueError, OverflowError):
        return np.array([float(text) for text in texts], np.float64)
