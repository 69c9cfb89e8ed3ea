"""What decoders of whole files are made of."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.errors import CannotRead
from evtui.recordings import whole
from evtui.recordings.whole import Facts, Run, are_possible, gathered, length_of, opened


def run(*times: int, share: float = 0.5) -> Run:
    t = np.array(times, np.int64)
    return Run(t, t.astype(np.uint16), t.astype(np.uint16), (t % 2).astype(np.uint8), share)


@given(st.lists(st.lists(st.integers(0, 99), max_size=9), max_size=9), st.integers(1, 20))
def test_gathered_runs_hold_the_same_events(parts, enough):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole, "_RUN_EVENTS", enough)
        runs = list(gathered(run(*part, share=number / 9) for number, part in enumerate(parts)))
    assert [t for one in runs for t in one.t.tolist()] == [t for part in parts for t in part]
    assert all(len(one.t) >= enough for one in runs[:-1])
    assert all(len(one.t) == len(one.x) == len(one.y) == len(one.p) > 0 for one in runs)
    assert [one.share for one in runs] == sorted(one.share for one in runs)


@pytest.mark.parametrize(
    ("time", "possible"),
    [(0, True), (-(2**61), True), (2**61 + 1, False), (-(2**63), False), (2**63 - 1, False)],
)
def test_times_too_far_from_zero_are_not_possible(time, possible):
    assert are_possible(np.array([0, time], np.int64)) is possible


@pytest.mark.parametrize("size", [None, (640, 480)])
def test_facts_come_through_as_json(size):
    facts = Facts(size, "a layout", {"key": "value"})
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_what_the_system_refuses_is_an_error(tmp_path: Path):
    with pytest.raises(CannotRead, match="no such file"), opened(tmp_path / "none"):
        pass
    with pytest.raises(CannotRead, match="cannot be read"), opened(Path(__file__)) as file:
        file.seek(-1)


def test_no_file_has_no_length(tmp_path: Path):
    (tmp_path / "empty").touch()
    with opened(tmp_path / "empty") as file:
        assert length_of(file) == 1
