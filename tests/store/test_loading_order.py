"""A load loses no event where time goes back, whatever the format: all of them, sorted stably."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.truths import in_time_order, made_events
from contract.words_contract import as_if_large
from evtui.events import Events
from evtui.recordings.formats import identify
from evtui.recordings.memory import MemoryRecording
from evtui.store.decoding import decode_own
from evtui.store.handover import ColumnFiles, ColumnWriter
from evtui.store.loaded import make_loaded
from evtui.store.loader import load_in_child
from evtui.store.plan import make_plan
from support.aedat2_files import write_davis
from support.aedat3_files import aedat3_header, write_aedat3
from support.aedat3_files import packets_of as aedat3_packets
from support.aedat4_files import packets_of as aedat4_packets
from support.aedat4_files import write_aedat4
from support.dat_files import write_dat
from support.evt2_files import EVT2_HEADER, evt2_words, write_words
from support.evt3_files import evt3_words, write_evt3
from support.hdf5_files import write_columns
from support.small import info

CLOCK_US = 8_000_000


def write_npy(path: Path, events: Events) -> Path:
    fields = [("t", "i8"), ("x", "u2"), ("y", "u2"), ("p", "u1")]
    table = np.empty(len(events), fields)
    table["t"], table["x"], table["y"] = events.t + CLOCK_US, events.x, events.y
    table["p"] = events.p
    with path.open("wb") as file:
        np.save(file, table)
    return path


def write_text(path: Path, events: Events) -> Path:
    rows = zip(events.t + CLOCK_US, events.x, events.y, events.p, strict=True)
    path.write_text("t_us,x,y,p\n" + "".join(f"{t},{x},{y},{p}\n" for t, x, y, p in rows))
    return path


WRITERS = {
    "HDF5": lambda path, events: write_columns(path, events, t_first_us=CLOCK_US),
    "EVT2": lambda path, events: write_words(path, EVT2_HEADER, evt2_words(events, CLOCK_US)),
    "EVT3": lambda path, events: write_evt3(path, evt3_words(events, CLOCK_US)),
    "DAT": lambda path, events: write_dat(path, events, CLOCK_US),
    "AEDAT4": lambda path, events: write_aedat4(path, aedat4_packets(events, CLOCK_US)),
    "AEDAT3": lambda path, events: write_aedat3(
        path, aedat3_packets(events, CLOCK_US), aedat3_header()
    ),
    "AEDAT2": lambda path, events: write_davis(path, events, CLOCK_US),
    "NPY": write_npy,
    "text": write_text,
}
"""By format; ES is left out, as its times are steps that cannot go back."""

times = st.lists(st.integers(-800, 800).map(lambda step: step * 5_000), max_size=50)


def loaded(path: Path) -> tuple[MemoryRecording, int]:
    """What a load gives, without a process of its own; and how often time went back."""
    with ColumnFiles() as files:
        writer = ColumnWriter(files.fds)
        decode_own(path, writer, lambda _share: None)
        writer.sort()
        columns = files.columns(writer.written.rows)
    return MemoryRecording(columns, info()), writer.written.steps_back


# Of EVT3, a lone jump of the clock is taken for damage.
@pytest.mark.parametrize("format_", sorted({*WRITERS} - {"EVT3"}))
@pytest.mark.parametrize("large", [False, True])
def test_a_load_is_all_events_sorted_stably(format_, large, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("unsorted")
    if large:
        as_if_large(monkeypatch)

    @settings(max_examples=40)
    @given(times)
    def check(t):
        made = made_events(60)
        columns = (made.x % 128, made.y % 128, made.p)
        truth = Events(np.array(t, np.int64), *(column[: len(t)] for column in columns))
        (folder / "a").unlink(missing_ok=True)
        path = WRITERS[format_](folder / "a", truth)
        if len(t):
            assert identify(path).name == format_
            recording, steps_back = loaded(path)
            expected = in_time_order(truth, from_earliest=True)
            assert recording.window(-(2**63), 2**63).equals(expected)
            assert recording.info.t_first_us == CLOCK_US + min(t)
            assert steps_back == np.count_nonzero(np.diff(t) < 0)

    check()


@pytest.mark.parametrize("format_", WRITERS)
async def test_a_loaded_recording_says_that_time_went_back(format_, tmp_path, monkeypatch):
    as_if_large(monkeypatch)
    truth = made_events(2_000, step_us=5)
    t = np.r_[truth.t[1_000:], truth.t[:1_000]]
    truth = Events(t - t[0], truth.x % 128, truth.y % 128, truth.p)
    plan = make_plan(WRITERS[format_](tmp_path / "a", truth))
    made = make_loaded(plan, await load_in_child(plan, None, None, lambda _: None))
    assert made.recording.window(-(2**63), 2**63).equals(in_time_order(truth, from_earliest=True))
    (said,) = (f.message for f in made.recording.findings() if f.code == "time_goes_back")
    assert said.startswith("time goes back once, by up to")
