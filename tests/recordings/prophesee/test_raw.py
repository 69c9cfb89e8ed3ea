"""RAW files whose headers are wrong, or say little, are read as what their words are."""

import os
from contextlib import closing
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from contract.truths import made_events
from evtui.errors import UnknownFormat, UnsupportedRecording
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.findings import Severity
from evtui.recordings.formats import identify, open_in_place
from evtui.recordings.prophesee.raw import LOOK_BYTES, open_raw
from evtui.recordings.prophesee.raw_header import parse_header
from support.dat_files import dat_records
from support.evt2_files import evt2_words, evt21_words, time_highs
from support.evt3_files import evt3_words

FAR_US = 1 << 50
T_FIRST = 5_000_000
SIZE = b"% geometry 640x480\n"


@pytest.fixture(scope="module")
def truth():
    return made_events(9_000)


@pytest.fixture(scope="module")
def data(truth):
    """The same events by what they are called."""
    return {
        "EVT2": evt2_words(truth, T_FIRST).astype("<u4").tobytes(),
        "EVT21": evt21_words(truth, T_FIRST).astype("<u4").tobytes(),
        "EVT3": evt3_words(truth, T_FIRST).astype("<u2").tobytes(),
    }


@pytest.fixture
def opened(tmp_path):
    """Opens a file of a header and words, as any program does; all are closed at the end."""
    recordings = []

    def open_bytes(header: bytes, words: bytes):
        path = tmp_path / f"{len(recordings)}.raw"
        path.write_bytes(header + words)
        recordings.append(open_in_place(path))
        return recordings[-1]

    yield open_bytes
    for recording in recordings:
        recording.close()


def messages(recording):
    recording.index(no_progress, never_cancelled)
    return {found.code: found.message for found in recording.findings()}


def holds(recording, truth):
    recording.index(no_progress, never_cancelled)
    same = recording.window(-FAR_US, FAR_US).equals(truth)
    return same and recording.info.t_first_us == T_FIRST


@pytest.mark.parametrize("name", ["EVT2", "EVT21", "EVT3"])
def test_a_true_header_has_no_findings(opened, data, truth, name):
    recording = opened(f"% format {name};endianness=little\n".encode() + SIZE, data[name])
    assert holds(recording, truth)
    assert messages(recording) == {}


@pytest.mark.parametrize(("stated", "name"), permutations(["EVT2", "EVT21", "EVT3"], 2))
def test_words_of_another_encoding_are_read_as_that_and_it_is_said(
    opened, data, truth, stated, name
):
    recording = opened(f"% format {stated}\n".encode() + SIZE, data[name])
    assert recording.info.format.replace(".", "") == name
    assert holds(recording, truth)
    (found,) = recording.findings()
    assert (found.code, found.severity) == ("header_differs", Severity.WARNING)
    assert f"but the words are {recording.info.format}" in found.message


@pytest.mark.parametrize("legacy", [False, True])
def test_the_other_order_than_the_stated_one_is_told(opened, truth, legacy):
    words = evt21_words(truth, T_FIRST, legacy=legacy).astype("<u4").tobytes()
    stated = "little" if legacy else "legacy"
    recording = opened(f"% format EVT21;endianness={stated}\n".encode() + SIZE, words)
    assert holds(recording, truth)
    assert list(messages(recording)) == ["header_differs"]


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("line", [b"", b"% endianness middle\n"])
def test_an_order_that_is_not_stated_is_told_from_the_words(opened, truth, legacy, line):
    words = evt21_words(truth, T_FIRST, legacy=legacy).astype("<u4").tobytes()
    recording = opened(b"% evt 2.1\n" + line + SIZE + b"% end\n", words)
    assert recording.info.layout.endswith("legacy" if legacy else "little-endian")
    assert holds(recording, truth)
    assert list(messages(recording)) == ["word_order_guessed"]


@pytest.mark.parametrize("name", ["EVT2", "EVT21", "EVT3"])
def test_words_with_the_most_significant_byte_first_are_read_where_the_header_states_them(
    opened, truth, name
):
    words = {
        "EVT2": lambda: evt2_words(truth, T_FIRST).astype(">u4"),
        "EVT21": lambda: evt21_words(truth, T_FIRST, legacy=True).astype(">u4"),
        "EVT3": lambda: evt3_words(truth, T_FIRST, vectors=True).astype(">u2"),
    }[name]()
    recording = opened(f"% format {name};endianness=big\n".encode() + SIZE, words.tobytes())
    assert recording.info.layout.endswith("big-endian")
    assert holds(recording, truth)
    assert messages(recording) == {}


def test_a_byte_order_that_the_words_contradict_is_not_taken(opened, data, truth):
    recording = opened(b"% format EVT3;endianness=big\n" + SIZE, data["EVT3"])
    assert holds(recording, truth)
    assert (
        "states EVT3, big-endian, but the words are EVT3" in messages(recording)["header_differs"]
    )


def test_a_header_that_states_two_encodings_is_one_too_many(opened, data, truth):
    header = b"% evt 2.0\n% format EVT3;width=640;height=480\n"
    recording = opened(header, data["EVT3"])
    assert holds(recording, truth)
    assert "states EVT3 and EVT2" in messages(recording)["header_differs"]
    assert holds(opened(header, data["EVT2"]), truth)


def test_an_idle_beginning_is_looked_beyond(opened, data, truth):
    idle = time_highs(range(T_FIRST - 64 * 4 * LOOK_BYTES // 4, T_FIRST, 64)).tobytes()
    recording = opened(b"% evt 3.0\n" + SIZE, idle + data["EVT2"])
    assert recording.info.format == "EVT2"
    assert holds(recording, truth)
    assert list(messages(recording)) == ["header_differs"]


def test_words_that_are_of_no_encoding_are_said_to_be_none(opened):
    noise = np.random.default_rng(1).bytes(1 << 16)
    recording = opened(b"% evt 2.0\n" + SIZE, noise)
    assert recording.info.format == "EVT2"
    assert "make no sense as that" in messages(recording)["header_differs"]


def test_words_without_any_time_are_said_to_be_none(opened, truth):
    recording = opened(b"% evt 2.0\n" + SIZE, dat_records(truth))
    assert "make no sense as that" in messages(recording)["header_differs"]


@pytest.mark.parametrize("name", ["EVT2", "EVT21", "EVT3"])
def test_a_little_damage_does_not_make_the_header_wrong(opened, data, name):
    damaged = bytearray(data[name])
    for place in np.random.default_rng(2).integers(0, len(damaged), len(damaged) // 300):
        damaged[place] ^= 0x40
    recording = opened(f"% format {name};endianness=little\n".encode() + SIZE, bytes(damaged))
    assert recording.info.format.replace(".", "") == name
    assert "header_differs" not in messages(recording)


@pytest.mark.parametrize("words", [b"", b"\x00", b"\x01\x02\x03", bytes(12)])
@pytest.mark.parametrize("name", [b"EVT2", b"EVT21;endianness=little", b"EVT3"])
def test_where_nothing_can_be_told_the_header_is_believed(opened, words, name):
    recording = opened(b"% format " + name + b"\n" + SIZE, words)
    assert recording.info.format.replace(".", "") == name.decode().partition(";")[0]
    assert "header_differs" not in messages(recording)


# what only the camera or the words tell


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"% integrator_name Prophesee\n% system_ID 21\n", "EVT2"),
        (b"% integrator_name Prophesee\n% system_ID 40\n", "EVT3"),
        (b"% plugin_name hal_plugin_gen3_fx3\n", "EVT2"),
    ],
)
def test_old_headers_are_read_as_their_camera_wrote(opened, data, truth, header, name):
    recording = opened(header, data[name])
    assert (recording.info.format, recording.info.width) == (name, 640)
    assert holds(recording, truth)
    found = messages(recording)
    assert list(found) == ["encoding_guessed"]
    assert "which a camera of" in found["encoding_guessed"]


def test_a_camera_that_did_not_write_these_words_is_not_believed(opened, data, truth):
    recording = opened(b"% system_ID 21\n", data["EVT3"])
    assert holds(recording, truth)
    assert (
        "a camera of system_ID 21 wrote EVT2, but the words are EVT3"
        in (messages(recording)["header_differs"])
    )


@pytest.mark.parametrize("name", ["EVT2", "EVT21", "EVT3"])
@pytest.mark.parametrize("line", [b"% plugin_name hal_plugin_gen31_evk3\n", b"% serial_number 7\n"])
def test_headers_that_name_no_encoding_at_all_leave_it_to_the_words(
    opened, data, truth, name, line
):
    recording = opened(b"% integrator_name Prophesee\n" + line + SIZE, data[name])
    assert recording.info.format.replace(".", "") == name
    assert holds(recording, truth)
    assert list(messages(recording)) == ["encoding_guessed"]


def test_where_the_words_do_not_tell_either_the_file_is_refused(tmp_path):
    path = tmp_path / "a.raw"
    path.write_bytes(b"% integrator_name Prophesee\n" + np.random.default_rng(1).bytes(9_000))
    with pytest.raises(UnknownFormat):
        identify(path)
    with pytest.raises(UnsupportedRecording, match="states no encoding"):
        open_raw(path)


@pytest.mark.parametrize("header", [b"% evt 4.0\n", b"% format HISTO3D\n% evt 3.0\n"])
def test_an_encoding_that_is_not_known_is_refused(tmp_path, data, header):
    path = tmp_path / "a.raw"
    path.write_bytes(header + data["EVT3"])
    with pytest.raises(UnsupportedRecording, match="no encoding that is known"):
        open_raw(path)


# the size of the sensor


@pytest.mark.parametrize("name", ["EVT2", "EVT21", "EVT3"])
def test_a_sensor_that_most_events_exceed_is_not_believed(opened, data, truth, name):
    header = f"% format {name};endianness=little\n% geometry 128x128\n".encode()
    recording = opened(header, data[name])
    assert (recording.info.width, recording.info.height) == (640, 480)
    found = messages(recording)
    assert list(found) == ["header_differs", "size_guessed"]
    assert "states a sensor of 128×128" in found["header_differs"]


def test_some_events_outside_do_not_make_the_header_wrong(opened, data):
    found = messages(opened(b"% evt 3.0\n% geometry 600x480\n", data["EVT3"]))
    assert list(found) == ["out_of_sensor"]


def test_of_two_sizes_the_one_that_has_the_events_is_taken(opened, data):
    header = b"% format EVT3;width=640;height=480\n% geometry 128x128\n"
    recording = opened(header, data["EVT3"])
    assert recording.info.width == 640
    assert (
        "sensors of 128×128 and 640×480; 640×480 is taken"
        in (messages(recording)["header_differs"])
    )


def test_a_cameras_sensor_is_not_believed_either(opened):
    large = made_events(3_000)
    large.x[:] += 640
    words = evt2_words(large).astype("<u4").tobytes()
    found = messages(opened(b"% evt 2.0\n% system_ID 21\n", words))
    assert "a camera of system_ID 21 has a sensor of 640×480" in found["header_differs"]


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
@pytest.mark.parametrize(
    ("name", "other"),
    [("gen3_evt2.raw", b"3.0"), ("gen41_evt3.raw", b"2.0"), ("walker_evt3_640x480.raw", b"2.1")],
)
def test_real_recordings_under_a_wrong_header_are_what_they_are(tmp_path, name, other):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / name
    with closing(open_raw(path)) as recording:
        assert not {"header_differs", "encoding_guessed"} & set(messages(recording))
        truth = recording.window(-FAR_US, FAR_US)
    content = path.read_bytes()
    begin = parse_header(content[:4_096]).data_offset
    wrong = tmp_path / name
    wrong.write_bytes(b"% evt " + other + b"\n" + content[begin:])
    with closing(open_raw(wrong)) as recording:
        assert "header_differs" in messages(recording)
        assert recording.window(-FAR_US, FAR_US).equals(truth)
