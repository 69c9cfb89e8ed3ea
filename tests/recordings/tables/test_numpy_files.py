"""NumPy files of events."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from contract.truths import made_events
from contract.whole_contract import WholeContract
from evtui.errors import DamagedRecording, RecordingError, UnsupportedRecording
from evtui.events import Events
from evtui.recordings.formats import identify
from evtui.recordings.tables import numpy_files
from evtui.recordings.tables.numpy_files import decode_npy, decode_npz
from support.hdf5_files import raw_columns
from support.whole_files import decode, decode_anything, shifted

EVENTS = made_events(3_000)


def records(events: Events, names: str = "xypt", **raw) -> np.ndarray:
    columns = raw_columns(events, **raw)
    made = np.empty(len(events), [(name, columns[name].dtype) for name in names])
    for name in names:
        made[name] = columns[name]
    return made


def table(events: Events, order: str = "txyp", dtype: str = "f8", **raw) -> np.ndarray:
    columns = raw_columns(events, **raw)
    return np.stack([columns[name].astype(dtype) for name in order], axis=1)


def save(path: Path, array: np.ndarray) -> Path:
    with path.open("wb") as file:
        np.save(file, array)
    return path


def savez(path: Path, *, compressed: bool = False, **arrays) -> Path:
    with path.open("wb") as file:
        (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return path


class TestRecords(WholeContract):
    format = "NPY"
    decoder = staticmethod(decode_npy)
    reads = (numpy_files, "RUN_BYTES")
    sensor = None
    t_first_us = 77_777

    def write(self, path, events):
        return save(path, records(events, t_first_us=self.t_first_us))


class TestArchive(WholeContract):
    format = "NPZ"
    decoder = staticmethod(decode_npz)
    reads = (numpy_files, "RUN_BYTES")
    t_first_us = 5_000_000

    def write(self, path, events):
        columns = raw_columns(events, t_first_us=self.t_first_us)
        return savez(path, compressed=True, **columns, width=640, height=480)


# layouts


@pytest.mark.parametrize("order", ["txyp", "xytp", "xypt"])
@pytest.mark.parametrize("dtype", ["f8", "i8", ">i4", "f4"])
def test_four_columns_are_told_apart(tmp_path, order, dtype):
    decoded = decode(decode_npy, save(tmp_path / "a", table(EVENTS, order, dtype)))
    assert decoded.events.equals(EVENTS)
    assert "columns_guessed" in decoded.codes
    assert f"({','.join(order)})" in decoded.facts.layout


@pytest.mark.parametrize("arrange", [np.asfortranarray, np.transpose, lambda a: np.array(a.T)])
@pytest.mark.parametrize("run_bytes", [100, 1 << 20])
def test_columns_may_follow_each_other(tmp_path, monkeypatch, arrange, run_bytes):
    monkeypatch.setattr(numpy_files, "RUN_BYTES", run_bytes)
    made = arrange(table(EVENTS))
    assert decode(decode_npy, save(tmp_path / "a", made)).events.equals(EVENTS)
    assert decode(decode_npz, savez(tmp_path / "b", events=made)).events.equals(EVENTS)


@pytest.mark.parametrize("names", ["txyp", "pyxt"])
@pytest.mark.parametrize("align", [True, False])
def test_records_may_have_any_order_and_padding(tmp_path, names, align):
    made = records(EVENTS, names)
    padded = np.empty(len(made), np.dtype(made.dtype.descr, align=align))
    for name in names:
        padded[name] = made[name]
    assert decode(decode_npy, save(tmp_path / "a", padded)).events.equals(EVENTS)


def test_records_may_have_other_names_and_more_fields(tmp_path):
    made = records(EVENTS)
    kinds = [("Timestamp_us", "i8"), ("X", "u2"), ("Y", "u2"), ("polarity", "?"), ("id", "S3")]
    named = np.zeros(len(made), kinds)
    named["Timestamp_us"], named["X"], named["Y"] = made["t"], made["x"], made["y"]
    named["polarity"] = made["p"]
    decoded = decode(decode_npy, save(tmp_path / "a", named))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == []


def test_records_as_faery_and_aedat_give_them(tmp_path):
    kinds = [("t", "<u8"), ("x", "<u2"), ("y", "<u2"), (("p", "on"), "?")]
    made = np.zeros(len(EVENTS), kinds)
    made["t"], made["x"], made["y"], made["on"] = EVENTS.t, EVENTS.x, EVENTS.y, EVENTS.p
    decoded = decode(decode_npy, save(tmp_path / "a", made))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["unit_guessed"]


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({"unit": "s", "t_dtype": "f8"}, ["unit_guessed"]),
        ({"polarity": "-1/+1"}, ["unit_guessed"]),
        ({"polarity": "1/2"}, ["unit_guessed", "polarity_guessed"]),
        ({"positions": ">i4"}, ["unit_guessed"]),
        ({"positions": "f8"}, ["unit_guessed"]),
    ],
)
def test_what_the_values_mean_is_told(tmp_path, raw, codes):
    made = records(EVENTS, t_first_us=7_000, **raw)
    decoded = decode(decode_npy, save(tmp_path / "a", made))
    assert decoded.events.equals(shifted(EVENTS, 7_000))
    assert decoded.codes == codes


@pytest.mark.parametrize(("kind", "factor"), [("m8[us]", 1), ("m8[ns]", 1_000)])
def test_spans_of_time_have_their_unit(tmp_path, kind, factor):
    columns = raw_columns(EVENTS) | {"t": (EVENTS.t * factor).astype(kind)}
    decoded = decode(decode_npz, savez(tmp_path / "a", **columns))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == []


def test_nanoseconds_are_told_where_all_times_are_whole_microseconds(tmp_path):
    columns = raw_columns(EVENTS) | {"t": EVENTS.t * 1_000}
    decoded = decode(decode_npz, savez(tmp_path / "a", **columns))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["unit_guessed"]


@pytest.mark.parametrize(
    ("name", "word", "factor"),
    [("unit", "us", 1), ("unit", b"ms", 1_000), ("t_unit", ["µs"], 1), ("time_unit", "s", 10**6)],
)
def test_a_word_may_state_the_unit(tmp_path, name, word, factor):
    """The first events alone would be taken for others."""
    few = EVENTS[:900]
    path = savez(tmp_path / "a", **raw_columns(few), **{name: word})
    decoded = decode(decode_npz, path)
    assert np.array_equal(decoded.events.t, few.t * factor)
    assert decoded.codes == []


@pytest.mark.parametrize("word", ["parsec", b"\xff\xfe", "", 7, ["us", "us"]])
def test_another_word_states_no_unit(tmp_path, word):
    path = savez(tmp_path / "a", **raw_columns(EVENTS), unit=word)
    decoded = decode(decode_npz, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["unit_guessed"]


def test_an_odd_span_of_time_is_refused(tmp_path):
    columns = raw_columns(EVENTS) | {"t": EVENTS.t.astype("m8[25us]")}
    with pytest.raises(UnsupportedRecording, match="25 us"):
        decode(decode_npz, savez(tmp_path / "a", **columns))


def test_the_size_may_be_one_pair_the_larger_first(tmp_path):
    path = savez(tmp_path / "a", events=records(EVENTS), resolution=[480, 640])
    assert decode(decode_npz, path).facts.size == (640, 480)
    path = savez(tmp_path / "a", events=records(EVENTS), width=10**9, height=480)
    assert decode(decode_npz, path).facts.size is None


def test_of_several_tables_the_first_is_shown(tmp_path):
    path = savez(tmp_path / "a", events=records(EVENTS), data=records(EVENTS[:5]))
    decoded = decode(decode_npz, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["several_recordings", "unit_guessed"]


def test_columns_of_unequal_length_are_told(tmp_path):
    columns = raw_columns(EVENTS)
    decoded = decode(decode_npz, savez(tmp_path / "a", **{**columns, "x": columns["x"][:-7]}))
    assert decoded.events.equals(EVENTS[:-7])
    assert decoded.codes == ["unequal_columns", "unit_guessed"]


@pytest.mark.parametrize("made", [records(EVENTS[:0]), table(EVENTS[:0])])
def test_no_events_are_none(tmp_path, made):
    assert len(decode(decode_npy, save(tmp_path / "a", made)).events) == 0


def test_what_follows_the_array_is_told(tmp_path):
    path = save(tmp_path / "a", records(EVENTS))
    with path.open("ab") as file:
        np.save(file, records(EVENTS))
    decoded = decode(decode_npy, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["several_recordings", "unit_guessed"]


def test_polarities_that_the_first_rows_do_not_show_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(numpy_files, "RUN_BYTES", 100)
    made = records(EVENTS)
    made["p"][-1] = 7
    decoded = decode(decode_npy, save(tmp_path / "a", made))
    assert "other polarities" in decoded.facts.findings[-1].message


# what is refused


def header_of(text: str, version: tuple[int, int] = (1, 0)) -> bytes:
    length = len(text).to_bytes(2 if version == (1, 0) else 4, "little")
    return b"\x93NUMPY" + bytes(version) + length + text.encode("latin1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x93NUMPY\x01\x00", "cut short"),
        (b"\x93NUMPY\x09\x00\x00\x00\x00\x00", "cannot be decoded"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f", "too long"),
        (header_of("{'descr': __import__('os')}"), "cannot be decoded"),
        (header_of("(" * 3_000), "cannot be decoded"),
        (header_of("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}\n"), "pickled"),
        (header_of("{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 4)}\n"), "items"),
        (header_of("{'descr': '<V99999999', 'fortran_order': False, 'shape': (4,)}\n"), "items"),
        (header_of("{'descr': '<f8', 'fortran_order': False, 'shape': ()}\n"), "no events"),
        (header_of("{'descr': '<f8', 'fortran_order': False, 'shape': (5, 5)}\n"), "no events"),
        (header_of("{'descr': [('t', '<i8')], 'fortran_order': False, 'shape': (5,)}\n"), "no ev"),
    ],
    ids=range(11),
)
def test_arrays_that_are_no_events_are_refused(tmp_path, data, said):
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(UnsupportedRecording, match=said):
        decode(decode_npy, path)
    with pytest.raises(RecordingError):
        identify(path)


def test_a_claim_of_any_size_costs_nothing(tmp_path):
    path = tmp_path / "a"
    made = records(EVENTS)
    shape = 10**18
    header = {"descr": made.dtype.descr, "fortran_order": False, "shape": (shape,)}
    path.write_bytes(header_of(f"{header}\n") + made.tobytes())
    decoded = decode(decode_npy, path)
    assert decoded.events.equals(EVENTS)
    assert "truncated" in decoded.codes


@pytest.mark.parametrize("rows", [10**6, 10**12, 10**18, 10**30])
@pytest.mark.parametrize("packed", [False, True])
def test_columns_that_follow_each_other_may_claim_any_size_too(tmp_path, rows, packed):
    header = {"descr": "<f8", "fortran_order": True, "shape": (rows, 4)}
    data = header_of(f"{header}\n") + bytes(8_000)
    if packed:
        with zipfile.ZipFile(tmp_path / "a", "w") as archive:
            archive.writestr("events.npy", data)
    else:
        (tmp_path / "a").write_bytes(data)
    decoded = decode(decode_npz if packed else decode_npy, tmp_path / "a")
    assert len(decoded.events) == 0
    told = {found.code: found.message for found in decoded.facts.findings}
    assert told["truncated"] == f"the header states {rows:,} events, 0 are there"


def test_an_order_that_cannot_be_told_is_refused(tmp_path):
    noise = np.random.default_rng(1).normal(size=(100, 4))
    with pytest.raises(UnsupportedRecording, match="which column of an array is which"):
        decode(decode_npy, save(tmp_path / "a", noise))


def test_fractions_of_a_pixel_and_times_that_are_none_are_refused(tmp_path):
    made = records(EVENTS, positions="f8", t_dtype="f8")
    made["x"][5] += 0.5
    with pytest.raises(UnsupportedRecording, match="fractions"):
        decode(decode_npy, save(tmp_path / "a", made))
    made["x"][5] -= 0.5
    made["t"][9] = np.nan
    with pytest.raises(DamagedRecording, match="not a number"):
        decode(decode_npy, save(tmp_path / "a", made))


def test_an_archive_of_something_else_is_refused(tmp_path):
    with pytest.raises(UnsupportedRecording, match="it holds data"):
        decode(decode_npz, savez(tmp_path / "a", data=np.zeros(5)))


@pytest.mark.parametrize("damage", ["stored data", "no archive", "encrypted"])
def test_archives_that_are_not_intact_are_refused(tmp_path, damage):
    path = savez(tmp_path / "a", events=records(EVENTS))
    data = bytearray(path.read_bytes())
    if damage == "stored data":
        data[5_000] ^= 0xFF
    elif damage == "no archive":
        del data[-30:]
    else:
        data[6] |= 1
        data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DamagedRecording):
        decode(decode_npz, path)


def test_archives_packed_in_other_ways_are_read_or_refused(tmp_path):
    stored = io.BytesIO()
    np.save(stored, records(EVENTS))
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with zipfile.ZipFile(tmp_path / "a", "w", method) as archive:
            archive.writestr("events.npy", stored.getvalue())
        assert decode(decode_npz, tmp_path / "a").events.equals(EVENTS)
        data = bytearray((tmp_path / "a").read_bytes())
        data[200:203] = b"\xff\xff\xff"
        (tmp_path / "a").write_bytes(data)
        assert decode_anything(decode_npz, tmp_path / "a") is None
