"""A full pass is made once: at the next opening it is remembered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evtui.errors import CannotRead
from evtui.library.catalogue import Catalogue
from evtui.library.previews import make_preview
from evtui.library.remembered import remembering
from evtui.library.shelf import Shelf
from evtui.library.summary import of_recording
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.findings import finding
from evtui.recordings.memory import MemoryRecording
from evtui.timing import Stopwatch
from support.small import columns, write_h5
from support.watched import WatchedRecording


class Shop:
    """Opens recordings that count how often they are counted."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.opened: list[WatchedRecording] = []
        self.findings = [finding("size_guessed", "by x, y")]

    def _open(self, _path: Path, _stopwatch: Stopwatch | None) -> Recording:
        self.opened.append(WatchedRecording(columns(5_000, span_us=1_000_000), self.findings))
        return self.opened[-1]

    def open(self, path: Path) -> Recording:
        return remembering(self.catalogue, self._open)(path, None)

    @property
    def passes(self) -> list[int]:
        """Full passes over each recording that was opened."""
        return [one.passes for one in self.opened]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.h5"
    made.write_bytes(b"x")
    return made


@pytest.fixture
def shop() -> Shop:
    return Shop(Catalogue(None))


def count(recording: Recording) -> None:
    recording.index(no_progress, never_cancelled)


def test_before_the_first_pass_the_recording_itself_answers(shop: Shop, path: Path) -> None:
    recording = shop.open(path)
    assert recording.counts is None
    assert recording.info == shop.opened[0].info
    assert recording.timeline(7).counts.sum() == 5_000
    assert len(recording.window(0, 1_000)) == len(shop.opened[0].window(0, 1_000))


def test_the_pass_is_made_once_for_all_openings(shop: Shop, path: Path) -> None:
    first = shop.open(path)
    count(first)
    assert first.info.on_fraction is not None
    second = shop.open(path)
    shares: list[float] = []
    second.index(shares.append, never_cancelled)
    assert shop.passes == [1, 0]
    assert shares == [1.0]
    assert of_recording(second) == of_recording(first)
    assert second.counts is not None and first.counts is not None
    assert second.counts.hot_pixels.tolist() == first.counts.hot_pixels.tolist()
    for bins in (1, 200, 400):
        one, other = second.timeline(bins), first.timeline(bins)
        assert (one.exact, one.duration_us) == (True, other.duration_us)
        assert one.counts.sum() == other.counts.sum()
        assert np.abs(np.cumsum(one.counts) - np.cumsum(other.counts)).max() <= 5_000 / 2_048
    assert shop.opened[1].timelines == 0


def test_the_preview_shows_the_remembered_timeline(shop: Shop, path: Path) -> None:
    count(shop.open(path))
    preview = make_preview(shop.open(path))
    assert preview.timeline.exact
    assert preview.timeline.on is not None
    assert preview.info.on_fraction is not None
    assert len(preview.events)


def test_a_second_pass_over_one_opening_is_none(shop: Shop, path: Path) -> None:
    recording = shop.open(path)
    count(recording)
    count(recording)
    assert recording.timeline(3).on is not None
    assert recording.info.on_fraction is not None


def test_a_cancelled_pass_is_not_remembered(shop: Shop, path: Path) -> None:
    shop.open(path).index(no_progress, lambda: True)
    assert shop.open(path).counts is None


def longer(path: Path) -> None:
    path.write_bytes(b"xx")


def later(path: Path) -> None:
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [longer, later])
def test_a_file_that_changed_is_counted_again(
    shop: Shop, path: Path, change: Callable[[Path], None]
) -> None:
    count(shop.open(path))
    change(path)
    count(shop.open(path))
    assert shop.passes == [1, 1]


@pytest.mark.parametrize("code", ["time_goes_back", "damaged_words", "untimed_events"])
def test_where_windows_need_the_pass_it_is_made_though_all_is_known(
    shop: Shop, path: Path, code: str
) -> None:
    shop.findings.append(finding(code))
    count(shop.open(path))
    second = shop.open(path)
    assert second.counts is not None, "before the pass"
    count(second)
    assert shop.passes == [1, 1]
    assert second.counts is not None


def test_a_summary_without_counts_is_not_enough(shop: Shop, path: Path) -> None:
    first = shop.open(path)
    count(first)
    other = Shop(Catalogue(None))
    status = path.stat()
    from evtui.library.discovery import Dataset

    dataset = Dataset(path, "", status.st_size, status.st_mtime_ns)
    other.catalogue.put(dataset, of_recording(first))
    count(other.open(path))
    assert other.passes == [1]


def test_a_guess_that_the_pass_corrected_stays_corrected(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "a.h5", count=200_000)
    import h5py

    with h5py.File(path, "r+") as file:
        del file.attrs["width"], file.attrs["height"]
        file["events/x"][70_000] = 300
    catalogue = Catalogue(None)
    opener = remembering(catalogue)
    first = opener(path, None)
    assert first.info.width < 300
    count(first)
    second = opener(path, None)
    assert (second.info.width, second.info.height) == (first.info.width, first.info.height)
    assert second.info.width > 300
    assert second.window(0, 2_000_000).equals(first.window(0, 2_000_000))
    for one in (first, second):
        one.close()


def test_what_is_counted_when_it_is_opened_needs_no_memory(path: Path) -> None:
    counted = MemoryRecording(columns(100), WatchedRecording(columns(1)).info)
    count(counted)
    assert remembering(Catalogue(None), lambda _path, _stopwatch: counted)(path, None) is counted


def test_closing_closes_the_recording(shop: Shop, path: Path) -> None:
    shop.open(path).close()
    assert shop.opened[0].closed == 1


def test_the_shelf_s_own_faults_stay_as_they_are(tmp_path: Path) -> None:
    shelf = Shelf(opener=remembering(Catalogue(None)))
    with pytest.raises(CannotRead, match="no such file"):
        shelf.take(tmp_path / "none.h5")
