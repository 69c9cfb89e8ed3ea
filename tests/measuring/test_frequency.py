"""Rotors whose truth is known, lamps, noise: what the frequency says of them."""

import math
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from evtui.demo.motion import Flight, Spin
from evtui.demo.noise import Noise
from evtui.demo.rotor import Blades, Rotor
from evtui.demo.scenes import Scene
from evtui.demo.simulate import Simulation
from evtui.events import Events
from evtui.measuring import frequency
from evtui.measuring.frequency import (
    LONGEST_SPAN_US,
    TRUSTED,
    Frequency,
    frequency_of,
    measure_frequency,
    span_around,
)
from evtui.recordings.formats import open_in_place
from evtui.region import Region

SIDE = 96
WHOLE = Region(0, 0, SIDE, SIDE)
REGIONS = {
    "whole fan": WHOLE,
    "off centre": Region(30, 60, 40, 36),
    "one side": Region(72, 20, 20, 60),
    "one edge": Region(64, 40, 10, 10),
}


@cache
def fan(
    spin: Spin, blades: int, span_us: int, contrast: float = 0.5, noise: float = 0.5, seed: int = 1
) -> Events:
    """A small rotor before a noisy sensor with two hot pixels."""
    rotor = Rotor(0, 0, 44, Blades(blades, 0.15, 0.3, 0.6, 0.03), spin, contrast=contrast)
    scene = Scene(
        *("fan", "", SIDE, SIDE, span_us, seed, Flight(48, 48)),
        noise=Noise(noise, hot_pixels=2),
        rotors=(rotor,),
    )
    return Events.concatenate(events for _end, events in Simulation(scene).slices())


def random_events(rate_hz: float, span_us: int, rng: np.random.Generator) -> Events:
    """Events without a cause, all over the sensor."""
    t = np.sort(rng.integers(0, span_us, rng.poisson(rate_hz * span_us / 1e6)))
    x, y = rng.integers(0, SIDE, (2, len(t))).astype(np.uint16)
    return Events(t, x, y, rng.integers(0, 2, len(t)).astype(np.uint8))


def events_at(t: np.ndarray, rng: np.random.Generator, p: np.ndarray | None = None) -> Events:
    """Events at these times somewhere on the sensor."""
    order = np.argsort(t, kind="stable")
    x, y = rng.integers(0, SIDE, (2, len(t))).astype(np.uint16)
    p = rng.integers(0, 2, len(t)) if p is None else p[order]
    return Events(t[order].astype(np.int64), x, y, p.astype(np.uint8))


def measured(events: Events, region: Region, span_us: int) -> Frequency:
    found = frequency_of(events, region, 0, span_us)
    assert found is not None
    return found


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
@pytest.mark.parametrize(
    ("hz", "blades", "periods"),
    [
        *[(2.6, 1, 10), (5, 4, 10), (11, 2, 14), (24, 3, 20), (47, 7, 16)],
        *[(60, 3, 30), (100, 5, 12), (166, 2, 60), (200, 4, 40), (1_000, 4, 60)],
    ],
)
def test_the_blades_of_a_fan_at_constant_speed(region, hz, blades, periods):
    span_us = round(periods / hz * 1e6)
    events = fan(Spin(hz / blades, start=0.3), blades, span_us)
    found = measured(events, region, span_us)
    assert found.hz == pytest.approx(hz, rel=0.01)
    assert found.rpm(blades) == pytest.approx(60 * hz / blades, rel=0.01)
    if region is not REGIONS["one edge"]:
        assert found.confidence > 0.8
    assert found.confidence > TRUSTED


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise", [0.05, 10])
@pytest.mark.parametrize("blades", [2, 3, 6])
def test_whatever_the_noise(blades, noise, seed):
    rng = np.random.default_rng(100 * seed + blades)
    hz = float(np.exp(rng.uniform(np.log(20), np.log(200))))
    events = fan(Spin(hz / blades, start=rng.random()), blades, 400_000, 0.5, noise, seed)
    for region in (WHOLE, REGIONS["one side"]):
        found = measured(events, region, 400_000)
        assert found.hz == pytest.approx(hz, rel=0.01)
        assert found.confidence > TRUSTED


@pytest.mark.parametrize("region", [WHOLE, REGIONS["one side"], REGIONS["off centre"]])
@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize(("hz", "span_us"), [(15, 3_000_000), (60, 1_000_000), (180, 400_000)])
def test_a_fan_that_changes_its_speed(hz, span_us, up, region):
    """By a factor of two within the span: the mean, and the speed at each moment."""
    blades, change = 3, 0.66 if up else -0.66
    slope = change * hz / blades / (span_us / 1e6)
    spin = Spin((1 - change / 2) * hz / blades, turns_per_s2=slope)
    found = measured(fan(spin, blades, span_us), region, span_us)
    assert found.hz == pytest.approx(blades * spin.mean(0, span_us), rel=0.01)
    assert found.confidence > TRUSTED
    assert len(found.track_us) >= 3
    for t, speed in zip(found.track_us, found.track_hz, strict=True):
        assert speed == pytest.approx(blades * spin.mean(t - 10, t + 10), rel=0.05)
        assert found.at(t) == speed


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_a_lamp_flickers_at_twice_the_mains(mains_hz):
    """The light swings: ON while it grows, OFF while it falls."""
    rng = np.random.default_rng(mains_hz)
    t = rng.uniform(0, 1e6, 60_000)
    change = np.cos(2 * np.pi * 2 * mains_hz * t / 1e6)
    kept = rng.random(len(t)) < np.abs(change)
    events = events_at(t[kept], rng, change[kept] > 0)
    found = measured(events, WHOLE, 1_000_000)
    assert found.hz == pytest.approx(2 * mains_hz, rel=0.002)
    assert found.confidence > 0.8


@pytest.mark.parametrize("weaker", [0.2, 0.4, 0.5])
def test_the_fundamental_wins_over_a_strong_second_harmonic(weaker):
    """Two pulses a period, one weaker: not twice the frequency, and not half of it."""
    rng = np.random.default_rng(int(10 * weaker))
    pulses = np.arange(0, 1e6, 20_000)
    first = rng.normal(np.repeat(pulses + 5_000, 300), 900)
    between = rng.normal(np.repeat(pulses + 15_000, round(300 * weaker)), 900)
    t = np.concatenate([first, between])
    found = measured(events_at(t[(t >= 0) & (t < 1e6)], rng), WHOLE, 1_000_000)
    assert found.hz == pytest.approx(50, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("span_us", [50_000, 300_000, 2_000_000])
@pytest.mark.parametrize("events", [150, 2_000, 50_000])
def test_noise_has_no_frequency(events, span_us, seed):
    rng = np.random.default_rng(seed)
    noise = random_events(events / span_us * 1e6, span_us, rng)
    for region in (WHOLE, Region(20, 20, 60, 60)):
        found = frequency_of(noise, region, 0, span_us)
        assert found is None or found.confidence < 0.2


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("hz", [300, 3_000])
def test_a_hot_pixel_has_no_frequency(hz, seed):
    rng = np.random.default_rng(seed)
    t = np.cumsum(150 + rng.exponential(1e6 / hz, 6 * hz))
    t = t[t < 2e6].astype(np.int64)
    place = np.full(len(t), 50, np.uint16)
    events = Events(t, place, place, rng.integers(0, 2, len(t)).astype(np.uint8))
    found = measured(events, Region(50, 50, 1, 1), 2_000_000)
    assert found.confidence < 0.2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("lasting_s", [0.002, 0.02, 0.2])
def test_what_changes_by_chance_has_no_frequency(lasting_s, seed):
    """The event rate wanders, slowly or fast, but nothing comes again."""
    rng = np.random.default_rng(seed)
    steps, kept = 20_000, math.exp(-1e-4 / lasting_s)
    walk, level = np.empty(steps), 0.0
    for step, push in enumerate(rng.normal(size=steps)):
        level = kept * level + math.sqrt(1 - kept**2) * push
        walk[step] = level
    rate = np.exp(walk)
    number = rng.poisson(2 * rate / rate.mean())
    t = 100 * (np.repeat(np.arange(steps), number) + rng.random(number.sum()))
    found = frequency_of(events_at(t, rng), WHOLE, 0, 2_000_000)
    assert found is None or found.confidence < 0.3


@pytest.mark.parametrize("periods", [1.3, 2.2, 3.1])
@pytest.mark.parametrize("hz", [3, 25, 120])
def test_a_few_periods_are_not_enough(hz, periods):
    span_us = round(periods / hz * 1e6)
    for region in (WHOLE, REGIONS["one side"]):
        found = frequency_of(fan(Spin(hz / 3), 3, span_us), region, 0, span_us)
        assert found is None or found.confidence < TRUSTED


def test_no_events_or_few_are_not_enough():
    rng = np.random.default_rng(1)
    assert frequency_of(Events.empty(), WHOLE, 0, 1_000_000) is None
    assert frequency_of(events_at(np.arange(99) * 10_000, rng), WHOLE, 0, 1_000_000) is None
    events = fan(Spin(20), 3, 200_000)
    assert frequency_of(events, Region(500, 500, 10, 10), 0, 200_000) is None
    assert frequency_of(events, WHOLE, 0, 3) is None


def test_a_span_in_the_middle_of_a_recording():
    events = fan(Spin(20), 3, 400_000)
    found = frequency_of(events, WHOLE, 100_000, 350_000)
    assert found is not None
    assert found.hz == pytest.approx(60, rel=0.01)
    assert (found.t0, found.t1) == (100_000, 350_000)
    assert 100_000 < found.track_us[0] <= found.track_us[-1] < 350_000


@pytest.mark.parametrize("most", [500, 20_000])
def test_a_recording_is_read_in_steps_that_join_and_hold_few_events(monkeypatch, most):
    monkeypatch.setattr(frequency, "MOST_EVENTS", most)
    events = fan(Spin(20), 3, 400_000)
    asked: list[tuple[int, int]] = []
    held: list[int] = []

    def window(t0: int, t1: int) -> Events:
        read = events.between(t0, t1)
        asked.append((t0, t1))
        held.append(len(read))
        return read

    found = measure_frequency(window, WHOLE, 20_000, 400_000)
    whole = frequency_of(events, WHOLE, 20_000, 400_000)
    assert found is not None and whole is not None
    assert (found.hz, found.confidence) == (whole.hz, whole.confidence)
    assert [begin for begin, _end in asked] == [20_000, *(end for _begin, end in asked[:-1])]
    assert asked[-1][1] == 400_000
    assert max(held) <= most


def test_cancelling_stops_the_reading():
    answers = iter([False, False, True])
    asked: list[int] = []

    def window(t0: int, t1: int) -> Events:
        asked.append(t0)
        return Events.empty()

    assert measure_frequency(window, WHOLE, 0, 10**6, lambda: next(answers)) is None
    assert len(asked) == 2


@pytest.mark.parametrize("span_us", [0, -5, LONGEST_SPAN_US + 1])
def test_a_span_that_makes_no_sense_is_refused(span_us):
    with pytest.raises(ValueError, match="span"):
        frequency_of(Events.empty(), WHOLE, 100, 100 + span_us)


@pytest.mark.parametrize(
    ("position", "duration", "expected"),
    [
        (5_000_000, 10_000_000, (4_000_000, 6_000_000)),
        (0, 10_000_000, (0, 2_000_000)),
        (10_000_000, 10_000_000, (8_000_001, 10_000_001)),
        (300_000, 500_000, (0, 500_001)),
        (0, 0, (0, 1)),
    ],
)
def test_the_span_about_a_position_lies_in_the_recording(position, duration, expected):
    assert span_around(position, duration) == expected


@pytest.mark.parametrize("hz", [1_700, 3_300, 5_070])
def test_what_is_faster_than_any_rotor_is_not_taken_for_its_half_or_third(hz):
    """Such as a sensor that hands its events out row by row."""
    rng = np.random.default_rng(hz)
    t = np.arange(0, 1e6, 1e6 / hz).repeat(20)
    t += rng.normal(0, 0.05e6 / hz, len(t))
    found = measured(events_at(t[(t >= 0) & (t < 1e6)], rng), WHOLE, 1_000_000)
    assert found.hz == pytest.approx(hz, rel=0.01)


@pytest.mark.skipif("EVTUI_REAL_RECORDINGS" not in os.environ, reason="no real recordings given")
def test_the_lamps_over_a_real_walker_flicker_at_120_hz():
    path = Path(os.environ["EVTUI_REAL_RECORDINGS"]) / "walker_evt3_640x480.raw"
    recording = open_in_place(path)
    span = span_around(1_000_000, recording.info.duration_us)
    found = measure_frequency(recording.window, Region(0, 0, 640, 480), *span)
    recording.close()
    assert found is not None
    assert found.hz == pytest.approx(120, rel=0.002)
    assert found.confidence > 0.8
