from hypothesis import given
from hypothesis import strategies as st

from evtui.region import Region
from support.strategies import events, regions

SENSOR = Region(0, 0, 640, 480)


@given(st.data())
def test_a_region_stays_inside_the_sensor_however_it_is_changed(data):
    sensor = data.draw(regions())
    region = sensor
    shift = st.integers(-100_000, 100_000)
    for _ in range(data.draw(st.integers(1, 6))):
        region = region.moved(data.draw(shift), data.draw(shift), sensor)
        size = data.draw(st.tuples(st.integers(-1, 70_000), st.integers(-1, 70_000)))
        region = region.resized(*size, sensor)
        assert region.width >= 1
        assert region.height >= 1
        assert sensor.x <= region.x <= sensor.x + sensor.width - region.width
        assert sensor.y <= region.y <= sensor.y + sensor.height - region.height


def test_resizing_keeps_the_centre():
    assert SENSOR.resized(320, 240, SENSOR) == Region(160, 120, 320, 240)
    assert Region(160, 120, 320, 240).resized(640, 480, SENSOR) == SENSOR


def test_resizing_in_a_corner_stays_in_the_corner():
    corner = Region(0, 400, 80, 80)
    assert corner.resized(160, 160, SENSOR) == Region(0, 320, 160, 160)


def test_moving_stops_at_the_edge_and_keeps_the_size():
    region = Region(160, 120, 320, 240)
    assert region.moved(10, -10, SENSOR) == Region(170, 110, 320, 240)
    assert region.moved(1_000, 1_000, SENSOR) == Region(320, 240, 320, 240)
    assert region.moved(-1_000, -1_000, SENSOR) == Region(0, 0, 320, 240)


@given(events(), regions())
def test_it_holds_the_pixels_between_its_edges(some, region):
    held = region.holds(some.x, some.y)
    expected = [
        region.x <= x < region.x + region.width and region.y <= y < region.y + region.height
        for x, y in zip(some.x.tolist(), some.y.tolist(), strict=True)
    ]
    assert held.tolist() == expected


@given(events())
def test_a_region_beyond_all_coordinates_is_no_trouble(some):
    assert Region(0, 0, 200_000, 200_000).holds(some.x, some.y).all()
    assert not Region(70_000, 0, 200_000, 200_000).holds(some.x, some.y).any()
