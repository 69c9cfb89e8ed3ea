import os

import pytest

from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.prophesee.raw_header import (
    _FIRST_READ,
    RawHeader,
    parse_header,
    read_header,
)

GEN41 = (
    b"% Date 2020-09-25 07:48:29\n% evt 3.0\n% integrator_name Prophesee\n"
    b"% plugin_name hal_plugin_gen41_evk3\n"
)
DATA = b"\x2d\x8b\x00\x60\xc8\x00"


@pytest.mark.parametrize(
    ("head", "version", "size"),
    [
        (b"% evt 3.0\n% geometry 640x480\n", "3", (640, 480)),
        (b"% format EVT3;height=720;width=1280\n% end\n", "3", (1280, 720)),
        (b"% format EVT21;endianness=legacy;height=720;width=1280\n% end\n", "2.1", (1280, 720)),
        (b"% evt 2.1\r\n% geometry 1280x720\r\n% end\r\n", "2.1", (1280, 720)),
        (b"% evt 2.0\r\n", "2", None),
        (b"% format EVT2\n% end\n", "2", None),
        (GEN41, "3", (1280, 720)),
        (
            b"% Data file containing CD events.\n% Version 2\n% Width 304\n% Height 240\n",
            None,
            (304, 240),
        ),
        (b"% Data file containing CD events.\n% Version 2\n", None, None),
        (b"% evt 4.0\n", None, None),
        (b"", None, None),
    ],
)
def test_every_kind_of_header_tells_encoding_size_and_where_the_data_begins(head, version, size):
    header = parse_header(head + DATA)
    assert (header.version, header.size, header.data_offset) == (version, size, len(head))


@pytest.mark.parametrize(
    "head",
    [
        b"%evt 3.0\n%geometry 640x480\n%end\n",
        b"%\tevt 3.0\n%\tgeometry\t640x480\n% end\n",
        b"% evt 3\n% geometry 640 x 480\n",
        b"% evt EVT3\n% Geometry 640X480\n% end \n",
        b"% format evt3;Height=480;width=640\n% end\n",
        b"% format EVT3; height = 480; width=640\n% end\n",
        b"% FORMAT EVT 3.0\n% width 640\n% height 480\n% end\n",
        b"% format EVT3;width=640;height=480\n% geometry of the room\n% end\n",
        b"% evt 3.0\n\n%\r\n\n% geometry 640x480\n",
        b"% evt 3.0\n \n% geometry 640x480\n% end\n",
        b"% evt 3.0\n% note a\x01b\n\n% geometry 640x480\n% end\n",
    ],
)
def test_a_header_that_was_edited_by_hand_is_read(head):
    header = parse_header(head + DATA)
    assert (header.version, header.size, header.data_offset) == ("3", (640, 480), len(head))


def test_a_control_character_does_not_get_into_the_fields():
    assert parse_header(b"% note a\x1b[2Jb\n% end\n").fields == {"note": "a\ufffd[2Jb"}


def test_a_line_with_control_characters_is_data_unless_the_header_goes_on_to_its_end():
    head = b"% evt 3.0\n"
    assert parse_header(head + b"% \x80\x01\n% \x02\x60\n\x00\x60% end\n").data_offset == 10


def test_a_hostile_header_of_many_such_lines_is_read_in_one_go():
    head = b"%\x01\n" * 20_000
    assert parse_header(head).data_offset == 0
    assert parse_header(head + b"% end\n").data_offset == len(head) + 6


@pytest.mark.parametrize(
    ("head", "stated", "sizes"),
    [
        (b"% evt 2.0\n% format EVT3;width=640;height=480\n", ["3", "2"], [(640, 480)]),
        (b"% evt 3.0\n% format EVT3\n", ["3"], []),
        (b"% evt 3.0\n% format HISTO3D\n", [], []),
        (
            b"% evt 2.1\n% geometry 640x480\n% format EVT21;width=1280;height=720\n",
            ["2.1"],
            [(640, 480), (1280, 720)],
        ),
    ],
)
def test_a_header_may_say_two_things_at_once(head, stated, sizes):
    header = parse_header(head)
    assert (header.stated_versions, header.sizes) == (stated, sizes)


@pytest.mark.parametrize(
    ("head", "order"),
    [
        (b"% format EVT21;endianness=legacy\n", "legacy"),
        (b"% format EVT21; Endianness = BIG\n", "big"),
        (b"% evt 2.1\n% endianness little\n", "little"),
        (b"% evt 2.1\n", None),
    ],
)
def test_the_order_of_bytes_is_what_the_header_states(head, order):
    assert parse_header(head).byte_order == order


def test_fields_are_the_lines_with_a_key_and_a_value():
    header = parse_header(b"% Date 2020-09-25 07:48:29\n% evt 3.0\n% lone\n% \n% end\n% not 1\n")
    assert header.fields == {"Date": "2020-09-25 07:48:29", "evt": "3.0"}


def test_text_that_is_no_utf8_is_kept_as_far_as_it_goes():
    assert parse_header(b"% serial \xff\xfe12\n").fields == {"serial": "\ufffd\ufffd12"}


def test_nothing_after_the_end_line_is_header():
    head = b"% evt 3.0\n% end\n"
    assert parse_header(head + b"% geometry 640x480\n").data_offset == len(head)


@pytest.mark.parametrize(
    "data", [b"% \x80\x00\x60\n", b"%\x80\x0a\x60", b"%", b"%evt 3\x00\n", b"\n%\n"]
)
def test_data_that_begins_with_a_percent_sign_is_data(data):
    head = b"% evt 3.0\n"
    assert parse_header(head + data).data_offset == len(head)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"geometry": "640x480"}, (640, 480)),
        ({"format": "EVT3;height=720;width=1280"}, (1280, 720)),
        ({"format": "EVT3;width=320;height=320;other", "geometry": ""}, (320, 320)),
        ({"Width": "304", "Height": "240"}, (304, 240)),
        ({"evt": "3.0", "plugin_name": "hal_plugin_gen41_evk3"}, (1280, 720)),
        ({"evt": "2.0", "plugin_name": "hal_plugin_gen3_fx3"}, (640, 480)),
        ({"geometry": "320x320", "plugin_name": "hal_plugin_gen3_fx3"}, (320, 320)),
    ],
)
def test_the_size_is_what_the_header_states(fields, size):
    assert RawHeader(fields, 0).size == size


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"evt": "3.0"},
        {"geometry": "0x480"},
        {"geometry": "99999x480"},
        {"geometry": "x"},
        {"format": "EVT3;height=720"},
        {"format": "EVT3;height=tall;width=wide"},
        {"plugin_name": "hal_plugin_of_tomorrow"},
    ],
)
def test_a_header_without_a_possible_size_states_none(fields):
    assert RawHeader(fields, 0).size is None


@pytest.fixture
def descriptor_of(tmp_path):
    """Opens a file of some bytes; all are closed at the end."""
    opened = []

    def open_bytes(content):
        path = tmp_path / f"{len(opened)}.raw"
        path.write_bytes(content)
        opened.append(os.open(path, os.O_RDONLY))
        return path, opened[-1]

    yield open_bytes
    for descriptor in opened:
        os.close(descriptor)


@pytest.mark.parametrize("lines", [0, 1, 100, 1_000, 30_000])
def test_a_header_of_any_length_is_read_whole(descriptor_of, lines):
    head = b"% evt 3.0\n" + b"".join(b"%% key%d of many words\n" % line for line in range(lines))
    header = read_header(*descriptor_of(head + DATA * 2_000))
    assert header.data_offset == len(head)
    assert len(header.fields) == lines + 1


def test_a_file_may_end_inside_its_header(descriptor_of):
    assert read_header(*descriptor_of(b"% evt 3.0\n% geome")).data_offset == 17


def test_a_header_without_end_is_refused(descriptor_of):
    with pytest.raises(DamagedRecording, match="header does not end"):
        read_header(*descriptor_of(b"% many words\n" * 100_000))


@pytest.mark.parametrize("left", range(6))
def test_a_line_may_begin_where_a_read_ends(descriptor_of, left):
    start = b"% evt 3.0\n% filling "
    head = start + b"x" * (_FIRST_READ - len(start) - left) + b"\n% geometry 64x48\n"
    header = read_header(*descriptor_of(head + DATA))
    assert (header.size, header.data_offset) == ((64, 48), len(head))


def test_what_the_operating_system_refuses_is_told(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(CannotRead, match="is a folder"):
            read_header(tmp_path, descriptor)
    finally:
        os.close(descriptor)
