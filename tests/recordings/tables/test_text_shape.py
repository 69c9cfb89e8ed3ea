"""What the first lines of a text tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.recordings.tables.text_shape import NoRows, UnknownText, numbers_of, read_shape
from evtui.recordings.time_units import Unit

ROWS = "100 3 4 1\n250 5 6 0\n"


def test_a_plain_text():
    shape = read_shape(ROWS.encode(), complete=True)
    assert (shape.separator, shape.width, shape.skip) == (" ", 4, 0)
    assert shape.places == {"t": 0, "x": 1, "y": 2, "p": 3}
    assert all(shape.whole.values())
    assert [found.code for found in shape.findings] == ["columns_guessed"]


def test_what_comes_before_the_rows_is_used_and_skipped():
    before = "% geometry:1280,720\n\nx;y;p;t (ms)\n"
    shape = read_shape((before + "1;2;0;7,5\n").encode(), complete=True)
    assert (shape.separator, shape.skip) == (";", len(before))
    assert shape.places == {"t": 3, "x": 0, "y": 1, "p": 2}
    assert shape.whole == {"t": False, "x": True, "y": True, "p": True}
    assert (shape.size, shape.unit, shape.findings) == ((1280, 720), Unit.MS, ())


@pytest.mark.parametrize(
    ("before", "size"),
    [
        ("346 260\n", (346, 260)),
        ("# resolution: 346x260\n", (346, 260)),
        ("# sensor size = 346 x 260\n", (346, 260)),
        ("# file size: 346, 260\n", None),
        ("60000 260\n", None),
        ("0 260\n", None),
        ("# geometry 99999 1\n", None),
    ],
)
def test_the_sensor_size_may_be_stated(before, size):
    assert read_shape((before + ROWS).encode(), complete=True).size == size


def test_names_in_a_comment_count_only_if_there_is_one_for_each_column():
    assert read_shape(f"# x y t p\n{ROWS}".encode(), complete=True).places["t"] == 2
    assert read_shape(f"# t x y p one a line\n{ROWS}".encode(), complete=True).places["t"] == 0


def test_a_head_that_is_cut_short_is_used_up_to_its_last_whole_line():
    shape = read_shape((ROWS + "300 7").encode(), complete=False)
    assert shape.width == 4
    with pytest.raises(NoRows):
        read_shape(b"300 7 8 1", complete=False)


@pytest.mark.parametrize(
    "head", [b"", b"\n\n", b"\x00\x01", "1 2 3 1\n".encode("utf-16"), b"# t x y p\n", b"a b\nc d\n"]
)
def test_what_has_no_rows_is_no_such_text(head):
    with pytest.raises(NoRows):
        read_shape(head, complete=True)


@given(st.text(alphabet='0123456789.,;-+eE \t\n#%xtyp\r"', max_size=80))
def test_any_text_is_told_or_refused(text):
    try:
        shape = read_shape(text.encode(), complete=True)
    except UnknownText as error:
        assert str(error)
    else:
        assert set(shape.places) == {"t", "x", "y", "p"}


@given(st.binary(max_size=100))
def test_any_bytes_are_told_or_refused(head):
    for complete in (True, False):
        try:
            read_shape(head, complete=complete)
        except UnknownText as error:
            assert str(error).isprintable()


def test_a_row_is_numbers_where_the_columns_are():
    shape = read_shape(b"file,t,x,y,p\na.txt,1,2,3,1\n", complete=True)
    assert numbers_of("b.txt,4,5,6,0\r", shape) == ("4", "5", "6", "0")
    assert numbers_of("b.txt,4.5,5,6,ON", shape) == ("4.5", "5", "6", "1")
    assert numbers_of("b.txt,4,5,6", shape) is None
    assert numbers_of("b.txt,4,5,six,1", shape) is None
    assert numbers_of("b.txt,4,5,9e99,1", shape) is None


@pytest.mark.parametrize(
    ("content", "skip"),
    [
        ("My recording of 5 May\nt,x,y,p\n1,2,3,1\n", 30),
        ("# t\n\nSensor 7\nt;x;y;p\n1;2;3;1\n", 22),
        ("t [s],x [px],y (px),polarity\n0.5,2,3,1\n", 29),
        ("t,x_px,y_px,p\n1,2,3,1,\n", 14),
        ("t,x,y,p,\n1,2,3,1,\n", 9),
        ("t,x,y,p\r1,2,3,1\r", 8),
        ("t,x,y,p\n1,2,3,1\n1,2\n" + "1,2,3,1\n" * 20 + "\0\0\0", 8),
        ("t,x,y,p\n", 8),
    ],
)
def test_names_are_found_whatever_is_around_them(content, skip):
    shape = read_shape(content.encode(), complete=True)
    assert shape.places == {"t": 0, "x": 1, "y": 2, "p": 3}
    assert shape.skip == skip
    assert {found.code for found in shape.findings} <= {"unit_guessed"}


def test_words_stand_for_a_polarity():
    assert read_shape(b"t,x,y,p\n1,2,3,ON\n", complete=True).words
    assert not read_shape(b"t,x,y,p\n1,2,3,1\n", complete=True).words


def test_bytes_that_no_text_has_end_it():
    shape = read_shape(b"1 2 3 1\n4 5\x00 6 1\n", complete=True)
    assert shape.width == 4
    with pytest.raises(NoRows):
        read_shape(b"P5\n640 480\n255\n\x00\x01", complete=True)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (b"t,x,y,p\n1,2,3,1\n", Unit.US),
        (b"t,x,y,p\n1.5,2,3,1\n", None),
        (b"t,x,y,p\n", None),
        (b"x,y,t,p\n1,2,3,1\n", None),
        (b"t_ms,x,y,p\n1,2,3,1\n", Unit.MS),
    ],
)
def test_whole_times_under_the_names_of_an_export_are_its_us(
    text: bytes, unit: Unit | None
) -> None:
    shape = read_shape(text, complete=True)
    assert shape.unit == unit
    guessed = unit is Unit.US
    assert [found.code for found in shape.findings] == ["unit_guessed"] * guessed
