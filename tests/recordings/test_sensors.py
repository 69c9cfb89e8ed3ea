import pytest

from evtui.recordings.sensors import header_fields, stated_size

GEN41 = b"% Date 2020-09-25 07:48:29\n% evt 3.0\n% plugin_name hal_plugin_gen41_evk3\n\xe5\x00"
GEN3 = b"% evt 2.0\n% plugin_name hal_plugin_gen3_fx3\n% system_ID 21\n\x00"


def test_header_fields_are_the_lines_with_a_key_and_a_value():
    head = b"% Date 2020-09-25 07:48:29\n% evt 3.0\n% end\n% not 1\n"
    assert header_fields(head) == {"Date": "2020-09-25 07:48:29", "evt": "3.0"}


def test_a_header_that_is_no_text_is_shown_as_far_as_it_goes():
    assert header_fields(b"% serial \xff\xfe12\n") == {"serial": "\ufffd\ufffd12"}


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"% geometry 640x480\n", (640, 480)),
        (b"% format EVT3;height=720;width=1280\n", (1280, 720)),
        (b"% format EVT3;width=320;height=320;other\n% geometry \n", (320, 320)),
        (GEN41, (1280, 720)),
        (GEN3, (640, 480)),
    ],
)
def test_the_size_is_what_the_header_states(head, size):
    assert stated_size(header_fields(head)) == size


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"% evt 3.0\n",
        b"% geometry 0x480\n",
        b"% geometry 99999x480\n",
        b"% format EVT3;height=720\n",
        b"% plugin_name hal_plugin_of_tomorrow\n",
    ],
)
def test_a_header_without_a_possible_size_states_none(head):
    assert stated_size(header_fields(head)) is None
