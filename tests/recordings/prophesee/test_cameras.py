"""Old headers name the camera and nothing else; what it wrote is OpenEB's table."""

import pytest

from evtui.recordings.prophesee.cameras import camera_of
from evtui.recordings.prophesee.raw_header import RawHeader, parse_header

VGA, HD = (640, 480), (1280, 720)


@pytest.mark.parametrize(
    ("system", "version", "size"),
    [
        (21, "2", VGA),
        (0x97, "2", VGA),
        (0x1A, "2", HD),
        (0x1E, "3", HD),
        (0x23, "2", VGA),
        (0x27, "2", HD),
        (0x28, "3", VGA),
        (48, "3", HD),
        (0x31, "3", HD),
    ],
)
def test_a_system_id_tells_encoding_and_size(system, version, size):
    header = parse_header(f"% Date 2020-01-01\n% system_ID {system}\n% serial_number 1\n".encode())
    assert (header.version, header.size) == (version, size)
    assert header.stated_versions == []
    assert header.camera.told_by == f"system_ID {system}"


@pytest.mark.parametrize(
    ("plugin", "version", "size"),
    [
        ("hal_plugin_gen3_fx3", "2", VGA),
        ("hal_plugin_gen31_fx3", "2", VGA),
        ("hal_plugin_gen31_evk2", "2", VGA),
        ("hal_plugin_gen31_evk3", None, VGA),
        ("hal_plugin_gen4_fx3", "2", HD),
        ("hal_plugin_gen41_evk2", "2", HD),
        ("hal_plugin_gen41_evk3", "3", HD),
    ],
)
def test_without_one_the_plugin_tells_them_if_it_wrote_but_one_encoding(plugin, version, size):
    header = RawHeader({"plugin_name": plugin}, 0)
    assert (header.version, header.size) == (version, size)


def test_the_system_id_is_more_telling_than_the_plugin():
    fields = {"plugin_name": "hal_plugin_gen31_evk3", "system_ID": "40"}
    assert RawHeader(fields, 0).version == "3"


@pytest.mark.parametrize(
    "integrators",
    [
        {},
        {"integrator_name": "Prophesee"},
        {"camera_integrator_name": "Prophesee", "plugin_integrator_name": "Prophesee"},
        {"camera_integrator_name": "Prophesee", "plugin_integrator_name": "Prophesee"}
        | {"integrator_name": "Somebody"},
    ],
)
def test_the_number_is_prophesees_where_nobody_else_is_named(integrators):
    assert camera_of({"system_ID": "48"} | integrators).size == HD


@pytest.mark.parametrize(
    "fields",
    [
        {"integrator_name": "Somebody"},
        {"camera_integrator_name": "Somebody", "plugin_integrator_name": "Prophesee"},
        {"plugin_integrator_name": "Prophesee"},
        {"system_ID": "0x30"},
        {"system_ID": "999"},
        {"system_ID": ""},
        {"system_ID": "٤٨"},
    ],
)
def test_other_numbers_tell_nothing(fields):
    assert camera_of({"system_ID": "48"} | fields) is None


@pytest.mark.parametrize(
    "lines", [b"% Version 2\n", b"% Data file containing CD events.\n", b"% evt 4.0\n"]
)
def test_what_states_something_else_is_not_told_by_its_camera(lines):
    header = parse_header(b"% system_ID 48\n" + lines)
    assert header.version is None
    assert not header.may_be_raw


def test_what_states_an_encoding_has_only_its_size_from_the_camera():
    header = parse_header(b"% system_ID 48\n% evt 2.0\n")
    assert (header.version, header.size) == ("2", HD)
