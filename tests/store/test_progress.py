from pathlib import Path

import pytest

from evtui.store.messages import Stage
from evtui.store.plan import Plan
from evtui.store.progress import ProgressMeter, ThisRun
from support.loads import Ticker

PLAN = Plan(Path("a.raw"), "EVT3", "evlib", bytes=100_000_000, mtime_ns=0)


@pytest.fixture
def clock() -> Ticker:
    return Ticker()


def test_nothing_is_known_of_a_first_load_but_the_time_it_takes(clock):
    meter = ProgressMeter(PLAN, None, clock)
    meter.begin(Stage.READING)
    clock.now += 3
    now = meter.now()
    assert (now.stage, now.elapsed_s) == (Stage.READING, 3.0)
    assert now.share is now.left_s is now.bytes_per_s is None
    assert not now.estimated


def test_an_opaque_load_is_estimated_from_the_throughput_of_earlier_ones(clock):
    meter = ProgressMeter(PLAN, 10_000_000.0, clock)
    clock.now += 5
    meter.begin(Stage.READING)
    clock.now += 2.5
    now = meter.now()
    assert (now.share, now.left_s, now.bytes_per_s) == (0.25, 7.5, 10_000_000.0)
    assert (now.elapsed_s, now.estimated) == (7.5, True)


def test_an_estimate_that_has_run_out_stops_short_of_full_and_tells_no_time_left(clock):
    meter = ProgressMeter(PLAN, 10_000_000.0, clock)
    meter.begin(Stage.READING)
    clock.now += 9.95
    assert (meter.now().share, meter.now().left_s) == (0.99, pytest.approx(0.05))
    clock.now += 60
    assert (meter.now().share, meter.now().left_s) == (0.99, None)


def test_a_share_the_loader_reports_is_believed_over_any_estimate(clock):
    meter = ProgressMeter(PLAN, 10_000_000.0, clock)
    meter.begin(Stage.READING)
    clock.now += 2
    meter.hear(0.4)
    now = meter.now()
    assert (now.share, now.left_s, now.bytes_per_s) == (0.4, pytest.approx(3), 20_000_000.0)
    assert not now.estimated


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_ends_of_a_reported_share(clock, share):
    meter = ProgressMeter(PLAN, None, clock)
    meter.begin(Stage.READING)
    meter.hear(share)
    clock.now += 1
    now = meter.now()
    assert now.share == min(share, 0.99)
    assert now.left_s == (0.0 if share else None)


def test_starting_is_no_progress_and_handing_over_is_nearly_all_of_it(clock):
    meter = ProgressMeter(PLAN, 10_000_000.0, clock)
    clock.now += 1
    assert (meter.now().stage, meter.now().share) == (Stage.STARTING, None)
    meter.begin(Stage.READING)
    clock.now += 4
    meter.begin(Stage.HANDING_OVER)
    clock.now += 1
    assert (meter.now().share, meter.now().elapsed_s) == (0.99, 6.0)
    assert meter.reading_s == 4.0


def test_an_empty_file_has_no_share(clock):
    empty = Plan(Path("a.txt"), "text", "evlib", bytes=0, mtime_ns=0)
    meter = ProgressMeter(empty, 1_000.0, clock)
    meter.begin(Stage.READING)
    assert meter.now().share is None


def test_throughputs_are_told_apart_by_format_and_loader():
    run = ThisRun()
    run.note_throughput("HDF5", "own", 1_000, 2.0)
    run.note_throughput("HDF5", "evlib", 1_000, 10.0)
    assert run.throughput("HDF5", "own") == 500.0
    assert run.throughput("HDF5", "evlib") == 100.0
    assert run.throughput("EVT3", "evlib") is None
