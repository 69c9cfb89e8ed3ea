"""AEDAT 4 files of DV."""

import os
import struct
from pathlib import Path

import pytest

from contract.truths import made_events
from contract.whole_contract import WholeContract
from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings import whole
from evtui.recordings.aedat.aedat4 import decode_aedat4
from evtui.store.loaded import make_loaded
from evtui.store.loader import load_in_child
from evtui.store.plan import make_plan
from support.aedat4_files import (
    MAGIC,
    data_table,
    description,
    event_packet,
    header,
    packets_of,
    write_aedat4,
)
from support.strategies import events_of
from support.whole_files import decode

EVENTS = made_events(3_000)
real = pytest.mark.skipif(
    "EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given"
)


class TestAedat4(WholeContract):
    format = "AEDAT4"
    decoder = staticmethod(decode_aedat4)
    reads = (whole, "_RUN_EVENTS")
    t_first_us = 1_605_537_493_718_345

    def write(self, path, events):
        return write_aedat4(path, packets_of(events, self.t_first_us), compression=1)


@pytest.mark.parametrize("compression", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("table", [None, b"a table of the packets"])
def test_every_compression_is_decoded(tmp_path, compression, table):
    path = write_aedat4(tmp_path / "a", packets_of(EVENTS), compression=compression, table=table)
    decoded = decode(decode_aedat4, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == []
    assert decoded.facts.header["source"] == "DAVIS346_1"


@pytest.mark.parametrize("compression", [0, 1, 3])
def test_a_file_cut_short_in_its_table_is_told(tmp_path, compression):
    packets = packets_of(EVENTS)
    table = data_table(compression)
    path = write_aedat4(tmp_path / "a", packets, compression=compression, table=table)
    whole = path.read_bytes()
    assert decode(decode_aedat4, path).codes == []
    for missing in (1, 5, len(table) - 6, len(table) - 1, len(table)):
        path.write_bytes(whole[:-missing])
        decoded = decode(decode_aedat4, path)
        assert decoded.events.equals(EVENTS)
        assert decoded.codes == ["truncated"]


def test_positions_beyond_1023_are_decoded(tmp_path):
    events = events_of([(1, 1_279, 719, 1), (2, 1_024, 0, 0)])
    path = write_aedat4(
        tmp_path / "a", [(3, event_packet(events))], streams={3: ("EVTS", (1280, 720))}
    )
    decoded = decode(decode_aedat4, path)
    assert decoded.events.equals(events)
    assert decoded.facts.size == (1280, 720)


def test_a_sensor_that_cannot_be_is_not_believed(tmp_path):
    path = write_aedat4(tmp_path / "a", packets_of(EVENTS), streams={0: ("EVTS", (60_000, 60_000))})
    assert decode(decode_aedat4, path).facts.size is None


def test_of_several_streams_the_first_is_shown(tmp_path):
    other = made_events(500, seed=2)
    path = write_aedat4(
        tmp_path / "a",
        [(5, event_packet(other)), (1, event_packet(EVENTS)), (5, event_packet(other))],
        streams={5: ("EVTS", (346, 260)), 1: ("EVTS", (640, 480)), 2: ("IMUS", (0, 0))},
    )
    decoded = decode(decode_aedat4, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.facts.size == (640, 480)
    assert decoded.codes == ["several_recordings"]


def test_a_file_without_events_is_refused(tmp_path):
    path = write_aedat4(tmp_path / "a", [], streams={0: ("IMUS", (0, 0))})
    with pytest.raises(UnsupportedRecording, match="no stream of events, but of imus"):
        decode(decode_aedat4, path)


def test_a_damaged_packet_is_left_out_and_told(tmp_path):
    packets = packets_of(EVENTS)
    packets[1] = (0, b"\x00" * 100)
    decoded = decode(decode_aedat4, write_aedat4(tmp_path / "a", packets, compression=3))
    assert len(decoded.events) == 2_000
    assert decoded.codes == ["damaged_parts"]
    assert "1 packets cannot be decoded" in decoded.facts.findings[0].message


@pytest.mark.parametrize("time", [2**62, -(2**63)])
def test_times_that_no_clock_can_show_are_damage(tmp_path, time):
    packets = [(0, event_packet(EVENTS)), (0, event_packet(events_of([(time, 1, 2, 1)])))]
    decoded = decode(decode_aedat4, write_aedat4(tmp_path / "a", packets))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["damaged_parts"]


def test_a_packet_that_claims_more_than_the_file_has_is_cut_short(tmp_path):
    path = write_aedat4(tmp_path / "a", packets_of(EVENTS))
    path.write_bytes(path.read_bytes() + struct.pack("<iI", 0, 2**32 - 1) + bytes(50))
    decoded = decode(decode_aedat4, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["truncated"]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (MAGIC, "cut short"),
        (MAGIC + b"\xff\xff\xff\xff" + bytes(20), "cut short"),
        (MAGIC + struct.pack("<I", 20) + b"\xff" * 20, "cannot be decoded"),
        (header(b"<dv>\xea</dv>"), "cannot be decoded"),
        (header(b"<dv"), "description cannot be read"),
        (header(b""), "description cannot be read"),
        (header(description({})), "description cannot be read"),
    ],
)
def test_headers_that_are_not_intact_are_refused(tmp_path, head, said):
    path = tmp_path / "a"
    path.write_bytes(head)
    with pytest.raises(DamagedRecording, match=said):
        decode(decode_aedat4, path)


def test_what_is_no_fault_of_the_file_comes_through(tmp_path, monkeypatch):
    class Broken:
        def __init__(self, path: Path) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr("aedat.Decoder", Broken)
    with pytest.raises(KeyboardInterrupt):
        decode(decode_aedat4, write_aedat4(tmp_path / "a", []))


@real
@pytest.mark.parametrize("preference", ["auto", "evlib"])
async def test_the_real_recording_is_exact_whoever_decodes_it(preference):
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / "davis240_aedat4.aedat4"
    plan = make_plan(path, preference)
    loaded = make_loaded(plan, await load_in_child(plan, None, None, lambda _told: None))
    info = loaded.recording.info
    assert (info.events, info.t_first_us) == (111_954, 1_605_537_493_718_345)
    assert info.duration_us == 1_605_537_494_308_262 - 1_605_537_493_718_345
    assert (info.width, info.height) == (320, 240)
    assert loaded.recording.columns.polarity.tolist().count(1) == 55_023
    ours = decode(decode_aedat4, path).events
    assert loaded.recording.window(0, 1 << 40).equals(
        type(ours)(ours.t - ours.t[0], ours.x, ours.y, ours.p)
    )
    if preference == "auto":
        assert [found.code for found in loaded.recording.findings()] == ["hot_pixels"]
        assert info.header == {"compression": "LZ4", "source": "DVXplorer_DXB00010"}
