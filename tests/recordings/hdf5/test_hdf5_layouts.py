"""Where an HDF5 file keeps its events, and what is refused."""

from contextlib import closing

import h5py
import numpy as np
import pytest

from contract.truths import made_events
from evtui.errors import NeedsLoading, UnsupportedRecording
from evtui.recordings.hdf5.reader import open_hdf5
from support.hdf5_files import POLARITIES, write_array, write_columns, write_records

ECF = 36559


@pytest.fixture
def truth():
    return made_events(2_000)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.h5"


def opened(path):
    """Layout, codes of the findings, and all events."""
    with closing(open_hdf5(path)) as recording:
        codes = {found.code for found in recording.findings()}
        return recording.info.layout, codes, recording.window(-(10**15), 10**15)


# layouts


@pytest.mark.parametrize("group", ["events", "data", "CD/events", "", "prophesee/left", "a/b/c/d"])
@pytest.mark.parametrize(
    "names",
    [
        ("t", "x", "y", "p"),
        ("ts", "xs", "ys", "ps"),
        ("t", "x", "y", "polarity"),
        ("timestamp", "x", "y", "pol"),
        ("timestamps", "x", "y", "p"),
    ],
)
def test_separate_columns_are_found(path, truth, group, names):
    write_columns(path, truth, group=group, names=names)
    layout, codes, events = opened(path)
    prefix = f"{group}/" if group else ""
    assert layout == f"{prefix}{{{','.join(names)}}}, uncompressed"
    assert codes == {"unit_guessed"}
    assert events.equals(truth)


@pytest.mark.parametrize(
    ("names", "stated"),
    [
        (("time", "x", "y", "on"), False),
        (("T", "X", "Y", "P"), False),
        (("timestamp_us", "x", "y", "polarities"), True),
        (("t_us", "xs", "ys", "pols"), True),
    ],
)
@pytest.mark.parametrize("write", [write_columns, write_records])
def test_columns_go_by_the_same_names_as_in_other_formats(path, truth, write, names, stated):
    named = (
        {"names": names}
        if write is write_columns
        else {"fields": dict(zip("txyp", names, strict=True))}
    )
    write(path, truth, **named)
    _layout, codes, events = opened(path)
    assert codes == (set() if stated else {"unit_guessed"})
    assert events.equals(truth)


def test_a_name_of_a_column_that_is_none_does_not_hide_the_column(path, truth):
    write_columns(path, truth, names=("time", "x", "y", "p"))
    with h5py.File(path, "a") as file:
        file.create_group("events/t")
        file["events/ts"] = np.zeros((5, 2))
    assert opened(path)[2].equals(truth)


def test_columns_among_thousands_of_others_are_found(path, truth):
    write_columns(path, truth, names=("times", "x", "y", "pol"))
    with h5py.File(path, "a") as file:
        for number in range(300):
            file[f"events/frame{number}"] = number
    assert opened(path)[2].equals(truth)


@pytest.mark.parametrize("name", ["CD/events", "events", "data"])
def test_records_are_found_whatever_their_fields_are_called(path, truth, name):
    write_records(path, truth, name=name, fields={"t": "timestamp", "p": "polarity"})
    layout, codes, events = opened(path)
    assert layout == f"{name} of records (timestamp,x,y,polarity), uncompressed"
    assert codes == {"unit_guessed"}
    assert events.equals(truth)


@pytest.mark.parametrize("order", ["xytp", "txyp", "xypt"])
@pytest.mark.parametrize("name", ["events", "data", "CD/events"])
def test_the_columns_of_an_array_are_told_from_the_values(path, truth, order, name):
    write_array(path, truth, name=name, order=order, dtype="i8", unit="us", t_dtype="i8")
    layout, codes, events = opened(path)
    assert layout == f"{name} of shape N×4 ({','.join(order)}), uncompressed"
    assert "columns_guessed" in codes
    assert events.equals(truth)


@pytest.mark.parametrize("order", ["txyp", "xytp", "xypt", "ptxy"])
@pytest.mark.parametrize(
    "storage",
    [{}, {"chunks": (4, 700)}, {"chunks": (1, 999), "compression": "gzip"}, {"chunks": (3, 1)}],
)
def test_four_rows_of_columns_are_read_like_four_columns(path, truth, order, storage):
    write_array(path, truth, name="events", order=order, storage=storage, transposed=True)
    layout, codes, events = opened(path)
    assert layout.startswith(f"events of shape 4×N ({','.join(order)}), ")
    assert codes == {"unit_guessed", "columns_guessed"}
    assert events.equals(truth)


def test_an_array_named_like_the_records_of_prophesee_is_none_of_theirs(path):
    truth = made_events(5_000, step_us=100)
    write_array(path, truth, name="CD/events")
    _layout, codes, events = opened(path)
    assert codes == {"unit_guessed", "columns_guessed"}
    assert events.equals(truth)


@pytest.mark.parametrize(
    ("raw", "stated"),
    [
        ({"p_dtype": "i2"}, True),
        ({"p_dtype": "i2", "t_dtype": "f8"}, False),
        ({"p_dtype": "i1"}, False),
        ({"p_dtype": "i2", "positions": "i4"}, False),
    ],
)
def test_only_records_as_prophesee_writes_them_state_their_unit(path, truth, raw, stated):
    write_records(path, truth, **raw)
    _layout, codes, events = opened(path)
    assert codes == (set() if stated else {"unit_guessed"})
    assert events.equals(truth)


def test_the_columns_of_mvsec_are_known(path, truth):
    write_array(path, truth, name="davis/right/events")
    _layout, codes, events = opened(path)
    assert codes == {"unit_guessed"}
    assert events.equals(truth)


def test_an_array_whose_columns_cannot_be_told_is_refused(path):
    with h5py.File(path, "w") as file:
        file["events"] = np.random.default_rng(1).normal(size=(100, 4))
    with pytest.raises(UnsupportedRecording, match="cannot be told"):
        open_hdf5(path)


def test_soft_links_within_the_file_are_followed(path, truth):
    write_columns(path, truth, group="recorded/here")
    with h5py.File(path, "a") as file:
        file["events"] = h5py.SoftLink("/recorded/here")
    layout, codes, events = opened(path)
    assert layout.startswith("events/")
    assert codes == {"unit_guessed"}  # the same stream by another name is no second one
    assert events.equals(truth)


def test_links_in_circles_end(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        file["events/up"] = file["/"]
        file["round"] = h5py.SoftLink("/round/round")
    assert opened(path)[2].equals(truth)


def test_groups_with_thousands_of_frames_are_not_walked(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        for number in range(400):
            file[f"images/image{number:09d}"] = np.zeros((2, 2), np.uint8)
            file[f"frame{number:09d}"] = np.zeros((2, 2), np.uint8)
    assert opened(path)[2].equals(truth)


@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("kind", [write_columns, write_records, write_array])
@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s"])
def test_every_polarity_and_unit_in_every_layout(path, kind, polarity, unit):
    events = made_events(3_000, step_us=1_000)
    dtype = {"write_array": "f8"}.get(kind.__name__, ">f8" if unit == "s" else ">i8")
    stated = {"dtype": "f8"} if kind is write_array else {}
    start = 1_600_000_000_000_000
    kind(path, events, polarity=polarity, unit=unit, t_dtype=dtype, t_first_us=start, **stated)
    with h5py.File(path, "a") as file:
        file.attrs["time_unit"] = unit
    _layout, _codes, seen = opened(path)
    if unit == "ns" and kind is write_array:
        assert np.abs(seen.t - events.t).max() <= 1  # 53 bits do not hold the ns of a date
        assert (seen.x == events.x).all()
        assert (seen.p == events.p).all()
    else:
        assert seen.equals(events)


@pytest.mark.parametrize("fields", [{}, {"t": "ts", "x": "xs", "y": "ys", "p": "ps"}])
@pytest.mark.parametrize("name", ["CD/events", "events", "a/CD/events"])
def test_records_big_endian_with_other_fields_between(path, truth, fields, name):
    named = {column: fields.get(column, column) for column in "txyp"}
    table = np.zeros(
        len(truth),
        [(named["x"], ">u2"), ("id", "i4"), (named["y"], ">u2"), (named["p"], ">i2"), ("z", "f4"),
         (named["t"], ">i8")],
    )  # fmt: skip
    for column in "txyp":
        table[named[column]] = getattr(truth, column)
    with h5py.File(path, "w") as file:
        file[name] = table
        file.attrs["width"], file.attrs["height"] = 640, 480
    assert opened(path)[2].equals(truth)


# which stream


def test_of_two_cameras_the_first_by_name_is_shown(path, truth):
    other = made_events(500, seed=2)
    write_columns(path, other, group="prophesee/right", size=None)
    write_columns(path, truth, group="prophesee/left")
    with closing(open_hdf5(path)) as recording:
        messages = {found.code: found.message for found in recording.findings()}
        assert recording.window(0, 10**9).equals(truth)
    assert messages["several_recordings"] == (
        "shown is prophesee/left; the file also holds prophesee/right"
    )


def test_the_stream_nearest_the_root_is_shown(path, truth):
    write_columns(path, made_events(500, seed=2), group="a/events")
    write_columns(path, truth, group="zoo", size=None)
    assert opened(path)[2].equals(truth)


def test_triggers_are_no_stream(path, truth):
    write_records(path, truth, p_dtype="i2")
    with h5py.File(path, "a") as file:
        file["EXT_TRIGGER/events"] = np.zeros(5, [("p", "i2"), ("t", "i8"), ("id", "i2")])
    assert opened(path)[1] == set()


# what a hostile file claims


def test_names_that_are_no_text_beside_the_events_do_no_harm(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        h5py.h5g.create(file.id, b"caf\xe9")
    assert opened(path)[2].equals(truth)


def test_of_thousands_of_groups_those_near_the_root_are_searched(path, truth):
    write_columns(path, truth, group="z")
    with h5py.File(path, "a") as file:
        for number in range(900):
            file.create_group(f"a{number % 30}/b{number}")
    assert opened(path)[2].equals(truth)


def test_an_offset_and_a_table_that_claim_a_trillion_rows(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        file.create_dataset("t_offset", (10**12,), "i8")
        file.create_dataset("ms_to_idx", (1 << 22,), "u8", chunks=(1,))
    assert opened(path)[2].equals(truth)


def test_a_chunk_for_every_number_is_read(path, truth):
    write_array(path, truth, storage={"chunks": (1, 1)})
    assert opened(path)[2].equals(truth)


# what is refused


def test_a_file_without_events_tells_what_it_holds(path):
    with h5py.File(path, "w") as file:
        file["images"] = np.zeros((3, 3))
        file["poses\x1b"] = np.zeros((3, 4))
    with pytest.raises(UnsupportedRecording, match="images, poses�") as caught:
        open_hdf5(path)
    assert "t, x, y and p" in caught.value.remedy


@pytest.mark.parametrize("link", ["external", "soft link through an external one"])
def test_links_to_other_files_are_refused(path, truth, link):
    outside = write_columns(path.with_name("outside.h5"), truth)
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        del file["events/t"]
        if link == "external":
            file["events/t"] = h5py.ExternalLink(outside.name, "/events/t")
        else:
            file["away"] = h5py.ExternalLink(outside.name, "/")
            file["events/t"] = h5py.SoftLink("/away/events/t")
    with pytest.raises(UnsupportedRecording, match="is a link to another file"):
        open_hdf5(path)


def test_an_external_link_beside_the_events_does_no_harm(path, truth):
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        file["frames"] = h5py.ExternalLink("nowhere.h5", "/")
    assert opened(path)[2].equals(truth)


def test_values_in_other_files_are_refused(path, truth):
    write_columns(path, truth)
    raw = path.with_name("t.raw")
    truth.t.tofile(raw)
    with h5py.File(path, "a") as file:
        del file["events/t"]
        file.create_dataset(
            "events/t", truth.t.shape, "i8", external=[(str(raw), 0, raw.stat().st_size)]
        )
    with pytest.raises(UnsupportedRecording, match="events/t keeps its values in other files"):
        open_hdf5(path)


def test_virtual_datasets_are_refused(path, truth):
    write_columns(path, truth)
    layout = h5py.VirtualLayout(truth.t.shape, "i8")
    layout[:] = h5py.VirtualSource("other.h5", "t", truth.t.shape)
    with h5py.File(path, "a") as file:
        del file["events/t"]
        file.create_virtual_dataset("events/t", layout)
    with pytest.raises(UnsupportedRecording, match="keeps its values in other files"):
        open_hdf5(path)


def write_with_filter(path, truth, code):
    """Columns whose t is said to be packed with a filter that nobody has."""
    write_columns(path, truth)
    with h5py.File(path, "a") as file:
        del file["events/t"]
        options = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        options.set_chunk((1_000,))
        options.set_filter(code, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple(truth.t.shape)
        packed = h5py.h5d.create(
            file["events"].id, b"t", h5py.h5t.NATIVE_INT64, space, dcpl=options
        )
        packed.write_direct_chunk((0,), b"packed")
    return path


def test_ecf_needs_loading(path, truth):
    with pytest.raises(NeedsLoading, match="ECF"):
        open_hdf5(write_with_filter(path, truth, ECF))


def test_a_filter_that_nobody_has_is_named(path, truth):
    with pytest.raises(UnsupportedRecording, match="HDF5 filter 40000"):
        open_hdf5(write_with_filter(path, truth, 40_000))
