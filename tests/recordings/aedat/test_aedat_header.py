"""The text at the head of AEDAT 2 and 3."""

import io
from pathlib import Path

import pytest

from evtui.errors import DamagedRecording
from evtui.recordings.aedat import aedat_header
from evtui.recordings.aedat.aedat_header import AedatHeader, read_aedat_header


def read(data: bytes) -> AedatHeader:
    return read_aedat_header(Path("a.aedat"), io.BytesIO(data))


def test_lines_end_where_the_data_begins():
    header = read(b"#!AER-DAT2.0\r\n# AEChip: eu.DAVIS240C\r\n# created Thu 14:47:00\r\n\x00\x01")
    assert header.fields == {"AEChip": "eu.DAVIS240C"}
    assert header.data_offset == len(
        b"#!AER-DAT2.0\r\n# AEChip: eu.DAVIS240C\r\n# created Thu 14:47:00\r\n"
    )


@pytest.mark.parametrize("end", [b"#!END-HEADER\r\n", b"#End Of ASCII Header\r\n"])
def test_data_may_look_like_a_line_after_the_end_is_said(end):
    assert read(b"#!AER-DAT3.1\r\n" + end + b"# Key: no field\n").fields == {}


def test_data_that_begins_with_the_sign_of_a_line_is_no_line():
    assert read(b"#!AER-DAT2.0\r\n#\x00\x01\n").data_offset == len(b"#!AER-DAT2.0\r\n")


def test_the_first_of_two_fields_counts_and_controls_are_not_shown():
    header = read("# Source: café\x9b\n# Source: other\n".encode())
    assert header.fields == {"Source": "café�"}


def test_a_header_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(aedat_header, "_LONGEST", 8)
    with pytest.raises(DamagedRecording, match="does not end"):
        read(b"# a\r\n#\r\n#\r\n")
