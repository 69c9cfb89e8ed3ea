"""AEDAT 3.1 files of cAER and DV."""

import pytest

from contract.whole_contract import WholeContract
from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings.aedat import aedat3
from evtui.recordings.aedat.aedat3 import decode_aedat3
from support.aedat3_files import (
    SPECIAL,
    aedat3_header,
    packet_head,
    packets_of,
    polarity_events,
    polarity_packet,
    write_aedat3,
)
from support.strategies import events_of
from support.whole_files import decode

EVENTS = events_of([(10, 0, 0, 1), (11, 127, 1, 0), (11, 5, 127, 1)])


class TestAedat3(WholeContract):
    format = "AEDAT3"
    decoder = staticmethod(decode_aedat3)
    reads = (aedat3, "RUN_BYTES")
    size = sensor = (240, 180)
    t_first_us = 3 * 2**31 - 700
    """The 31 bits of an event start again in the first millisecond."""

    def write(self, path, events):
        return write_aedat3(path, packets_of(events, self.t_first_us, 700), aedat3_header())


def test_a_polarity_event_bit_by_bit(tmp_path):
    word = 200 << 17 | 100 << 2 | 1 << 1 | 1
    body = packet_head(1, overflow=2) + word.to_bytes(4, "little") + (7).to_bytes(4, "little")
    decoded = decode(decode_aedat3, write_aedat3(tmp_path / "a", [body]))
    assert decoded.events.equals(events_of([(2 * 2**31 + 7, 200, 100, 1)]))


def test_the_header_is_told(tmp_path):
    facts = decode(decode_aedat3, write_aedat3(tmp_path / "a", [polarity_packet(EVENTS)])).facts
    assert facts.header["Source 1"] == "DAVIS240C"
    assert (facts.layout, facts.size, facts.findings) == ("3.1, DAVIS240C", (240, 180), [])


def test_a_camera_of_no_known_size_leaves_the_size_open(tmp_path):
    path = write_aedat3(tmp_path / "a", [polarity_packet(EVENTS)], aedat3_header("Prototype"))
    assert decode(decode_aedat3, path).facts.size is None


def test_other_packets_and_invalid_events_are_passed_over(tmp_path):
    special = packet_head(2, kind=SPECIAL) + bytes(16)
    frame = packet_head(1, kind=2, event_bytes=100) + bytes(100)
    mixed = packet_head(3) + polarity_events(EVENTS, [1, 0, 1])
    path = write_aedat3(tmp_path / "a", [special, mixed, frame, polarity_packet(EVENTS)])
    decoded = decode(decode_aedat3, path)
    assert decoded.events.x.tolist() == [0, 5, 0, 127, 5]
    assert decoded.codes == []


def test_of_several_cameras_the_first_is_shown(tmp_path):
    path = write_aedat3(
        tmp_path / "a", [polarity_packet(EVENTS), polarity_packet(EVENTS, source=4)]
    )
    decoded = decode(decode_aedat3, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["several_recordings"]


@pytest.mark.parametrize("cut", [3, 8 * 2 + 1])
def test_a_packet_that_is_cut_short_gives_its_whole_events(tmp_path, cut):
    path = write_aedat3(tmp_path / "a", [polarity_packet(EVENTS)])
    path.write_bytes(path.read_bytes()[:-cut])
    decoded = decode(decode_aedat3, path)
    assert decoded.events.equals(EVENTS[: 3 - -(-cut // 8)])
    assert decoded.codes == ["truncated"]


def test_a_packet_that_claims_more_than_the_file_has_is_cut_short(tmp_path):
    path = write_aedat3(tmp_path / "a", [packet_head(2**31 - 1) + polarity_events(EVENTS)])
    decoded = decode(decode_aedat3, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["truncated"]


@pytest.mark.parametrize(
    "wrong",
    [
        packet_head(-1),
        packet_head(3, capacity=5),
        packet_head(3, event_bytes=0),
        packet_head(3, event_bytes=12),
        packet_head(3, overflow=-1),
        packet_head(3, kind=-0x7FFF),
    ],
)
def test_what_is_no_packet_ends_what_can_be_read(tmp_path, wrong):
    path = write_aedat3(tmp_path / "a", [polarity_packet(EVENTS), wrong + bytes(100)])
    decoded = decode(decode_aedat3, path)
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["damaged_parts"]
    with pytest.raises(DamagedRecording, match="no event packet follows"):
        decode(decode_aedat3, write_aedat3(tmp_path / "b", [wrong + bytes(100)]))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (aedat3_header(version="3.0"), r"AEDAT 3\.0"),
        (aedat3_header(packing="SerializedTS,PNGFrames"), "SerializedTS"),
    ],
)
def test_variants_that_are_not_known_are_refused(tmp_path, header, said):
    path = write_aedat3(tmp_path / "a", [polarity_packet(EVENTS)], header)
    with pytest.raises(UnsupportedRecording, match=said):
        decode(decode_aedat3, path)
