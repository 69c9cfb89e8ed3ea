"""HDF5 recordings: the contract in every layout, and what can go wrong with a file."""

import fcntl
import os
import shutil
from contextlib import closing

import h5py
import hdf5plugin
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.recording_contract import RecordingContract
from contract.truths import HEIGHT, WIDTH, between, made_events
from evtui.errors import CannotRead, DamagedRecording, RecordingError, UnsupportedRecording
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.formats import open_in_place
from evtui.recordings.hdf5.reader import open_hdf5
from support.hdf5_files import write_array, write_columns, write_dsec, write_records, write_rvt

GZIP = {"chunks": (1_000,), "compression": "gzip", "compression_opts": 1}
EPOCH_US = 1_605_537_493_718_345
MVSEC = "davis/left/events"


def codes(recording):
    return {found.code for found in recording.findings()}


def indexed(recording):
    recording.index(no_progress, never_cancelled)
    return recording


LAYOUTS = {
    "contiguous": lambda path, truth: write_columns(path, truth, t_first_us=7_000_000),
    "gzip": lambda path, truth: write_columns(path, truth, storage=GZIP),
    "chunks of all sizes": lambda path, truth: write_columns(
        path,
        truth,
        storage={
            "t": {"chunks": (9_000,), "compression": "lzf"},
            "x": {"chunks": (11_111,), "shuffle": True, "compression": "gzip"},
            "y": {"chunks": (100,)},
            "p": {},
        },
    ),
    "Blosc": lambda path, truth: write_columns(
        path, truth, storage={"chunks": (10_000,), **hdf5plugin.Blosc()}
    ),
    "big-endian": lambda path, truth: write_columns(
        path, truth, names=("ts", "xs", "ys", "ps"), t_dtype=">i8", positions=">u2"
    ),
    "root, ns, bool": lambda path, truth: write_columns(
        path, truth, group="", unit="ns", t_dtype="u8", t_first_us=EPOCH_US, polarity="bool"
    ),
    "seconds": lambda path, truth: write_columns(
        path,
        truth,
        group="data",
        names=("timestamps", "x", "y", "pol"),
        unit="s",
        t_dtype="f8",
        t_first_us=EPOCH_US,
        polarity="-1/+1",
        size=None,
    ),
    "records": lambda path, truth: write_records(path, truth, storage=GZIP, t_first_us=10),
    "MVSEC": lambda path, truth: write_array(
        path, truth, t_first_us=EPOCH_US, storage={"chunks": (5_000, 2), "compression": "gzip"}
    ),
    "array": lambda path, truth: write_array(
        path, truth, name="events", order="txyp", dtype="i8", unit="us", t_dtype="i8"
    ),
    "DSEC": lambda path, truth: write_dsec(path, truth, t_offset_us=5 * 10**10, start_us=3_333),
    "RVT": write_rvt,
}


class TestContract(RecordingContract):
    @pytest.fixture(scope="class")
    def truth(self):
        return made_events()

    @pytest.fixture(scope="class", params=LAYOUTS)
    def reopen(self, request, truth, tmp_path_factory):
        path = LAYOUTS[request.param](tmp_path_factory.mktemp("hdf5") / "a.h5", truth)
        return lambda: open_in_place(path)


@pytest.fixture
def truth():
    return made_events()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.h5"


# figures


def test_a_plain_file_leaves_only_the_unit_to_be_guessed(path, truth):
    with closing(open_hdf5(write_columns(path, truth, t_first_us=77, storage=GZIP))) as recording:
        info = recording.info
        assert (info.format, info.layout) == ("HDF5", "events/{t,x,y,p}, gzip")
        assert (info.width, info.height) == (WIDTH, HEIGHT)
        assert info.t_first_us == 77
        assert info.bytes == path.stat().st_size
        assert info.header == {"width": "640", "height": "480"}
        assert codes(indexed(recording)) == {"unit_guessed"}


def test_the_offset_of_dsec_belongs_to_the_clock(path, truth):
    write_dsec(path, truth, t_offset_us=5 * 10**10, start_us=3_333)
    with closing(open_hdf5(path)) as recording:
        assert recording.info.t_first_us == 5 * 10**10 + 3_333


def test_float_seconds_come_out_to_the_microsecond(path, truth):
    write_columns(path, truth, unit="s", t_dtype="f8", t_first_us=EPOCH_US, polarity="-1/+1")
    with closing(open_hdf5(path)) as recording:
        assert recording.info.t_first_us == EPOCH_US
        assert recording.window(0, 10_000).equals(between(truth, 0, 10_000))
        assert codes(recording) == {"unit_guessed"}


def test_the_table_of_dsec_makes_the_cheap_timeline_good_to_a_millisecond(path):
    truth = made_events(60_000, step_us=7)
    write_dsec(path, truth, t_offset_us=0, start_us=500)
    with closing(open_hdf5(path)) as recording:
        bins = 100
        edges = np.linspace(0, truth.t[-1] + 1, bins + 1)[1:-1]
        below = np.cumsum(recording.timeline(bins).counts)[:-1]
    assert np.all(below >= np.searchsorted(truth.t, edges - 1_001))
    assert np.all(below <= np.searchsorted(truth.t, edges + 1_001))


def test_a_table_that_belongs_to_other_events_is_not_used(path):
    truth = made_events(60_000, step_us=7)
    write_dsec(path, truth, t_offset_us=0)
    with h5py.File(path, "a") as file:
        wrong = file["ms_to_idx"][:] // 2
        file["ms_to_idx"][:] = wrong
    with closing(open_hdf5(path)) as recording:
        counts = recording.timeline(2).counts
        middle = np.searchsorted(truth.t, recording.info.duration_us / 2)
    assert counts.sum() == len(truth)
    assert abs(counts[0] - middle) < abs(counts[0] - wrong[len(wrong) // 2])


def test_a_table_that_does_not_fit_is_found_by_the_full_pass_too(path):
    truth = made_events(60_000, step_us=7)
    write_dsec(path, truth, t_offset_us=0)
    with closing(open_hdf5(path)) as recording:
        assert "header_differs" not in codes(indexed(recording))
    with h5py.File(path, "a") as file:
        file["ms_to_idx"][:] = file["ms_to_idx"][:] // 2
    with closing(open_hdf5(path)) as recording:
        assert "header_differs" in codes(indexed(recording))


def test_a_table_that_counts_a_row_otherwise_is_no_fault(path):
    truth = made_events(60_000, step_us=7)
    write_dsec(path, truth, t_offset_us=0)
    with h5py.File(path, "a") as file:
        file["ms_to_idx"][1:] = np.maximum(file["ms_to_idx"][1:].astype(int) - 1, 0)
    with closing(open_hdf5(path)) as recording:
        assert "header_differs" not in codes(indexed(recording))


@pytest.mark.parametrize("place", ["/", "events"])
def test_a_number_of_events_that_is_not_so_is_found(path, truth, place):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        file[place].attrs["num_events"] = len(truth)
    with closing(open_hdf5(path)) as recording:
        assert codes(recording) == {"unit_guessed"}
    with h5py.File(path, "a") as file:
        file[place].attrs["num_events"] = 41_000
    with closing(open_hdf5(path)) as recording:
        (found,) = (each for each in recording.findings() if each.code != "unit_guessed")
        assert (found.code, found.severity) == ("header_differs", "warning")
        assert found.message == "the file states 41.0 k events and has 40.0 k"


def test_no_events(path):
    write_columns(path, Events.empty(), size=None, storage={"chunks": (10,), "maxshape": (None,)})
    with closing(open_hdf5(path)) as recording:
        assert (recording.info.events, recording.info.duration_us) == (0, 0)
        assert len(recording.window(-1, 10)) == 0
        assert recording.timeline(3).counts.tolist() == [0, 0, 0]
        assert codes(indexed(recording)) == {"no_events", "size_guessed"}
        assert recording.info.on_fraction is None


def test_one_event(path):
    one = made_events(4)[:1]
    with closing(open_hdf5(write_columns(path, one, t_first_us=9))) as recording:
        assert recording.info.t_first_us == 9
        assert recording.window(0, 1).equals(one)
        assert recording.timeline(2).counts.sum() == 1


def test_the_shortest_column_decides(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        del file["events/x"]
        file["events/x"] = truth.x[:100]
    with closing(open_hdf5(path)) as recording:
        assert "unequal_columns" in codes(recording)
        assert recording.window(0, 10**9).equals(truth[:100])


def test_a_guessed_sensor_grows_with_the_full_pass(path):
    truth = made_events(60_000)
    x, y = truth.x.copy() % 200, truth.y.copy() % 150
    x[20_000], y[30_000] = 700, 65_000  # between the blocks of the sample
    truth = Events(truth.t, x, y, truth.p)
    with closing(open_hdf5(write_columns(path, truth, size=None))) as recording:
        assert (recording.info.width, recording.info.height) == (240, 180)
        assert codes(indexed(recording)) == {"unit_guessed", "size_guessed", "out_of_sensor"}
        assert (recording.info.width, recording.info.height) == (1280, 720)
        assert "1 events lie outside 1280×720" in [f.message for f in recording.findings()]


def test_events_outside_a_stated_sensor_are_counted(path, truth):
    with closing(open_hdf5(write_columns(path, truth, size=(WIDTH - 1, HEIGHT)))) as recording:
        assert codes(indexed(recording)) == {"unit_guessed", "out_of_sensor"}
        assert recording.info.width == WIDTH - 1


def test_a_polarity_that_the_sample_did_not_show_is_found_later(path):
    truth = made_events(100_000)
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        file["events/p"][30_000] = 7
    with closing(open_hdf5(path)) as recording:
        assert codes(recording) == {"unit_guessed"}
        assert codes(indexed(recording)) == {"unit_guessed", "polarity_guessed"}


def test_one_polarity_is_told_after_the_full_pass(path, truth):
    on = Events(truth.t, truth.x, truth.y, np.ones_like(truth.p))
    with closing(open_hdf5(write_columns(path, on))) as recording:
        guessed = {"unit_guessed", "polarity_guessed"}
        assert codes(recording) == guessed
        assert codes(indexed(recording)) == {*guessed, "one_polarity"}


# damage


def test_what_is_missing_or_forbidden_is_told(tmp_path):
    with pytest.raises(CannotRead, match="no such file"):
        open_hdf5(tmp_path / "none.h5")
    with pytest.raises(CannotRead, match="is a folder"):
        open_hdf5(tmp_path)


def test_a_file_cut_short_is_told(path, truth):
    write_columns(path, truth, storage=GZIP)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(DamagedRecording, match="is cut short"):
        open_hdf5(path)


def test_a_file_cut_short_while_open_is_told(path, truth):
    with closing(open_hdf5(write_columns(path, truth))) as recording:
        os.truncate(path, path.stat().st_size - 100_000)
        with pytest.raises(DamagedRecording, match="cut short while it was open"):
            recording.window(0, 10)
        with pytest.raises(DamagedRecording):
            recording.index(no_progress, never_cancelled)


def test_after_closing_nothing_is_read(path, truth):
    recording = open_hdf5(write_columns(path, truth, storage=GZIP))
    recording.close()
    recording.close()
    for read in (lambda: recording.window(0, 10), lambda: recording.timeline(5)):
        with pytest.raises(CannotRead, match="was closed"):
            read()
    assert recording.info.events == len(truth)
    assert codes(recording) == {"unit_guessed"}


def test_a_file_that_another_program_has_locked_opens(path, truth):
    write_columns(path, truth)
    with path.open("r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with closing(open_hdf5(path)) as recording:
            assert len(recording.window(0, 10**9)) == len(truth)


def test_a_file_left_open_by_its_writer_is_told(path, truth):
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("events/t", data=truth.t, chunks=(100,))
        file.swmr_mode = True
        file.flush()
        shutil.copy(path, path.with_name("copy.h5"))
    with pytest.raises(DamagedRecording, match="was not closed"):
        open_hdf5(path.with_name("copy.h5"))


@pytest.mark.parametrize("storage", [{"chunks": (1 << 20,)}, {**GZIP}], ids=["plain", "gzip"])
def test_a_trillion_rows_in_a_few_kilobytes_are_damage(path, storage):
    with h5py.File(path, "w") as file:
        for name, dtype in {"t": "i8", "x": "u2", "y": "u2", "p": "u1"}.items():
            file.create_dataset(f"events/{name}", (10**12,), dtype, **storage)
    assert path.stat().st_size < 10_000
    with pytest.raises(DamagedRecording, match="does not hold rows"):
        open_hdf5(path)


def test_a_trillion_rows_without_chunks_are_damage(path, truth):
    write_columns(path, truth[:100])
    with h5py.File(path, "a") as file:
        del file["events/t"]
        file.create_dataset("events/t", (10**12,), "i8")
    with pytest.raises(DamagedRecording, match="does not hold rows"):
        open_hdf5(path)


def test_rows_that_were_never_written_are_damage_in_their_window_only(path):
    truth = made_events(100_000, step_us=3)
    with h5py.File(path, "w") as file:
        for name, values in {"t": truth.t, "x": truth.x, "y": truth.y, "p": truth.p}.items():
            column = file.create_dataset(
                f"events/{name}", values.shape, values.dtype, chunks=(10_000,), compression="gzip"
            )
            for start in range(0, 100_000, 10_000):
                if name != "x" or start != 30_000:
                    column[start : start + 10_000] = values[start : start + 10_000]
        file.attrs["width"], file.attrs["height"] = WIDTH, HEIGHT
    hole = int(truth.t[35_000])
    with closing(open_hdf5(path)) as recording:
        assert recording.window(0, 1_000).equals(between(truth, 0, 1_000))
        with pytest.raises(DamagedRecording, match="does not hold rows 30,000 to 40,000"):
            recording.window(hole, hole + 1)


def test_times_that_are_no_numbers_are_damage(path, truth):
    write_columns(path, truth, unit="s", t_dtype="f8")
    with h5py.File(path, "a") as file:
        file["events/t"][10] = np.nan
    with pytest.raises(DamagedRecording, match="a time is not a number"):
        open_hdf5(path)


def test_fractions_of_a_pixel_are_refused(path, truth):
    write_columns(path, truth, positions="f4")
    with h5py.File(path, "a") as file:
        file["events/x"][10] = 1.5
    with closing(open_hdf5(path)) as recording, pytest.raises(UnsupportedRecording):
        recording.window(0, 10**9)


MUTABLE = {
    "contiguous": lambda path, truth: write_columns(path, truth),
    "gzip": lambda path, truth: write_columns(path, truth, storage=GZIP),
    "bitshuffle": lambda path, truth: write_columns(
        path, truth, storage={"chunks": (400,), **hdf5plugin.Bitshuffle()}
    ),
    "records": lambda path, truth: write_records(path, truth, storage=GZIP),
    "MVSEC": lambda path, truth: write_array(path, truth),
}
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("layout", MUTABLE)
def test_any_change_of_any_byte_gives_events_or_an_error_of_ours(layout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    sound = MUTABLE[layout](folder / "sound.h5", made_events(1_200)).read_bytes()
    path = folder / "changed.h5"

    @given(CHANGES)
    def check(changes):
        changed = bytearray(sound)
        for share, replacement in changes:
            place = int(share * len(changed))
            changed[place : place + len(replacement)] = replacement
        path.write_bytes(changed[: len(sound)])
        try:
            with closing(open_hdf5(path)) as recording:
                recording.window(0, 2_000)
                recording.timeline(20)
                recording.index(no_progress, never_cancelled)
                recording.window(-(10**15), 10**15)
                recording.findings()
        except RecordingError as error:
            assert error.reason.isprintable()

    check()
