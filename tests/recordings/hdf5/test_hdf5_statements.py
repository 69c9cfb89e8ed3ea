"""What an HDF5 file states about its events."""

from contextlib import closing

import h5py
import numpy as np
import pytest

from contract.truths import made_events
from evtui.events import Events
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.hdf5.reader import open_hdf5
from evtui.recordings.hdf5.statements import EVTUI_FORMAT
from support.hdf5_files import write_columns


@pytest.fixture
def path(tmp_path):
    """A file whose events are on a 100×70 corner of the sensor and whose size is not stated."""
    made = made_events(2_000)
    corner = Events(made.t, made.x % 100, made.y % 70, made.p)
    return write_columns(tmp_path / "a.h5", corner, size=None)


def told(path):
    """What is known of the file, and the codes of the findings."""
    with closing(open_hdf5(path)) as recording:
        return recording.info, {found.code for found in recording.findings()}


def size_of(path):
    info, codes = told(path)
    assert codes == {"unit_guessed"}
    return info.width, info.height


# sensor size


@pytest.mark.parametrize("place", ["/", "events"])
@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"width": 346, "height": 260}, (346, 260)),
        ({"width": np.int64([346]), "height": np.float32(260)}, (346, 260)),
        ({"sensor_width": "346", "sensor_height": "260"}, (346, 260)),
        ({"resolution": np.array([346, 260])}, (346, 260)),
        ({"sensor_size": "346,260"}, (346, 260)),
        ({"geometry": "1280x720"}, (1280, 720)),
        ({"geometry": np.bytes_("720x1280")}, (720, 1280)),
    ],
)
def test_the_size_is_taken_from_attributes(path, place, attributes, size):
    with h5py.File(path, "a") as file:
        file[place].attrs.update(attributes)
    assert size_of(path) == size


@pytest.mark.parametrize(
    "datasets",
    [
        {"events/width": 346, "events/height": 260},
        {"width": [346], "height": [260]},
        {"events/calib/resolution": [346, 260]},
        {"sensor_resolution": [346.0, 260.0]},
    ],
)
def test_the_size_is_taken_from_datasets(path, datasets):
    with h5py.File(path, "a") as file:
        for name, value in datasets.items():
            file[name] = value
    assert size_of(path) == (346, 260)


def test_the_nearest_statement_counts(path):
    with h5py.File(path, "a") as file:
        file.attrs.update(width=1280, height=720)
        file["events"].attrs.update(width=346, height=260)
    assert size_of(path) == (346, 260)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"width": 0, "height": 260},
        {"width": -5, "height": 260},
        {"width": 10**9, "height": 260},
        {"width": "wide", "height": "high"},
        {"resolution": np.array([1, 2, 3])},
        {"resolution": h5py.Empty("i4")},
        {"width": np.zeros(5_000)},
        {"geometry": np.array([(1, 2)], [("a", "i4"), ("b", "i4")])},
    ],
)
def test_what_can_be_no_size_states_none(path, attributes):
    with h5py.File(path, "a") as file:
        file.attrs.update(attributes)
    info, codes = told(path)
    assert (info.width, info.height) == (128, 128)
    assert codes == {"unit_guessed", "size_guessed"}


# unit and polarity


def write_reaching(folder, columns, rows, sides, last=1):
    """Events on a corner of the sensor, the ``last`` of them at its far end; two sides stated."""
    made = made_events(40_000)
    x, y = made.x % 50, made.y % 50
    x[-last:], y[-last:] = columns - 1, rows - 1
    path = write_columns(
        folder / "b.h5", Events(made.t, x, y, made.p), size=None, storage={"chunks": (5_000,)}
    )
    with h5py.File(path, "a") as file:
        file.attrs["sensor_resolution"] = np.array(sides)
    return path


@pytest.mark.parametrize(
    ("reach", "sides", "size", "guessed"),
    [
        ((346, 260), (260, 346), (346, 260), False),
        ((346, 260), (346, 260), (346, 260), False),
        ((260, 346), (260, 346), (260, 346), False),
        ((260, 346), (346, 260), (260, 346), False),
        ((200, 200), (260, 346), (346, 260), True),
        ((200, 200), (346, 260), (346, 260), False),
        ((90, 90), (100, 100), (100, 100), False),
        ((400, 400), (260, 346), (346, 260), False),
    ],
)
@pytest.mark.parametrize("last", [1, 30_000])
def test_of_two_sides_the_events_tell_which_is_the_width(
    tmp_path, reach, sides, size, guessed, last
):
    """With ``last`` 1 only the full pass meets the event that tells."""
    with closing(open_hdf5(write_reaching(tmp_path, *reach, sides, last))) as recording:
        if last > 1:
            assert (recording.info.width, recording.info.height) == size
        recording.index(no_progress, never_cancelled)
        assert (recording.info.width, recording.info.height) == size
        codes = {found.code for found in recording.findings()}
        assert ("out_of_sensor" in codes) == (reach == (400, 400))
        if last > 1:
            assert ("size_guessed" in codes) is guessed


@pytest.mark.parametrize("name", ["t_units", "timestamp_units", "timestamp_unit", "time_units"])
def test_the_unit_has_several_names(path, name):
    with h5py.File(path, "a") as file:
        file["events"].attrs[name] = "us"
    assert "unit_guessed" not in told(path)[1]


@pytest.mark.parametrize("place", ["events/t", "events", "/"])
@pytest.mark.parametrize(
    ("word", "us"), [("us", 1), ("ms", 1_000), (np.bytes_("seconds"), 1_000_000)]
)
def test_a_stated_unit_is_believed(path, place, word, us):
    with h5py.File(path, "a") as file:
        file[place].attrs["unit"] = word
        raw_span = int(file["events/t"][-1])
    info, codes = told(path)
    assert info.duration_us == raw_span * us
    assert "unit_guessed" not in codes


def test_a_word_that_is_no_unit_states_none(path):
    with h5py.File(path, "a") as file:
        file["events/t"].attrs["units"] = "ticks"
        file["events/t"][...] = file["events/t"][...] * 1_000_000
    assert "unit_guessed" in told(path)[1]


@pytest.mark.parametrize(("attributes", "guesses"), [({}, True), ({"format": EVTUI_FORMAT}, False)])
def test_in_files_of_ours_one_is_on_and_t_is_in_microseconds(path, attributes, guesses):
    with h5py.File(path, "a") as file:
        file.attrs.update(attributes, width=346, height=260)
        file["events/p"][...] = 1
        file["events/t"][...] = file["events/t"][...] * 5_000
    assert told(path)[1] == ({"unit_guessed", "polarity_guessed"} if guesses else set())


# the header


def test_attributes_are_shown_as_printable_text(path):
    with h5py.File(path, "a") as file:
        file.attrs["camera"] = np.bytes_("DVX\x1b[2J")
        file.attrs["gain\x07"] = 3
        file.attrs["biases"] = np.array([1, 2])
        file.attrs["table"] = np.zeros(100)
        file["events"].attrs["serial"] = np.bytes_("x" * 1_000)
    header = told(path)[0].header
    assert header["camera"] == "DVX�[2J"
    assert header["gain�"] == "3"
    assert header["biases"] == "[1 2]"
    assert len(header["serial"]) == 200
    assert "table" not in header


def test_text_of_variable_length_is_read_only_where_it_decides_something(path):
    with h5py.File(path, "a") as file:
        file.attrs["note"] = "a str of Python has a variable length in the file"
        file.attrs["geometry"] = "346x260"
    assert "note" not in told(path)[0].header
    assert size_of(path) == (346, 260)
