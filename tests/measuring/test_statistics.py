import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.measuring.statistics import region_statistics
from evtui.region import Region
from support.strategies import events, events_of, regions


@given(events(), regions(), st.integers(1, 10**6))
def test_the_counts_are_those_of_a_plain_loop(some, region, window_us):
    inside = [
        (x, y, p)
        for x, y, p in zip(some.x.tolist(), some.y.tolist(), some.p.tolist(), strict=True)
        if 0 <= x - region.x < region.width and 0 <= y - region.y < region.height
    ]
    counted = region_statistics(some, region, window_us)
    assert counted.events == len(inside)
    assert counted.on == sum(p for _x, _y, p in inside)
    assert counted.active_pixels == len({(x, y) for x, y, _p in inside})
    assert counted.pixels == region.width * region.height
    assert counted.rate == pytest.approx(len(inside) / (window_us / 1e6))


def test_figures_of_a_small_window():
    some = events_of([(0, 3, 3, 1), (1, 3, 3, 1), (2, 4, 3, 0), (3, 4, 4, 1), (4, 5, 3, 1)])
    counted = region_statistics(some, Region(3, 3, 2, 2), 2_000)
    assert (counted.events, counted.on, counted.active_pixels) == (4, 3, 3)
    assert counted.rate == 2_000
    assert counted.on_share == 0.75


def test_nothing_has_no_share_and_no_rate():
    counted = region_statistics(Events.empty(), Region(0, 0, 5, 5), 0)
    assert counted.on_share is None
    assert counted.rate == 0
    assert counted.active_pixels == 0
