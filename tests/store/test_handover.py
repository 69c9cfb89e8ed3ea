import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.store.handover import ColumnFiles, ColumnWriter

FIRST = (2**40 + np.array([5, 6, 6]), [1, 2, 3], [9, 8, 7], [1, -1, 1])
SECOND = (2**40 + np.array([4, 7]), [4, 639], [5, 6], [-1, -1])


def append(writer: ColumnWriter, t, x, y, polarity) -> None:
    writer.append(
        np.asarray(t, np.int64),
        np.asarray(x, np.int16),
        np.asarray(y, np.int16),
        np.asarray(polarity, np.int8),
    )


def test_columns_arrive_as_they_were_written():
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        append(writer, *FIRST)
        append(writer, *SECOND)
        columns = files.columns(5)
    assert columns.t.tolist() == [2**40 + t for t in (5, 6, 6, 4, 7)]
    assert columns.x.tolist() == [1, 2, 3, 4, 639]
    assert columns.y.tolist() == [9, 8, 7, 5, 6]
    assert columns.polarity.tolist() == [1, -1, 1, -1, -1]
    assert [column.dtype for column in (columns.t, columns.x, columns.y, columns.polarity)] == [
        np.int64,
        np.int16,
        np.int16,
        np.int8,
    ]


def test_what_was_written_is_counted():
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        append(writer, *FIRST)
        append(writer, *SECOND)
        written = writer.written
    assert (written.rows, written.on, written.steps_back) == (5, 2, 1)
    assert (written.width, written.height) == (640, 10)


def test_positions_beyond_int16_keep_their_bits_and_their_extent():
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        append(writer, [0], np.array([65535], np.uint16).view(np.int16), [0], [1])
        assert writer.written.width == 65536
        assert files.columns(1).events(slice(0, 1)).x.tolist() == [65535]


def test_more_than_may_be_written_is_out_of_memory():
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds, most_bytes=5 * 13)
        append(writer, *FIRST)
        append(writer, *SECOND)
        with pytest.raises(MemoryError):
            append(writer, [9], [1], [1], [1])
        assert len(files.columns(5)) == 5


def test_no_events_are_columns_of_no_rows():
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        append(writer, [], [], [], [])
        writer.sort()
        columns = files.columns(0)
    assert len(columns) == 0
    assert columns.t.dtype == np.int64


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 100)), max_size=40), st.integers(1, 7))
def test_sorting_by_time_keeps_the_order_of_equal_times(rows, run):
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        for start in range(0, len(rows), run):
            t, x = zip(*rows[start : start + run], strict=True)
            append(writer, t, x, x, np.ones(len(t)))
        writer.sort()
        columns = files.columns(len(rows))
    expected = sorted(rows, key=lambda row: row[0])
    assert list(zip(columns.t.tolist(), columns.x.tolist(), strict=True)) == expected
    assert columns.y.tolist() == columns.x.tolist()


def test_a_column_of_another_length_than_announced_is_refused():
    with ColumnFiles() as files:
        append(ColumnWriter(files.fds), *FIRST)
        with pytest.raises(ValueError, match="4 events were announced, 3 were written"):
            files.columns(4)


def test_columns_cannot_be_changed_and_outlive_the_files():
    with ColumnFiles() as files:
        append(ColumnWriter(files.fds), *FIRST)
        columns = files.columns(3)
        fds = list(files.fds)
    for fd in fds:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)
    assert columns.x.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        columns.x[0] = 0


def test_without_files_in_memory_a_temporary_file_does(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ColumnFiles() as files:
        append(ColumnWriter(files.fds), *FIRST)
        columns = files.columns(3)
        assert list(tmp_path.iterdir()) == []
    assert columns.t.tolist() == FIRST[0].tolist()
