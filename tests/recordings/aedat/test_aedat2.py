"""AEDAT 2 files of jAER."""

import numpy as np
import pytest

from contract.whole_contract import WholeContract
from evtui.errors import UnsupportedRecording
from evtui.recordings.aedat import aedat2
from evtui.recordings.aedat.aedat2 import Clock, decode_aedat2
from support.aedat2_files import (
    aedat2_header,
    aedat2_records,
    davis_addresses,
    dvs128_addresses,
    write_davis,
    write_dvs128,
)
from support.strategies import events_of
from support.whole_files import decode

EVENTS = events_of([(10, 0, 0, 1), (11, 127, 1, 0), (11, 5, 127, 1)])


class TestDavis(WholeContract):
    format = "AEDAT2"
    decoder = staticmethod(decode_aedat2)
    reads = (aedat2, "RUN_BYTES")
    size = sensor = (240, 180)
    t_first_us = 2**31 - 700
    """The signed clock goes round in the first millisecond."""

    def write(self, path, events):
        return write_davis(path, events, self.t_first_us)


class TestDvs128(WholeContract):
    format = "AEDAT2"
    decoder = staticmethod(decode_aedat2)
    reads = (aedat2, "RUN_BYTES")
    size = sensor = (128, 128)
    t_first_us = 77

    def write(self, path, events):
        return write_dvs128(path, events, self.t_first_us)


def write(path, addresses, times, chip="DAVIS240C"):
    path.write_bytes(aedat2_header(chip) + aedat2_records(addresses, times))
    return path


def test_an_address_as_jaer_reads_it(tmp_path):
    # x and y as in the bits are 3 and 170 from the lower right corner
    davis = write(tmp_path / "a", [170 << 22 | 3 << 12 | 1 << 11], [5])
    assert decode(decode_aedat2, davis).events.equals(events_of([(5, 236, 9, 1)]))
    dvs = write(tmp_path / "b", [100 << 8 | 3 << 1 | 1], [5], "DVS128")
    assert decode(decode_aedat2, dvs).events.equals(events_of([(5, 124, 27, 0)]))


def test_the_header_is_told(tmp_path):
    facts = decode(decode_aedat2, write_davis(tmp_path / "a", EVENTS)).facts
    assert facts.header["HardwareInterface"] == "DAVIS FX3"
    assert facts.layout == "DAVIS240C"
    assert facts.findings == []


def test_frames_and_imu_samples_are_no_events_and_edges_are_told(tmp_path):
    addresses = davis_addresses(EVENTS)
    frame, imu, edge = 1 << 31 | 5 << 12, 1 << 31 | 0xC00, 1 << 10
    mixed = [frame, addresses[0], imu, edge, addresses[1], frame, addresses[2], edge]
    decoded = decode(decode_aedat2, write(tmp_path / "a", mixed, [1, 10, 10, 10, 11, 11, 11, 12]))
    assert decoded.events.equals(EVENTS)
    assert [found.message for found in decoded.facts.findings] == ["2 edges of the external input"]


def test_bits_that_a_dvs128_never_sets_are_damage(tmp_path):
    addresses = [*dvs128_addresses(EVENTS), 1 << 20, 1 << 15]
    decoded = decode(
        decode_aedat2, write(tmp_path / "a", addresses, [10, 11, 11, 12, 13], "DVS128")
    )
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["triggers", "damaged_words"]


def test_addresses_outside_the_sensor_are_put_outside_every_sensor(tmp_path):
    decoded = decode(decode_aedat2, write(tmp_path / "a", [400 << 22 | 500 << 12], [1]))
    assert decoded.events.equals(events_of([(1, 65_535, 65_535, 0)]))


def test_a_camera_that_is_not_named_is_a_dvs128_if_addresses_fit(tmp_path):
    decoded = decode(decode_aedat2, write_dvs128(tmp_path / "a", EVENTS, chip=None))
    assert decoded.events.equals(EVENTS)
    assert decoded.codes == ["size_guessed"]
    with pytest.raises(UnsupportedRecording, match="does not name its camera"):
        decode(decode_aedat2, write(tmp_path / "b", davis_addresses(EVENTS), [1, 2, 3], None))


@pytest.mark.parametrize("chip", ["CochleaAMS1c", "DVS128andCochleaAMS1b", "DavisRGBW640"])
def test_a_camera_that_is_not_known_is_refused(tmp_path, chip):
    with pytest.raises(UnsupportedRecording, match=chip):
        decode(decode_aedat2, write(tmp_path / "a", [1], [1], f"ch.unizh.{chip}"))


def test_a_record_that_is_cut_short_is_told(tmp_path):
    path = write_davis(tmp_path / "a", EVENTS)
    path.write_bytes(path.read_bytes()[:-3])
    decoded = decode(decode_aedat2, path)
    assert decoded.events.equals(EVENTS[:2])
    assert decoded.codes == ["truncated"]


def test_the_clock_that_starts_again_is_told(tmp_path):
    assert decode(decode_aedat2, write_davis(tmp_path / "a", EVENTS, 2**31 - 11)).codes == [
        "clock_wrap"
    ]


def test_times_go_on_over_the_ends_of_blocks_and_may_go_back():
    clock = Clock()
    shown = np.array([2**31 - 2, 2**31 - 1, -(2**31), -(2**31) + 5], ">i4")
    assert clock.unwrap(shown[:1]).tolist() == [2**31 - 2]
    assert not clock.wrapped
    assert clock.unwrap(shown[1:]).tolist() == [2**31 - 1, 2**31, 2**31 + 5]
    assert clock.wrapped
    assert clock.unwrap(shown[:1]).tolist() == [2**31 - 2]
    assert clock.unwrap(shown[:0]).tolist() == []
    assert Clock().unwrap(np.array([-5, 3], ">i4")).tolist() == [-5, 3]
