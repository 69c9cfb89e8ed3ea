import numpy as np
import pytest

from evtui.events import BYTES_PER_EVENT, Events


@pytest.fixture
def three() -> Events:
    return Events(
        np.array([0, 5, 5], np.int64),
        np.array([1, 2, 65535], np.uint16),
        np.array([3, 4, 0], np.uint16),
        np.array([1, 0, 1], np.uint8),
    )


def columns(events: Events) -> list[np.ndarray]:
    return [events.t, events.x, events.y, events.p]


def test_a_slice_holds_the_same_memory(three):
    tail = three[1:]
    assert len(tail) == 2
    assert tail.x.tolist() == [2, 65535]
    for part, whole in zip(columns(tail), columns(three), strict=True):
        assert np.shares_memory(part, whole)


def test_on_events_are_counted(three):
    assert three.on_count == 2
    assert Events.empty().on_count == 0


def test_no_events_have_the_columns_dtypes(three):
    empty = Events.empty()
    assert len(empty) == 0
    assert [column.dtype for column in columns(empty)] == [
        column.dtype for column in columns(three)
    ]
    assert sum(column.itemsize for column in columns(empty)) == BYTES_PER_EVENT


@pytest.mark.parametrize("column", ["t", "x", "y", "p"])
def test_events_differ_where_any_column_does(three, column):
    changed = {name: getattr(three, name).copy() for name in ("t", "x", "y", "p")}
    assert three.equals(Events(**changed))
    changed[column][1] += 1
    assert not three.equals(Events(**changed))
    assert not three.equals(three[:2])


def test_runs_are_joined_in_order(three):
    joined = Events.concatenate(run for run in (three[:1], Events.empty(), three[1:]))
    assert joined.equals(three)
    assert [column.dtype for column in columns(joined)] == [
        column.dtype for column in columns(three)
    ]


def test_one_run_is_not_copied(three):
    assert Events.concatenate([Events.empty(), three]) is three


def test_no_runs_make_no_events():
    assert len(Events.concatenate([])) == 0
    assert len(Events.concatenate([Events.empty(), Events.empty()])) == 0


def at_times(times: list[int]) -> Events:
    """Events at these times, each in the column of its row number."""
    count = len(times)
    return Events(
        np.array(times, np.int64),
        np.arange(count, dtype=np.uint16),
        np.zeros(count, np.uint16),
        np.zeros(count, np.uint8),
    )


def test_between_is_half_open_and_a_view_where_time_only_goes_on():
    events = at_times([10, 20, 20, 30, 40])
    inside = events.between(20, 40)
    assert inside.t.tolist() == [20, 20, 30]
    assert inside.t.base is not None
    assert events.between(41, 100).equals(Events.empty())
    assert events.between(30, 20).equals(Events.empty())


def test_between_keeps_the_order_where_time_goes_back():
    events = at_times([10, 50, 20, 30, 60, 25])
    assert events.between(20, 40).t.tolist() == [20, 30, 25]
    assert events.between(20, 40).x.tolist() == [2, 3, 5]


def test_columns_that_are_not_written_yet_are_apart(three):
    events = Events.uninitialised(3)
    assert [column.dtype for column in columns(events)] == [
        column.dtype for column in columns(three)
    ]
    events.fill(three)
    assert events.equals(three)
    assert len(Events.uninitialised(0)) == 0


def test_filling_copes_with_columns_in_the_same_memory(three):
    events = Events.concatenate([three, three])
    events[:3].fill(events[1:4])
    assert events[:3].equals(Events.concatenate([three[1:], three[:1]]))


def test_events_that_all_lie_between_are_not_copied(three):
    assert three.between(0, 6) is three
    assert three.between(0, 5).equals(three[:1])
