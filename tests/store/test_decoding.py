from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evtui.errors import DamagedRecording, NeedsLoading
from evtui.recordings.hdf5 import columns as columns_of_hdf5
from evtui.recordings.hdf5 import reader
from evtui.recordings.memory import Columns
from evtui.recordings.whole import Facts, Run
from evtui.store import decoding
from evtui.store.decoding import compare_with_reader, decode_own
from evtui.store.handover import ColumnFiles, ColumnWriter
from support.loads import write_ecf, write_text
from support.small import columns, write_h5


def decode(path: Path, told: list[float] | None = None) -> Columns:
    """Decode with our own reader; what it says of its progress goes into ``told``."""
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        decode_own(path, writer, (told if told is not None else []).append)
        return files.columns(writer.written.rows)


@pytest.mark.parametrize("rows", [1, 7, 1_000, 1 << 20])
def test_our_own_decoding_gives_every_event_whatever_the_pieces(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(columns_of_hdf5, "CONTIGUOUS_ROWS", rows)
    monkeypatch.setattr(reader, "_PASS_ROWS", rows)
    path = write_h5(tmp_path / "a.h5", count=1_000)
    seen, made = decode(path), columns(1_000)
    for name in ("t", "x", "y", "polarity"):
        assert np.array_equal(getattr(seen, name), getattr(made, name))


def test_progress_is_the_share_of_the_events(tmp_path, monkeypatch):
    monkeypatch.setattr(columns_of_hdf5, "CONTIGUOUS_ROWS", 250)
    monkeypatch.setattr(reader, "_PASS_ROWS", 250)
    told: list[float] = []
    decode(write_h5(tmp_path / "a.h5", count=1_000), told)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_recording_without_events_is_decoded_to_none(tmp_path):
    told: list[float] = []
    assert len(decode(write_h5(tmp_path / "a.h5", count=0), told)) == 0
    assert told == []


def test_a_format_without_a_reader_is_left_to_the_other_loader(tmp_path):
    with pytest.raises(NeedsLoading):
        decode(write_ecf(tmp_path / "a.h5"))


def test_a_decoder_of_ours_tells_what_it_found(tmp_path):
    path = write_text(tmp_path / "a.txt")
    told: list[float] = []
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        facts = decode_own(path, writer, told.append)
        seen = files.columns(3)
    assert seen.t.tolist() == [100, 250, 1_500_000]
    assert seen.polarity.tolist() == [1, -1, 1]
    assert facts is not None
    assert facts.size == (128, 128)
    assert {found.code for found in facts.findings} == {
        "columns_guessed",
        "unit_guessed",
        "size_guessed",
    }
    assert told == [1.0]


def test_a_stray_position_does_not_make_a_guessed_sensor_huge(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("t x y p\n1 5 6 1\n2 70000 7 0\n")
    with ColumnFiles() as files:
        facts = decode_own(path, ColumnWriter(files.fds), lambda _share: None)
        assert files.columns(2).x.view(np.uint16).tolist() == [5, 65_535]
    assert facts is not None
    assert facts.size == (128, 128)


def test_a_decoder_that_gives_impossible_times_is_not_believed(tmp_path, monkeypatch):
    def dreaming(path: Path, facts: Facts) -> Iterator[Run]:
        one = np.ones(1, np.uint16)
        yield Run(np.array([-(2**63)]), one, one, one.astype(np.uint8), 1.0)

    monkeypatch.setattr(decoding, "find_decoder", lambda path: dreaming)
    with pytest.raises(DamagedRecording, match="no clock can show"):
        decode(write_text(tmp_path / "a.txt"))


def compare(path: Path, t: np.ndarray, polarity: np.ndarray) -> str:
    return " ".join(found.message for found in compare_with_reader(path, t, polarity))


def test_the_same_events_are_no_difference(tmp_path):
    made = columns(1_000, span_us=3_000_000)
    path = write_h5(tmp_path / "a.h5", count=1_000, span_us=3_000_000)
    assert compare(path, made.t, made.polarity) == ""


def test_each_way_in_which_evlib_goes_wrong_is_found(tmp_path):
    made = columns(1_000, span_us=3_000_000)
    path = write_h5(tmp_path / "a.h5", count=1_000, span_us=3_000_000)
    on = np.ones_like(made.polarity)
    assert "333 of the first second's 333 events are ON instead of" in compare(path, made.t, on)
    assert "the first at 5,000 µs instead of 5,000,000" in compare(
        path, made.t // 1_000, made.polarity
    )
    assert "3,000 µs long instead of 3,000,000" in compare(path, made.t // 1_000, made.polarity)
    assert "999 events instead of 1,000" in compare(path, made.t[:-1], made.polarity[:-1])
    assert "0 events instead of 1,000" in compare(path, made.t[:0], made.polarity[:0])


@pytest.mark.parametrize("rows", [slice(400, 500), slice(None)])
def test_times_out_of_order_are_compared_too(tmp_path, rows):
    import h5py

    path = write_h5(tmp_path / "a.h5", count=1_000, span_us=3_000_000)
    with h5py.File(path, "r+") as file:
        t = file["events/t"][:]
        t[rows] = t[rows][::-1]
        file["events/t"][:] = t
    polarity = columns(1_000).polarity
    assert compare(path, t, polarity) == ""
    assert "are ON instead of" in compare(path, t, np.ones_like(polarity))
    assert "the first at 5,000 µs instead of 5,000,000" in compare(path, t // 1_000, polarity)


def test_a_file_that_no_reader_opens_is_not_compared(tmp_path):
    path = write_text(tmp_path / "a.txt")
    assert compare(path, np.zeros(1, np.int64), np.ones(1, np.int8)) == ""
