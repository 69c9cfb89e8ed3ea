"""What the readers of fixed-size words promise beyond ``RecordingContract``.

A subclass says how its files are made and read::

    class TestContract(WordsContract):
        round_us = 1 << 34                  # after which the clock starts again
        longest_gap_us = 3 << 34            # between two events that the test's encoder can write
        largest = 2047                      # x and y
        open_file = staticmethod(open_evt2)
        def write(self, path: Path, events: Events, t_first_us: int) -> Path: ...
        def write_data(self, path: Path, data: bytes) -> Path: ...    # behind a sound header
        def decode_slowly(self, data: bytes) -> Events: ...           # t from the first event
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contract.recording_contract import FAR_US, RecordingContract
from contract.truths import between, in_time_order, made_events
from evtui.errors import CannotRead, DamagedRecording, RecordingError
from evtui.events import Events
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.findings import CODES
from evtui.recordings.prophesee import words_coding, words_recording, words_search
from support.strategies import events_of

each_format = settings(max_examples=50, suppress_health_check=[HealthCheck.differing_executors])
"""The tests are inherited, so each runs for several classes; that is what they are for."""

SMALL_BLOCK = 7
"""Words: a few events then go over the borders of blocks."""


def as_if_large(patch: pytest.MonkeyPatch) -> None:
    """Let no file be looked at whole when it is opened."""
    patch.setattr(words_recording, "SMALL_BYTES", -1)


@st.composite
def events_in_time(
    draw: st.DrawFn, largest: int, round_us: int, longest_gap_us: int, back_us: int = 0
) -> tuple[Events, int]:
    """Events, and the clock at the first of them; time goes back by at most ``back_us``."""
    near = st.integers(0, 3) | st.integers(0, 200) | st.integers(0, 10**7)
    back = st.integers(-back_us, 0)
    step = near | near | st.integers(0, longest_gap_us) | back
    pixel = st.integers(0, 40) | st.integers(0, largest)
    rows = draw(st.lists(st.tuples(step, pixel, pixel, st.integers(0, 1)), max_size=40))
    t = np.cumsum([0, *(row[0] for row in rows[1:])])
    first = draw(st.integers(0, round_us - 1))
    assume(first + t.min() >= 0)
    return events_of([(int(at), *row[1:]) for at, row in zip(t, rows, strict=False)]), first


class WordsContract(RecordingContract):
    """Tests of a reader of fixed-size words."""

    round_us: int
    longest_gap_us: int
    largest: int
    open_file: Callable[[Path], Recording]

    def write(self, path: Path, events: Events, t_first_us: int) -> Path:
        raise NotImplementedError

    def write_data(self, path: Path, data: bytes) -> Path:
        raise NotImplementedError

    def decode_slowly(self, data: bytes) -> Events:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def truth(self) -> Events:
        return made_events(step_us=5)

    @pytest.fixture(scope="class", params=["small", "large", "of large blocks"])
    def reopen(self, request, truth, folder) -> Callable[[], Recording]:
        path = self.write(folder / "contract", truth, 77_777)

        def reopen() -> Recording:
            with pytest.MonkeyPatch.context() as patch:
                if request.param != "small":
                    as_if_large(patch)
                if request.param == "of large blocks":
                    patch.setattr(words_search, "_MOST_BLOCKS", 5)
                return self.open_file(path)

        return reopen

    @pytest.fixture(scope="class")
    def folder(self, tmp_path_factory) -> Path:
        return tmp_path_factory.mktemp("words")

    # what was written comes back

    @each_format
    @given(st.data(), st.booleans())
    def test_events_in_order_come_back_and_every_split_of_them(self, folder, data, large):
        events, first = data.draw(events_in_time(self.largest, self.round_us, self.longest_gap_us))
        self.check_all(self.write(folder / "sorted", events, first), events, large)

    @each_format
    @given(st.data())
    def test_so_do_events_out_of_order(self, folder, data):
        events, first = data.draw(
            events_in_time(self.largest, self.round_us, self.longest_gap_us, back_us=10**6)
        )
        self.check_all(self.write(folder / "unsorted", events, first), events, large=False)

    @each_format
    @given(st.data())
    def test_so_do_events_out_of_order_of_a_large_file_after_the_full_pass(self, folder, data):
        events, first = data.draw(
            events_in_time(self.largest, self.round_us, self.longest_gap_us, back_us=10**6)
        )
        path = self.write(folder / "large", events, first)
        self.check_all(path, events, large=True, indexed=True)

    def check_all(self, path: Path, events: Events, large: bool, indexed: bool = False) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(words_coding, "BLOCK_WORDS", SMALL_BLOCK)
            # Silence is sent as four time marks a round: looks so near each other miss no round.
            patch.setattr(words_search, "LOOK_BYTES", 8)
            if large:
                as_if_large(patch)
            with closing(self.open_file(path)) as recording:
                if indexed:
                    recording.index(no_progress, never_cancelled)
                events = in_time_order(events, from_earliest=True)
                check_figures(recording, events)
                assert recording.window(-FAR_US, FAR_US).equals(events)
                for time in np.unique(events.t).tolist():
                    for window in ((-FAR_US, time), (time, FAR_US), (time, time + 1)):
                        assert recording.window(*window).equals(between(events, *window))

    # whatever there is

    @each_format
    @given(st.data())
    def test_words_of_all_kinds_are_decoded_as_the_slow_rules_say(self, folder, data):
        content = data.draw(self.any_words())
        path = self.write_data(folder / "words", content)
        truth = self.decode_slowly(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(words_coding, "BLOCK_WORDS", SMALL_BLOCK)
            with closing(self.open_file(path)) as recording:
                clock = np.concatenate([Events.empty().t, *(run.t for run in recording.runs())])
                assert (clock[:1] - clock[:1]).tolist() == truth.t[:1].tolist()
                assert np.diff(clock).tolist() == np.diff(truth.t).tolist()
                zero = int(clock[0]) - recording.info.t_first_us if len(clock) else 0
                shifted = Events(truth.t + zero, truth.x, truth.y, truth.p)
                assert recording.window(-FAR_US, FAR_US).equals(in_time_order(shifted))
                recording.index(no_progress, never_cancelled)
                truth = in_time_order(truth, from_earliest=True)
                check_figures(recording, truth)
                for time in np.unique(truth.t)[::5].tolist():
                    assert recording.window(time, FAR_US).equals(between(truth, time, FAR_US))

    def any_words(self) -> st.SearchStrategy[bytes]:
        """Data whose words are of all kinds, also such that the format does not know."""
        heads = st.integers(0, 15).flatmap(
            lambda kind: st.integers(0, (1 << 28) - 1).map(lambda low: kind << 28 | low)
        )
        near = st.integers(0, 40).map(lambda step: 8 << 28 | step)
        words = st.lists(near | heads | st.integers(0, 3), max_size=60)
        return words.map(lambda made: np.array(made, "<u4").tobytes())

    @each_format
    @given(st.data())
    def test_bytes_of_any_kind_are_events_or_a_clear_error(self, folder, data):
        content = data.draw(st.binary(max_size=300))
        path = folder / "bytes"
        if data.draw(st.booleans()):
            self.write_data(path, content)
        else:
            path.write_bytes(content)
        try:
            recording = self.open_file(path)
        except RecordingError as error:
            assert str(path) in str(error)
            return
        with closing(recording):
            everything = recording.window(-FAR_US, FAR_US)
            assert len(everything) <= 4 * len(content)
            recording.index(no_progress, never_cancelled)
            assert recording.window(-FAR_US, FAR_US).equals(everything)
            assert recording.timeline(9).counts.sum() == len(everything)
            assert {found.code for found in recording.findings()} <= set(CODES)

    # a file that changes, or is none

    def test_a_file_cut_short_while_open_is_damaged(self, folder, truth):
        path = self.write(folder / "short", truth, 0)
        with closing(self.open_file(path)) as recording:
            os.truncate(path, path.stat().st_size // 2)
            for read in (
                lambda: recording.window(0, 10),
                lambda: recording.timeline(10),
                lambda: recording.index(no_progress, never_cancelled),
            ):
                with pytest.raises(DamagedRecording, match="cut short while it was open"):
                    read()

    def test_a_file_that_was_removed_while_open_stays_readable(self, folder, truth):
        path = self.write(folder / "removed", truth, 0)
        with closing(self.open_file(path)) as recording:
            path.unlink()
            assert recording.window(0, FAR_US).equals(truth)

    def test_a_closed_recording_says_so(self, folder, truth):
        recording = self.open_file(self.write(folder / "closed", truth, 0))
        recording.close()
        with pytest.raises(CannotRead, match="was closed"):
            recording.window(0, 10)

    def test_nothing_stays_open_where_opening_fails(self, folder):
        path = folder / "other"
        path.write_bytes(b"% evt 7.0\n% end\n")
        before = set(Path("/proc/self/fd").iterdir())
        with pytest.raises(RecordingError):
            self.open_file(path)
        assert set(Path("/proc/self/fd").iterdir()) == before

    @pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
    def test_what_is_no_file_cannot_be_read(self, tmp_path, kind):
        path = tmp_path / kind
        if kind == "folder":
            path.mkdir()
        if kind == "pipe":
            os.mkfifo(path)
        with pytest.raises(CannotRead):
            self.open_file(path)

    def test_a_file_without_events_says_so(self, folder):
        path = self.write_data(folder / "empty", b"")
        with closing(self.open_file(path)) as recording:
            recording.index(no_progress, never_cancelled)
            assert recording.info.events == recording.info.duration_us == 0
            assert recording.timeline(3).counts.tolist() == [0, 0, 0]
            assert "no_events" in {found.code for found in recording.findings()}

    def test_a_word_cut_off_at_the_end_is_a_finding(self, folder, truth):
        path = self.write(folder / "truncated", truth, 0)
        os.truncate(path, path.stat().st_size - 1)
        with closing(self.open_file(path)) as recording:
            assert "truncated" in {found.code for found in recording.findings()}
            assert recording.window(0, FAR_US).equals(truth[:-1])


def check_figures(recording: Recording, truth: Events) -> None:
    """What is called exact is."""
    info = recording.info
    if info.events_exact:
        assert info.events == len(truth)
    if info.duration_exact:
        assert info.duration_us == (truth.t.max() if len(truth) else 0)
    assert recording.timeline(5).counts.sum() == pytest.approx(info.events)
