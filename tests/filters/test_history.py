import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.events import Events
from evtui.filters.history import rested, supported
from support.strategies import events_of

SIDE = 5
STEPS = st.integers(0, 3) | st.integers(0, 40) | st.integers(0, 2_000)


@st.composite
def crowds(draw: st.DrawFn, x0: int = 0, y0: int = 0) -> Events:
    """Events in order of time on a few pixels, many of them at one time."""
    pixel = st.integers(0, SIDE - 1)
    rows = draw(st.lists(st.tuples(STEPS, pixel, pixel, st.integers(0, 1)), max_size=80))
    times = np.cumsum([step for step, _x, _y, _p in rows]).tolist()
    placed = zip(times, rows, strict=True)
    return events_of([(t, x0 + x, y0 + y, p) for t, (_, x, y, p) in placed])


def supported_by_hand(events: Events, within_us: int) -> list[bool]:
    """One event after the other, as the rule reads."""
    latest: dict[tuple[int, int], int] = {}
    kept = []
    for t, x, y in zip(events.t.tolist(), events.x.tolist(), events.y.tolist(), strict=True):
        around = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} - {(x, y)}
        kept.append(any(t - latest[place] < within_us for place in around & latest.keys()))
        latest[x, y] = t
    return kept


def rested_by_hand(events: Events, rest_us: int) -> list[bool]:
    latest: dict[tuple[int, int], int] = {}
    kept = []
    for t, x, y in zip(events.t.tolist(), events.x.tolist(), events.y.tolist(), strict=True):
        kept.append((x, y) not in latest or t - latest[x, y] > rest_us)
        latest[x, y] = t
    return kept


PLACES = [(0, 0), (1278, 718), (65531, 0), (0, 65531), (65531, 65531)]


@pytest.mark.parametrize("place", PLACES)
@given(data=st.data(), within_us=st.integers(1, 60) | st.integers(1, 3_000))
def test_supported_is_what_a_plain_loop_finds(place, data, within_us):
    events = data.draw(crowds(*place))
    kept = supported(events.t, events.x, events.y, within_us)
    assert kept.tolist() == supported_by_hand(events, within_us)


@pytest.mark.parametrize("place", PLACES)
@given(data=st.data(), rest_us=st.integers(0, 60) | st.integers(1, 3_000))
def test_rested_is_what_a_plain_loop_finds(place, data, rest_us):
    events = data.draw(crowds(*place))
    kept = rested(events.t, events.x, events.y, rest_us)
    assert kept.tolist() == rested_by_hand(events, rest_us)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("within_us", [100, 5_000])
def test_many_events_are_judged_run_by_run_as_by_a_plain_loop(seed, within_us):
    """More events than are taken together, some within one run and some across its end."""
    rng = np.random.default_rng(seed)
    count = 40_000
    events = Events(
        np.sort(rng.integers(0, 12_000, count)),
        rng.integers(100, 180, count).astype(np.uint16),
        rng.integers(50, 130, count).astype(np.uint16),
        np.zeros(count, np.uint8),
    )
    near = supported(events.t, events.x, events.y, within_us)
    assert near.tolist() == supported_by_hand(events, within_us)
    awake = rested(events.t, events.x, events.y, within_us)
    assert awake.tolist() == rested_by_hand(events, within_us)


def test_pixels_all_over_the_coordinates_are_judged_in_bands():
    rng = np.random.default_rng(3)
    corners = rng.integers(0, 65_534, (300, 2))
    places = np.concatenate([corners, corners + rng.integers(0, 2, corners.shape)])
    order = rng.permutation(len(places))
    rows = [(int(t), *map(int, places[at]), 1) for t, at in enumerate(order)]
    events = events_of(rows)
    kept = supported(events.t, events.x, events.y, 400)
    assert 20 < np.count_nonzero(kept) < 300
    assert kept.tolist() == supported_by_hand(events, 400)


def test_hours_of_silence_are_bridged():
    hour = 3_600 * 10**6
    times = [0, 5, hour, hour + 1, 3 * hour, 3 * hour + 9, 10**15, 10**15 + 2]
    events = events_of([(t, 10 + number % 2, 10, 1) for number, t in enumerate(times)])
    near = supported(events.t, events.x, events.y, 9)
    assert near.tolist() == [False, True, False, True, False, False, False, True]
    events = events_of([(t, 10, 10, 1) for t in times])
    awake = rested(events.t, events.x, events.y, 8)
    assert awake.tolist() == [True, False, True, False, True, True, True, False]


def test_support_across_the_end_of_a_span_of_the_map():
    """Times are held in 32 bits, counted anew every nine minutes."""
    end = 1 << 29
    events = events_of([(0, 5, 5, 1), (end - 2, 5, 5, 1), (end + 1, 6, 5, 1), (end + 2, 5, 5, 1)])
    assert supported(events.t, events.x, events.y, 4).tolist() == [False, False, True, True]
    assert rested(events.t, events.x, events.y, 4).tolist() == [True, True, True, False]


def test_no_events_are_no_trouble():
    none = Events.empty()
    assert supported(none.t, none.x, none.y, 10).tolist() == []
    assert rested(none.t, none.x, none.y, 10).tolist() == []
