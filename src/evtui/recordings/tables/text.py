"""Text and CSV files of events, parsed by polars a few megabytes at a time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import polars as pl

from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.conventions import Raw
from evtui.recordings.findings import finding
from evtui.recordings.tables.raw_columns import RawDecoding
from evtui.recordings.tables.text_shape import TextShape, UnknownText, is_row, read_shape
from evtui.recordings.whole import RUN_BYTES, Facts, Run, length_of, opened
from evtui.units import printable

_HEAD_BYTES = 1 << 18
_TAIL_BYTES = 1 << 16

_BLANKS = bytes.maketrans(b"\t\v\f", b"   ")
_DECIMAL_COMMA = bytes.maketrans(b",", b".")
_MANY_BLANKS = re.compile(rb" +")
_MANY_LINES = re.compile(rb" ?\n[ \n]*")
_WORDS = re.compile(rb"true|(false)", re.IGNORECASE)


def decode_text(path: Path, facts: Facts) -> Iterator[Run]:
    """Decode a whole text or CSV file; a ``Decoder``.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: a line is no row of numbers like the others.
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
        rows = _Rows(path, shape, lines=head[: shape.skip].count(b"\n"))
        decoding = _tell_meaning(path, rows, head, _read_tail(file, length), length)
        file.seek(shape.skip)
        for lines in _whole_lines(path, file, rows, facts):
            yield decoding.run(rows.parse(lines), file.tell() / length)
        facts.findings += decoding.findings()


def _in_words(shape: TextShape) -> str:
    separator = {" ": "blanks", ",": "commas", ";": "semicolons"}[shape.separator]
    order = ",".join(sorted(shape.places, key=lambda column: shape.places[column]))
    return f"{order}, separated by {separator}"


def _tell_meaning(path: Path, rows: _Rows, head: bytes, tail: bytes, length: int) -> RawDecoding:
    """The meaning of the columns, from the first rows and the last ones."""
    first = head[rows.shape.skip : head.rfind(b"\n") + 1] or head[rows.shape.skip :]
    before = rows.lines
    sample = [rows.parse(first)]
    # Whatever is wrong at the end is told, with its line, once the rows before it are read.
    with contextlib.suppress(DamagedRecording):
        sample += [rows.parse(tail)]
    count = len(sample[0]["t"]) * length // max(1, len(first))
    runs = {name: [raw[name] for raw in sample if len(raw[name])] for name in "tp"}
    rows.lines = before
    return RawDecoding(path, runs, count, rows.shape.unit)


def _read_tail(file: IO[bytes], length: int) -> bytes:
    """The last whole lines of a file that has been read up to its head's end."""
    file.seek(max(file.tell(), length - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    return tail[tail.find(b"\n") + 1 : tail.rfind(b"\n") + 1]


def _whole_lines(path: Path, file: IO[bytes], rows: _Rows, facts: Facts) -> Iterator[bytes]:
    """The file from its position on, cut between lines.

    A last line without an end is left out, unless polarity ends it: any other number may have had
    more digits.
    """
    rest = b""
    while block := file.read(RUN_BYTES):
        lines, end, begun = (rest + block).rpartition(b"\n")
        if not end and len(begun) > RUN_BYTES:
            raise DamagedRecording(path, f"has a line of more than {RUN_BYTES:,} bytes")
        if end:
            yield lines + end
        rest = begun
    if rest.strip():
        if rows.is_whole(rest):
            yield rest
        else:
            said = "the last line has no end and may be cut short; it is left out"
            facts.findings.append(finding("truncated", said))


class _Rows:
    """Parses lines of one shape."""

    def __init__(self, path: Path, shape: TextShape, lines: int) -> None:
        self.shape = shape
        self.lines = lines
        """How many lines come before those to be parsed next, for naming one that is wrong."""
        self._path = path
        self._schema: dict[str, type[pl.DataType]] = {
            f"column {place}": pl.String for place in range(shape.width)
        }
        self._names = {column: f"column {place}" for column, place in shape.places.items()}
        for column, name in self._names.items():
            self._schema[name] = pl.Int64 if shape.whole[column] else pl.Float64

    def parse(self, lines: bytes) -> Mapping[str, Raw]:
        """The raw columns t, x, y and p of some lines.

        Raises:
            DamagedRecording: one of them is no row like the others.
        """
        try:
            frame = pl.read_csv(
                self._tidied(lines),
                has_header=False,
                schema=self._schema,
                columns=sorted(self.shape.places.values()),
                separator=self.shape.separator,
                comment_prefix=self.shape.comment,
                quote_char=None,
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError as error:
            raise self._wrong_line(lines) from error
        if any(frame[name].null_count() for name in self._names.values()):
            raise self._wrong_line(lines)
        self.lines += lines.count(b"\n")
        return {column: frame[name].to_numpy() for column, name in self._names.items()}

    def is_whole(self, line: bytes) -> bool:
        """Whether a line without an end is a row, to the last digit."""
        polarity_ends_it = self.shape.places["p"] == self.shape.width - 1
        return polarity_ends_it and is_row(line.decode("utf-8", "replace"), self.shape)

    def _tidied(self, lines: bytes) -> bytes:
        """The same with one separator between numbers, points before decimals, no empty lines."""
        if b"rue" in lines or b"alse" in lines:
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

    def _wrong_line(self, lines: bytes) -> DamagedRecording:
        """Which of some lines is not like the others, and what it says."""
        width = self.shape.width
        for number, line in enumerate(lines.split(b"\n"), self.lines + 1):
            text = line.decode("utf-8", "replace").strip()
            if text and not text.startswith(self.shape.comment) and not is_row(text, self.shape):
                shown = printable(text[:60])
                said = f"line {number:,} is not a row of {width} numbers like the others: {shown}"
                return DamagedRecording(self._path, said)
        said = f"the lines from {self.lines + 1:,} on cannot be parsed as {width} numbers each"
        return DamagedRecording(self._path, said)
