import pytest

from evtui.recordings.sensors import camera_size, stated_size


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("DVS128", (128, 128)),
        ("DAVIS240C", (240, 180)),
        ("SBret20", (240, 180)),
        ("Davis346redColor", (346, 260)),
        ("DAVIS640", (640, 480)),
        ("Davis208PixelParade", (208, 192)),
        ("CochleaAMS1c", None),
        ("", None),
    ],
)
def test_a_camera_is_known_by_its_name(name, size):
    assert camera_size(name) == size


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
    assert stated_size(fields) == size


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
    assert stated_size(fields) is None
