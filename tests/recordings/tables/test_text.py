"""Text and CSV files of events."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.recording_contract import each_reader
from contract.truths import made_events
from contract.whole_contract import WholeContract
from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.events import Events
from evtui.recordings.tables import text
from evtui.recordings.tables.text import decode_text
from support.strategies import events_of, recorded
from support.whole_files import decode, shifted

EVENTS = made_events(3_000)
PLAIN = "{t} {x} {y} {p}"


def write(
    path: Path,
    events: Events,
    row: str = PLAIN,
    *,
    before: str = "",
    end: str = "\n",
    **scale: float,
) -> Path:
    """One line an event; ``scale`` multiplies columns before they are written."""
    columns = {name: getattr(events, name) * scale.get(name, 1) for name in "txyp"}
    rows = zip(*(columns[name].tolist() for name in "txyp"), strict=True)
    lines = "".join(
        row.format(t=t, x=x, y=y, p=p, s=t / 1e6, sign=2 * p - 1) + end for t, x, y, p in rows
    )
    path.write_bytes((before + lines).encode())
    return path


class TestText(WholeContract):
    format = "text"
    decoder = staticmethod(decode_text)
    reads = (text, "RUN_BYTES")
    least_events = 1
    t_first_us = 7_139_845

    def write(self, path, events):
        return write(path, shifted(events, self.t_first_us), before="# t x y p\n640 480\n")


class TestCsv(WholeContract):
    format = "text"
    decoder = staticmethod(decode_text)
    reads = (text, "RUN_BYTES")
    sensor = None
    least_events = 1

    def write(self, path, events):
        return write(
            path, events, "{x},{y},{sign},{t}", before="x,y,polarity,timestamp_us\r\n", end="\r\n"
        )


# how rows may be written


@pytest.mark.parametrize(
    ("row", "before", "end"),
    [
        ("{t} {x} {y} {p}", "", "\n"),
        ("{t}\t{x}\t{y}\t{sign}", "", "\n"),
        ("  {t}   {x}\t {y} {p}  ", "", "\r\n"),
        ("{t}, {x}, {y}, {p}", "", "\n"),
        ("{t};{x};{y};{sign}", "", "\n\n"),
        ("{x},{y},{p},{t}", "%geometry:640,480\n", "\n"),
        ("{x} {y} {t} {sign}", "", "\n"),
        ("{p} {x} {y} {t}", "", "\n"),
        ("{s:.6f} {x} {y} {p}", "640 480\n", "\n"),
        ("{s:.9f};{x};{y};{p}", "t;x;y;p\n", "\n"),
        ("{t:.18e} {x:.18e} {y:.18e} {p:.18e}", "# t x y p\n", "\n"),
        ("7,{t},{x},{y},{p}", ",t,x,y,p\n", "\n"),
        ('"{t}","{x}","{y}","{p}"', '"t","x","y","p"\n', "\n"),
        ("scene a|7,{t},{x},{y},{sign}", "file,t,x,y,p\n", "\n"),
        ("{t}000,{x},{y},{p}", "Time (ns), X, Y, Pol\n", "\n"),
        ("{t} {x} {y} {p}\n# between", "// made by hand\n# and by tools\n", "\n"),
        ("{t} {x} {y} {p}", "\ufeff", "\n"),
        ("{t},{x},{y},{p},", "t,x,y,p\n", "\n"),
        ("{t},{x},{y},{p},", "", "\n"),
        ("{t},{x},{y},{p}", "A title\nt,x,y,p\n", "\n"),
        ("{s:.6f},{x},{y},{p}", "t [s],x [px],y [px],polarity\n", "\n"),
        ("{t} {x} {y} {p}", "t x y p\r", "\r"),
    ],
)
@pytest.mark.parametrize("run_bytes", [150, 1 << 20])
def test_rows_are_read_however_they_are_written(tmp_path, monkeypatch, row, before, end, run_bytes):
    monkeypatch.setattr(text, "RUN_BYTES", run_bytes)
    path = write(tmp_path / "a.txt", EVENTS[:600], row, before=before, end=end)
    assert decode(decode_text, path).events.equals(EVENTS[:600])


def test_decimal_commas_are_decimals_between_semicolons(tmp_path):
    path = write(tmp_path / "a.csv", EVENTS, "{s:.6f};{x};{y};{p}", before="t;x;y;p\n")
    path.write_bytes(path.read_bytes().replace(b".", b","))
    assert decode(decode_text, path).events.equals(EVENTS)


@pytest.mark.parametrize(
    ("yes", "no"), [("True", "False"), ("true", "false"), ("ON", "OFF"), ("on", "off")]
)
def test_polarity_may_be_a_word(tmp_path, yes, no):
    path = write(tmp_path / "a.csv", EVENTS, "{t},{x},{y},{p}", before="t,x,y,p\n")
    words = path.read_text().replace(",1\n", f",{yes}\n").replace(",0\n", f",{no}\n")
    path.write_text(words)
    assert decode(decode_text, path).events.equals(EVENTS)


@each_reader
@given(
    recorded((1_280, 720), least=1), st.sampled_from([" ", "\t", ",", ";"]), st.permutations("txyp")
)
def test_named_columns_come_back_in_any_order(tmp_path_factory, events, separator, order):
    path = tmp_path_factory.getbasetemp() / "order.csv"
    row = separator.join("{" + name + "}" for name in order)
    write(path, events, row, before=separator.join(order) + "\n")
    assert decode(decode_text, path).events.equals(events)


@given(st.integers(0, 4 * 10**15))
def test_seconds_keep_every_microsecond_of_this_century(tmp_path_factory, us):
    path = tmp_path_factory.getbasetemp() / "seconds.txt"
    path.write_text(
        "".join(f"{(us + i) // 10**6}.{(us + i) % 10**6:06d} 1 2 1\n" for i in range(3))
    )
    assert decode(decode_text, path).events.t.tolist() == [us, us + 1, us + 2]


def test_rows_in_no_order_of_time_come_as_they_are_written(tmp_path):
    order = np.random.default_rng(1).permutation(len(EVENTS))
    mixed = Events(EVENTS.t[order], EVENTS.x[order], EVENTS.y[order], EVENTS.p[order])
    for row in ("{s:.6f} {x} {y} {p}", "{x} {y} {sign} {t}"):
        decoded = decode(decode_text, write(tmp_path / "a.txt", mixed, row))
        assert decoded.events.equals(mixed)
        assert "columns_guessed" in decoded.codes


# what is guessed is told


@pytest.mark.parametrize(
    ("row", "before", "codes"),
    [
        ("{t} {x} {y} {p}", "", ["columns_guessed", "unit_guessed"]),
        ("{t} {x} {y} {p}", "t x y p\n", ["unit_guessed"]),
        ("{t} {x} {y} {p}", "# t_us x y p\n", []),
        ("{s:.6f} {x} {y} {p}", "t x y p\n", ["unit_guessed"]),
        ("{s:.6f} {x} {y} {p}", "t[s] x y p\n", []),
        ("{t} {x} {y} 1", "t[us] x y p\n", ["polarity_guessed"]),
    ],
)
def test_each_guess_is_a_finding(tmp_path, row, before, codes):
    decoded = decode(decode_text, write(tmp_path / "a.txt", EVENTS, row, before=before))
    assert decoded.codes == codes


def test_polarity_that_only_the_end_shows_is_known_from_the_start(tmp_path):
    events = made_events(30_000)
    events = Events(events.t, events.x, events.y, np.ones_like(events.p))
    path = write(tmp_path / "a.txt", events, "{t} {x} {y} {p}", before="t x y p\n", p=2)
    with path.open("a") as file:
        file.write(f"{events.t[-1]} 1 2 1\n" * 2)
    decoded = decode(decode_text, path)
    assert decoded.events.p.tolist() == [1] * len(events) + [0, 0]


def test_the_layout_is_told(tmp_path):
    path = write(tmp_path / "a.csv", EVENTS, "{x},{y},{p},{t}")
    assert decode(decode_text, path).facts.layout == "x,y,p,t, separated by commas"


# what is wrong is told, with its line


@pytest.mark.parametrize(
    "wrong",
    [
        "1 2 3",
        "1 2 3 1 5",
        "1 x 3 1",
        "1 2 3 1.5e",
        "1 2 - 1",
        "1 2 3 nan1",
        "nan 2 3 1",
        "9" * 30 + " 2 3 1",
        "1 2\0\0 3 1",
    ],
)
@pytest.mark.parametrize("number", [5, 5_000, 25_000])
def test_a_damaged_line_is_left_out_and_named(tmp_path, monkeypatch, wrong, number):
    monkeypatch.setattr(text, "RUN_BYTES", 100_000)
    events = made_events(30_000)
    before = "# one\n# t_us x y p\n"
    lines = write(tmp_path / "a.txt", events, before=before).read_text().split("\n")
    lines[number - 1 : number - 1] = [wrong]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    decoded = decode(decode_text, tmp_path / "a.txt")
    assert decoded.events.equals(events)
    assert decoded.codes == ["damaged_parts"]
    said = f"1 line is not 4 numbers like the others and left out; the first is line {number:,}: "
    assert decoded.facts.findings[0].message.startswith(said + wrong[:3])


def test_all_damaged_lines_are_counted(tmp_path):
    path = write(tmp_path / "a.txt", EVENTS, before="t_us x y p\n")
    path.write_text(path.read_text() + "1 2\n\n3\n")
    decoded = decode(decode_text, path)
    assert decoded.events.equals(EVENTS)
    assert "2 lines are not 4 numbers" in decoded.facts.findings[0].message


@pytest.mark.parametrize("zeros", [1, 4_096, 3_000_000])
def test_zeros_at_the_end_as_after_a_crash_are_told(tmp_path, monkeypatch, zeros):
    path = write(tmp_path / "a.txt", EVENTS, before="t_us x y p\n")
    path.write_bytes(path.read_bytes() + bytes(zeros))
    decoded = decode(decode_text, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["truncated"]
    assert f"{zeros:,} zero bytes" in decoded.facts.findings[0].message


@pytest.mark.parametrize("unlike", ["5000.5 1 2 1", "5000 1.0 2 1", "5000 1 2 1.0", "5e3 1 2 ON"])
def test_numbers_may_be_written_in_another_way_later(tmp_path, unlike):
    events = made_events(10_000)
    path = write(tmp_path / "a.txt", events, before="t_us x y p\n")
    path.write_text(path.read_text() + f"{unlike}\n{events.t[-1]} 1 2 0\n")
    decoded = decode(decode_text, path)
    assert decoded.events[: len(events)].equals(events)
    assert decoded.events[len(events) :].t.tolist() == [5_000, events.t[-1]]
    assert decoded.events.p[-2:].tolist() == [1, 0]
    assert decoded.codes == []


def test_comments_of_another_style_may_come_between_rows(tmp_path):
    path = write(tmp_path / "a.txt", EVENTS, "{t} {x} {y} {p}\n% between", before="# t_us x y p\n")
    decoded = decode(decode_text, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == []


def test_names_without_rows_are_a_recording_without_events(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("t,x,y,p\n")
    assert len(decode(decode_text, path).events) == 0


def test_a_time_that_is_no_number_or_out_of_reach_is_refused(tmp_path):
    for time in ("9e18", "3" * 19):
        path = tmp_path / "a.txt"
        path.write_text(f"t x y p\n1 2 3 1\n{time} 2 3 0\n")
        with pytest.raises(DamagedRecording, match="not a number, or out of all reach"):
            decode(decode_text, path)


def test_fractions_of_a_pixel_are_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("t x y p\n1 2.5 3 1\n2 2 3 0\n")
    with pytest.raises(UnsupportedRecording, match="fractions of a pixel"):
        decode(decode_text, path)


@pytest.mark.parametrize("after", ["", "\n", "\n7 8 9 -1\n", "\n7 8 9 -1\n1 2\n" * 20])
def test_a_line_without_end_is_left_out(tmp_path, monkeypatch, after):
    monkeypatch.setattr(text, "RUN_BYTES", 50)
    monkeypatch.setattr(text, "_HEAD_BYTES", 100)
    path = tmp_path / "a.txt"
    path.write_text("t_us x y p\n" + "1 2 3 1\n1 2 3 -1\n" * 10 + "1 " * 500 + after)
    decoded = decode(decode_text, path)
    assert decoded.events.t.tolist() == [1] * 20 + [7] * after.count("7")
    assert decoded.codes == ["damaged_parts"]
    assert "the first is line 22: 1 1 1" in decoded.facts.findings[0].message


@pytest.mark.parametrize("cut", ["7 8", "7 8 9", "7 8 9 -"])
def test_a_last_line_that_is_cut_short_is_left_out_and_told(tmp_path, cut):
    path = tmp_path / "a.txt"
    path.write_text("t x y p\n1 2 3 1\n4 5 6 -1\n" + cut)
    decoded = decode(decode_text, path)
    assert decoded.events.equals(events_of([(1, 2, 3, 1), (4, 5, 6, 0)]))
    assert "truncated" in decoded.codes


def test_a_last_line_without_an_end_counts_only_if_no_digit_can_be_missing(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("t x y p\n1 2 3 1\n4 5 6 -1\n7 8 9 1")
    assert decode(decode_text, path).events.t.tolist() == [1, 4, 7]
    path.write_text("x y p t\n2 3 1 1\n5 6 -1 4\n8 9 1 7")
    decoded = decode(decode_text, path)
    assert decoded.events.t.tolist() == [1, 4]
    assert "truncated" in decoded.codes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1 2 3\n", "has 3 columns without names"),
        ("1 2 3 4 5\n", "has 5 columns without names"),
        ("a,b,c,d\n1,2,3,1\n", "names its columns a, b, c, d"),
        ("t,x,y,p\n1,2,3\n", "names 4 columns and has 3"),
        ("5.5 8.25 7.5 9.5\n1.5 2.25 3.5 4.5\n", "which of its columns"),
        ("some words\nand more words\n", "no rows"),
        ("1 2 3 1\n1 2 3\n1 2 3 0\n", "'1 2 3' is not a row of 4 values"),
    ],
)
def test_text_whose_columns_cannot_be_told_is_refused(tmp_path, content, said):
    path = tmp_path / "a.txt"
    path.write_text(content)
    with pytest.raises(UnsupportedRecording, match=f"is text, but .*{said}"):
        decode(decode_text, path)


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    largest = 0
    parse: Callable = text._Rows.parse

    def watched(rows: object, lines: bytes):
        nonlocal largest
        largest = max(largest, len(lines))
        return parse(rows, lines)

    monkeypatch.setattr(text, "RUN_BYTES", 10_000)
    monkeypatch.setattr(text, "_HEAD_BYTES", 5_000)
    monkeypatch.setattr(text, "_TAIL_BYTES", 5_000)
    monkeypatch.setattr(text._Rows, "parse", watched)
    path = write(tmp_path / "a.txt", made_events(20_000))
    assert path.stat().st_size > 200_000
    assert len(decode(decode_text, path).events) == 20_000
    assert largest < 11_000
