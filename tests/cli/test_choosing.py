"""What options choose: times, a region, filters."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from evtui.cli.choosing import REGION, TIME, FilterChoice, filter_options, roi_option
from evtui.events import OFF, ON
from evtui.filters.filters import Filters
from evtui.recordings.formats import open_in_place
from evtui.region import Region
from support.small import make_hot, write_h5


@click.command()
@click.option("--from", "since", type=TIME, default=0)
@roi_option
@filter_options
def command(since: int, roi: Region | None, filters: FilterChoice) -> None:
    chosen.append((since, roi, filters))


chosen: list[tuple[int, Region | None, FilterChoice]] = []


@pytest.fixture
def choose():
    """Runs a command that has all the options, and gives what it got."""

    def invoke(*arguments: str):
        chosen.clear()
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, done.output
        return chosen.pop()

    return invoke


@pytest.fixture
def refuse():
    """Runs the same with something wrong, and gives what is said."""

    def invoke(*arguments: str) -> str:
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 2
        return done.output

    return invoke


def test_nothing_chosen(choose):
    assert choose() == (0, None, FilterChoice(Filters(), mask_hot=False))


def test_times_are_written_as_everywhere(choose):
    for written, us in (("1.5", 1_500_000), ("250ms", 250_000), ("00:01:02.5", 62_500_000)):
        assert choose("--from", written)[0] == us


def test_a_region(choose):
    assert choose("--roi", "1,2,30, 40")[1] == Region(1, 2, 30, 40)


@given(*[st.integers(0, 9_999)] * 2, *[st.integers(1, 9_999)] * 2)
def test_every_region_is_read_as_written(x, y, width, height):
    text = f"{x},{y},{width},{height}"
    assert REGION.convert(text, None, None) == Region(x, y, width, height)


def test_filters(choose):
    options = ("--polarity", "on", "--isolated", "5ms", "--refractory", "200us", "--mask-hot")
    filters = Filters(polarity=ON, isolated_us=5_000, refractory_us=200)
    assert choose(*options)[2] == FilterChoice(filters, mask_hot=True)
    assert choose("--polarity", "off")[2].filters == Filters(polarity=OFF)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "soon"], "'soon' is not a time"),
        (["--from", "50%"], "'50%' is not a time"),
        (["--from", "-1s"], "'-1s' is not a time"),
        (["--roi", "1,2,3"], "'1,2,3' is not a region; write X,Y,W,H"),
        (["--roi", "1,2,0,4"], "is not a region"),
        (["--roi", "1,-2,3,4"], "is not a region"),
        (["--roi", "1,2,3,²"], "is not a region"),
        (["--isolated", "2s"], "'2s' is too long; a filter looks back 1.00 s at most"),
        (["--refractory", "x"], "'x' is not a time"),
        (["--polarity", "both"], "'both' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused(refuse, options, said):
    assert said in " ".join(refuse(*options).replace("\n", " ").split())


def test_hot_pixels_are_those_the_recording_counted(tmp_path):
    path = write_h5(tmp_path / "a.h5", count=50_000, span_us=1_000_000)
    make_hot(path, 7, 11)
    shares: list[float] = []
    recording = open_in_place(path)
    choice = FilterChoice(Filters(isolated_us=1_000), mask_hot=True)
    assert choice.of(recording, shares.append).hot_pixels == {(7, 11)}
    assert choice.of(recording).isolated_us == 1_000
    assert shares[-1] == 1.0
    recording.close()


def test_without_hot_pixels_nothing_is_counted(tmp_path):
    recording = open_in_place(write_h5(tmp_path / "a.h5"))
    assert FilterChoice(Filters(), mask_hot=False).of(recording) == Filters()
    assert recording.counts is None
    recording.close()
