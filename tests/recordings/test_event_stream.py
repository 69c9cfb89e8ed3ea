"""Event Stream files of DVS events."""

import re

import numpy as np
import pytest

from contract.whole_contract import WholeContract
from evtui.errors import DamagedRecording, UnsupportedRecording
from evtui.recordings import event_stream
from evtui.recordings.event_stream import decode_event_stream
from support.event_stream_files import (
    event_stream_bytes,
    event_stream_header,
    write_event_stream,
)
from support.strategies import events_of
from support.whole_files import decode


class TestEventStream(WholeContract):
    format = "ES"
    decoder = staticmethod(decode_event_stream)
    reads = (event_stream, "_BLOCK_BYTES")
    few_at_once = 3
    t_first_us = 1_234_567
    longest_step_us = 10_000

    def write(self, path, events):
        return write_event_stream(path, events, self.t_first_us)


def test_a_file_as_faery_writes_it(tmp_path):
    path = tmp_path / "a.es"
    path.write_bytes(
        b"Event Stream\x02\x00\x00\x01\n\x00(\x00"
        b"\x01\x03\x00'\x00"
        b"\n\t\x00 \x00"
        b"\xff\xff\xff\xff\xffy\t\x00\x00\x00"
    )
    decoded = decode(decode_event_stream, path)
    assert decoded.events.equals(events_of([(0, 3, 0, 1), (5, 9, 7, 0), (700, 9, 39, 1)]))
    assert decoded.facts.size == (10, 40)
    assert decoded.facts.layout == "DVS, version 2.0.0"


def test_bytes_that_mean_nothing_are_passed_over(tmp_path):
    path = tmp_path / "a.es"
    events = events_of([(5, 1, 2, 1), (9, 3, 4, 0)])
    body = event_stream_bytes(events)
    path.write_bytes(event_stream_header() + b"\xfe" + body[:5] + b"\xfe\xfe" + body[5:] + b"\xfe")
    assert decode(decode_event_stream, path).events.equals(events)


def test_positions_with_the_bits_of_lone_bytes_stay_positions(tmp_path):
    events = events_of([(0, 0xFE, 0xFF, 1), (1, 0xFF, 0xFE, 0), (1, 0x1FF, 0x1FE, 1)] * 3)
    order = np.argsort(events.t, kind="stable")
    events = events_of(
        [(int(events.t[i]), *map(int, (events.x[i], events.y[i], events.p[i]))) for i in order]
    )
    path = write_event_stream(tmp_path / "a.es", events, size=(1_024, 768))
    assert decode(decode_event_stream, path).events.equals(events)


def many(count):
    return [(i, i % 640, i % 480, i % 2) for i in range(count)]


@pytest.mark.parametrize("damaged", [0, 1, 1_500, 2_999])
def test_an_event_outside_the_sensor_is_left_out(tmp_path, damaged):
    path = tmp_path / "a.es"
    events = many(3_000)
    events[damaged] = (damaged, 700, 4, 0)
    path.write_bytes(event_stream_header() + event_stream_bytes(events_of(events)))
    decoded = decode(decode_event_stream, path)
    del events[damaged]
    assert decoded.events.equals(events_of(events))
    assert decoded.codes == ["damaged_parts"]
    assert decoded.facts.findings[0].message == "1 event lies outside 640×480; left out"


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_where_bytes_are_missing_what_follows_is_left_out(tmp_path, missing):
    path = tmp_path / "a.es"
    events = events_of(many(30_000))
    body = event_stream_bytes(events)
    path.write_bytes(event_stream_header() + body[:100_000] + body[100_000 + missing :])
    decoded = decode(decode_event_stream, path)
    assert 20_000 <= len(decoded.events) < 20_020
    assert decoded.events[:20_000].equals(events[:20_000])
    assert "damaged_parts" in decoded.codes
    place = re.search(r"wrong at byte ([\d,]+) of", decoded.facts.findings[0].message)
    assert 100_000 <= int(place[1].replace(",", "")) < 100_200


def test_events_outside_the_sensor_one_after_the_other_end_what_can_be_trusted(tmp_path):
    path = tmp_path / "a.es"
    body = event_stream_bytes(events_of([(5, 1, 2, 1), (9, 700, 4, 0), (10, 703, 4, 0)]))
    path.write_bytes(event_stream_header() + body)
    decoded = decode(decode_event_stream, path)
    assert decoded.events.equals(events_of([(5, 1, 2, 1)]))
    assert decoded.codes == ["damaged_parts"]


def test_the_last_event_may_be_cut_short(tmp_path):
    path = tmp_path / "a.es"
    body = event_stream_bytes(events_of([(5, 1, 2, 1), (9, 3, 4, 0)]))
    path.write_bytes(event_stream_header() + body[:-1])
    decoded = decode(decode_event_stream, path)
    assert decoded.events.equals(events_of([(5, 1, 2, 1)]))
    assert decoded.codes == ["truncated"]


@pytest.mark.parametrize(
    ("header", "error", "said"),
    [
        (b"Event Stream\x02\x00", DamagedRecording, "cut short"),
        (event_stream_header()[:-1], DamagedRecording, "cut short"),
        (event_stream_header(version=(1, 2, 0)), UnsupportedRecording, r"version 1\.2\.0"),
        (event_stream_header(kind=2), UnsupportedRecording, "ATIS"),
        (event_stream_header(kind=0)[:16], UnsupportedRecording, "generic"),
        (event_stream_header(kind=77), UnsupportedRecording, "type 77"),
        (event_stream_header(0, 480), DamagedRecording, "0×480"),
        (event_stream_header(640, 60_000), DamagedRecording, "640×60000"),
    ],
)
def test_headers_that_say_otherwise_are_refused(tmp_path, header, error, said):
    path = tmp_path / "a.es"
    path.write_bytes(header)
    with pytest.raises(error, match=said):
        decode(decode_event_stream, path)
