import pytest

from evtui.recordings.sensors import camera_size


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
