"""What becomes of the answers to the export dialog, without a screen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evtui.export.kinds import kind_of_name
from evtui.export.picture_kinds import any_kind_of_name
from evtui.export.selection import Selection
from evtui.filters.filters import Filters
from evtui.region import Region
from evtui.tui.export_form import (
    ALL_KINDS,
    Form,
    Offer,
    TargetExists,
    WrongField,
    make_wish,
    propose,
    with_ending,
)

HDF5, CSV = kind_of_name("hdf5"), kind_of_name("csv")
ON = Filters(polarity=1)


@pytest.fixture
def offer(tmp_path, monkeypatch) -> Offer:
    """Of a recording of 400 ms on 64×48, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fan.h5").write_bytes(b"events")
    return Offer(tmp_path / "fan.h5", 400_000, (64, 48), filters=ON)


def refused(form: Form, offer: Offer, **more) -> str:
    with pytest.raises(WrongField) as raised:
        make_wish(form, offer, more.get("busy", ()), more.get("may_replace"))
    assert str(raised.value).startswith(f"{raised.value.field.capitalize()}: ")
    return str(raised.value)


class TestProposal:
    def test_it_is_beside_the_recording_and_free(self, offer, tmp_path):
        assert propose(offer, CSV, ()) == tmp_path / "fan.csv"
        assert propose(offer, HDF5, ()) == tmp_path / "fan-2.h5"
        assert propose(offer, HDF5, {tmp_path / "fan-2.h5"}) == tmp_path / "fan-3.h5"

    def test_marks_are_in_its_name(self, tmp_path):
        offer = Offer(tmp_path / "fan.h5", t0=100_000, t1=1_200_000)
        wanted = "fan_00-00-00.100000_00-00-01.200000.csv"
        assert propose(offer, CSV, ()) == tmp_path / wanted

    def test_its_name_can_be_shown(self, tmp_path):
        offer = Offer(tmp_path / os.fsdecode(b"odd\x1b]0;owned\x07\xff.h5"))
        assert propose(offer, CSV, ()) == tmp_path / "odd_]0;owned__.csv"


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("a.h5", "a.csv"),
        ("A.H5", "A.csv"),
        ("2024.11.27", "2024.11.27.csv"),
        ("", ".csv"),
        ("/", "/.csv"),
        ("..", "...csv"),
    ],
)
def test_the_ending_follows_the_kind(file, wanted):
    assert with_ending(file, CSV) == wanted


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_wished_for(kind, offer):
    wish = make_wish(Form(kind, f"out{kind.ending}"), offer, (), None)
    assert (wish.target, wish.kind) == (Path(f"out{kind.ending}"), kind)
    assert wish.selection == Selection()


def test_the_answers_are_what_is_wished_for(offer):
    form = Form(CSV, "a.csv", "100ms", "0.2", "1,2,3,4", filtered=True, relative=True)
    wish = make_wish(form, offer, (), None)
    assert wish.selection == Selection(100_000, 200_000, Region(1, 2, 3, 4), ON)
    assert (wish.relative, wish.replace) == (True, False)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "File: name one"),
        ("nowhere/x.h5", "File: there is no folder nowhere"),
        ("folder.h5", "folder.h5 is a folder"),
        ("x.csv", "File: hdf5 ends in .h5, not '.csv'"),
        ("x", "File: hdf5 ends in .h5, not ''"),
        ("fan.h5", "File: is the recording itself"),
        ("linked.h5", "File: is the recording itself"),
        ("~nobody-has-this-name/x.h5", "File: nobody has this home folder"),
        ("x" * 300 + ".h5", "File: File name too long"),
        ("fan.h5/x.h5", "File: there is no folder fan.h5"),
        ("\x1b.h5", "File: has characters that cannot be shown"),
        ("\udcff.h5", "File: has characters that cannot be shown"),
        ("a\0b.h5", "File: has characters that cannot be shown"),
        ("busy.h5", "File: an export under way writes it"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(file, said, offer, tmp_path):
    (tmp_path / "folder.h5").mkdir()
    (tmp_path / "linked.h5").hardlink_to(tmp_path / "fan.h5")
    assert said in refused(Form(HDF5, file), offer, busy={tmp_path / "busy.h5"})


def test_a_folder_that_refuses_is_told(offer, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refused(Form(CSV, "a.csv"), offer) == "File: nothing may be written in ."


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"start": "soon"}, "From: 'soon' is not a time"),
        ({"start": "9"}, "From: is after the end"),
        ({"end": "1h"}, "To: '1h' is not a time"),
        ({"end": "0"}, "To: is not after From"),
        ({"start": "2ms", "end": "1ms"}, "To: is not after From"),
        ({"region": "1,2,3"}, "Region: '1,2,3' is not a region"),
        ({"region": "64,0,1,1"}, "Region: lies outside the sensor, which has 64×48"),
        ({"region": "0,48,1,1"}, "Region: lies outside the sensor, which has 64×48"),
    ],
)
def test_a_part_that_is_not_there_is_refused(answers, said, offer):
    assert said in refused(Form(CSV, "a.csv", **answers), offer)


def test_what_is_not_known_is_not_held_against_an_answer(tmp_path):
    form = Form(CSV, str(tmp_path / "a.csv"), "9", "", "9999,9999,1,1")
    wish = make_wish(form, Offer(tmp_path / "fan.h5"), (), None)
    assert wish.selection == Selection(9_000_000, None, Region(9999, 9999, 1, 1))


def test_a_file_that_is_there_is_replaced_only_when_that_was_said(offer, tmp_path):
    target, form = tmp_path / "old.csv", Form(CSV, str(tmp_path / "old.csv"))
    target.touch()
    with pytest.raises(TargetExists, match=r"old\.csv is there already") as raised:
        make_wish(form, offer, (), tmp_path / "another.csv")
    assert raised.value.target == target
    assert make_wish(form, offer, (), target).replace


def test_pictures_are_drawn_as_offered(offer, tmp_path):
    wish = make_wish(Form(any_kind_of_name("gif"), "a.gif"), offer, (), None)
    assert wish.drawing == offer.drawing
