import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from evtui.recordings.findings import finding
from evtui.recordings.memory import Columns
from evtui.recordings.whole import Facts
from evtui.store.loaded import Loaded, lazy_frame, make_loaded
from evtui.store.plan import Plan
from support.loads import decoded
from support.small import columns, info

PLAN = Plan(Path("a.raw"), "EVT3", "evlib", bytes=100, mtime_ns=0)


def codes(loaded: Loaded) -> set[str]:
    return {found.code for found in loaded.recording.findings()}


def test_a_lazy_frame_is_the_same_memory_in_evlibs_schema():
    import polars

    made = columns(100)
    frame = lazy_frame(made)
    assert frame.collect_schema() == {
        "x": polars.Int16,
        "y": polars.Int16,
        "t": polars.Duration("us"),
        "polarity": polars.Int8,
    }
    collected = frame.collect()
    for name, column in (("x", made.x), ("y", made.y), ("t", made.t), ("polarity", made.polarity)):
        seen = collected[name].to_physical().to_numpy(allow_copy=False)
        assert np.shares_memory(seen, column)


def test_a_window_of_the_frame_is_the_window_of_the_recording():
    import polars

    loaded = make_loaded(PLAN, decoded(columns(1_000)))
    start, stop = 5_000_000 + 20_000, 5_000_000 + 30_000
    t = polars.col("t").dt.total_microseconds()
    window = loaded.frame.filter(t >= start, t < stop).collect()
    assert window["x"].to_list() == loaded.recording.window(20_000, 30_000).x.tolist()
    assert len(window) > 50


def test_counts_and_times_are_those_of_the_events():
    made = columns(1_000, span_us=100_000)
    loaded = make_loaded(PLAN, decoded(made))
    told = loaded.recording.info
    assert (told.events, told.events_exact, told.duration_exact) == (1_000, True, True)
    assert (told.t_first_us, told.duration_us) == (5_000_000, 100_000)
    assert told.on_fraction == np.count_nonzero(made.polarity > 0) / 1_000
    assert (loaded.bytes, loaded.load_seconds) == (13_000, 2.0)


def test_the_size_is_what_the_header_states():
    plan = dataclasses.replace(PLAN, header={"geometry": "640x480"})
    loaded = make_loaded(plan, decoded(columns()))
    assert (loaded.recording.info.width, loaded.recording.info.height) == (640, 480)
    assert loaded.recording.info.header == {"geometry": "640x480"}
    assert codes(loaded) == set()


def test_a_size_that_nothing_states_is_guessed_and_said_to_be():
    loaded = make_loaded(PLAN, decoded(columns()))
    assert (loaded.recording.info.width, loaded.recording.info.height) == (128, 128)
    assert codes(loaded) == {"size_guessed"}


def test_what_our_decoder_found_is_kept():
    facts = Facts((320, 240), "records", {"camera": "DVS"})
    made = dataclasses.replace(decoded(columns()), facts=facts, findings=(finding("truncated"),))
    told = make_loaded(PLAN, made)
    info = told.recording.info
    assert (info.width, info.height, info.layout) == (320, 240, "records")
    assert info.header == {"camera": "DVS"}
    assert codes(told) == {"truncated"}


def test_each_finding_of_a_decoder_is_kept_once():
    said = [finding("polarity_guessed", "in a sample"), finding("polarity_guessed", "later")]
    made = dataclasses.replace(decoded(columns()), facts=Facts((9, 9)), findings=(*said, said[0]))
    told = make_loaded(PLAN, made).recording.findings()
    assert [found for found in told if found.code == "polarity_guessed"] == said


def test_an_implausible_recording_is_told():
    made = columns(10)
    made = Columns(made.t * 10**9, made.x, made.y, made.polarity)
    assert "implausible_span" in codes(make_loaded(PLAN, decoded(made)))


def test_what_our_reader_knew_stays_and_what_was_counted_replaces_what_it_saw():
    seen = finding("one_polarity", "in a sample")
    plan = dataclasses.replace(PLAN, info=info(), findings=(seen, finding("unit_guessed")))
    made = columns(10)
    made = Columns(made.t, made.x, made.y, np.ones(10, np.int8))
    loaded = make_loaded(plan, decoded(made))
    assert (loaded.recording.info.width, loaded.recording.info.height) == (64, 48)
    messages = {found.code: found.message for found in loaded.recording.findings()}
    assert messages["one_polarity"] == "all 10 events are ON"
    assert set(messages) == {"one_polarity", "unit_guessed"}


def test_what_a_full_pass_counted_is_told():
    made = decoded(columns(10))
    made.written.steps_back = 3
    made.written.width, made.written.height = 65, 40
    plan = dataclasses.replace(PLAN, info=info())
    messages = {f.code: f.message for f in make_loaded(plan, made).recording.findings()}
    assert messages["time_goes_back"].startswith("time goes back 3 times")
    assert messages["out_of_sensor"] == "events reach 65×40, the sensor is 64×48"


def test_a_recording_without_events_says_so():
    loaded = make_loaded(PLAN, decoded(columns(0)))
    assert "no_events" in codes(loaded)
    assert loaded.recording.info.on_fraction is None


@pytest.mark.parametrize("change", ["touch", "write", "remove"])
def test_a_loaded_recording_knows_whether_the_file_is_still_the_same(tmp_path, change):
    path = tmp_path / "a.raw"
    path.write_bytes(b"events")
    status = path.stat()
    plan = Plan(path, "EVT3", "evlib", status.st_size, status.st_mtime_ns)
    loaded = make_loaded(plan, decoded(columns()))
    assert loaded.is_of(path)
    if change == "touch":
        os.utime(path, ns=(1, 1))
    elif change == "write":
        path.write_bytes(b"more events")
        os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    else:
        path.unlink()
    assert not loaded.is_of(path)
