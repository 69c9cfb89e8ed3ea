from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.store.messages import CacheStats, LoadProgress, Stage
from evtui.store.policy import MemoryReading
from evtui.store.watch import LoadRate, MemoryHistory, Rate, Sample, Span
from support.loads import Ticker

FAN, DRONE = Path("fan.h5"), Path("drone.raw")


def cache(used: int = 0, *, on: bool = True) -> CacheStats:
    return CacheStats(on, used, 1_000, entries=0, hits=0, misses=0, evictions=0)


def history(*available: int, kept: int = 100) -> MemoryHistory:
    """So much was available, one reading a half second."""
    clock = Ticker()
    made = MemoryHistory(kept, clock)
    for value in available:
        made.add(MemoryReading(value, process=1), cache(), loads=0)
        clock.now += 0.5
    return made


def available(sample: Sample) -> int:
    return sample.available


def test_a_reading_is_remembered_with_its_time():
    clock = Ticker()
    made = MemoryHistory(clock=clock)
    assert (made.last, made.span(available), made.seconds, len(made)) == (None, None, 0.0, 0)
    made.add(MemoryReading(50, process=7, children=5), cache(300), loads=2)
    assert made.last == Sample(clock.now, 12, 50, used=300, budget=1_000, loads=2)
    made.add(MemoryReading(50, process=7), cache(300, on=False), loads=0)
    assert made.last.budget == 0


def test_only_the_last_readings_are_kept():
    made = history(*range(10), kept=4)
    assert len(made) == 4
    assert made.seconds == 1.5
    assert made.span(available) == Span(least=6, most=9, now=9)


def test_each_reading_has_a_column_while_there_is_room():
    assert history(3, 1, 2).columns(available, 10) == [3, 1, 2]
    assert history().columns(available, 10) == []


def test_a_column_shows_the_chosen_of_its_readings():
    made = history(3, 1, 2, 5, 4)
    assert made.columns(available, 4) == [3, 5, 4]
    assert made.columns(available, 4, min) == [1, 2, 4]


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(2, 12), st.integers(1, 40))
def test_columns_fit_and_hide_nothing(values, width, kept):
    made = history(*values, kept=kept)
    columns = made.columns(available, width)
    assert len(columns) <= width
    assert max(columns, default=-1) == max(values[-kept:], default=-1)
    assert made.columns(available, width, min)[-1:] <= values[-1:]


def test_full_columns_stay_as_they_are_while_they_move_on():
    # Three readings a column, each column of the readings that have its number.
    values = [number // 3 for number in range(40)]
    shown = [history(*values[:count], kept=12).columns(available, 5) for count in range(36, 40)]
    assert shown == [[8, 9, 10, 11], [8, 9, 10, 11, 12], [8, 9, 10, 11, 12], [9, 10, 11, 12]]


def progress(path: Path, rate: float | None, **changes) -> LoadProgress:
    return LoadProgress(path, "own", Stage.READING, bytes_per_s=rate, **changes)


def test_loads_that_run_count_together_but_for_what_is_estimated():
    loads = [progress(FAN, 100.0), progress(DRONE, 50.0), progress(FAN, 999.0, estimated=True)]
    assert LoadRate().now(loads) == Rate(150.0, running=True)


def test_while_nothing_is_measured_it_is_the_rate_of_the_last_load():
    rate = LoadRate()
    assert rate.now([progress(FAN, None)]) is None
    rate.hear(progress(FAN, 10.0))
    assert rate.now([]) is None
    rate.hear(LoadProgress(FAN, "own", Stage.DONE, bytes_per_s=200.0))
    rate.hear(LoadProgress(DRONE, "own", Stage.FAILED, bytes_per_s=1.0))
    rate.hear(cache())
    assert rate.now([progress(DRONE, 999.0, estimated=True)]) == Rate(200.0, running=False)


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.CANCELLED])
def test_a_load_without_a_rate_leaves_the_last_one(stage):
    rate = LoadRate()
    rate.hear(LoadProgress(FAN, "own", Stage.DONE, bytes_per_s=200.0))
    rate.hear(LoadProgress(DRONE, "own", stage))
    assert rate.now([]) == Rate(200.0, running=False)
