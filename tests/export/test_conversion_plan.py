"""What goes where, what is skipped, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contract.truths import made_events
from evtui.export.conversion import convert
from evtui.export.conversion_plan import Fault, Item, Skipped, plan
from support.dat_files import write_dat
from support.small import write_h5


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return write_dat(folder / "fan.dat", made_events(1_000))


@pytest.fixture
def converted(source: Path) -> Path:
    """The source, converted beside it."""
    return convert(item(source)).item.target


def only(given: Path, **options) -> Item | Skipped | Fault:
    (step,) = plan([given], **options)
    return step


def item(given: Path, **options) -> Item:
    step = only(given, **options)
    assert isinstance(step, Item), step
    return step


def reason(given: Path, kind: type[Skipped] | type[Fault], **options) -> str:
    step = only(given, **options)
    assert isinstance(step, kind), step
    return step.reason


def test_a_file_goes_beside_its_recording(source) -> None:
    step = item(source)
    assert (step.source, step.target) == (source, source.with_name("fan.h5"))
    assert step.origin.bytes == source.stat().st_size
    assert list(source.parent.iterdir()) == [source]


def test_a_folder_keeps_its_tree(source, tmp_path) -> None:
    (source.parent / "day 1" / "left").mkdir(parents=True)
    write_dat(source.parent / "day 1" / "left" / "b.dat", made_events(10))
    steps = list(plan([source.parent], tmp_path / "out"))
    targets = {step.target.relative_to(tmp_path).as_posix() for step in steps}
    assert targets == {"out/fan.h5", "out/day 1/left/b.h5"}
    assert item(source, folder=tmp_path / "out").target == tmp_path / "out" / "fan.h5"
    assert not (tmp_path / "out").exists()


def test_what_is_converted_is_skipped(source, converted) -> None:
    assert reason(source, Skipped) == f"{converted} is made from it already"
    assert reason(converted, Skipped) == "already converted"
    assert [type(step) for step in plan([source.parent])] == [Skipped, Skipped]
    assert reason(source, Skipped, force=True) == f"{converted} is made from it already"


def test_what_was_made_before_the_recording_changed_is_replaced_only_by_force(
    source, converted
) -> None:
    status = source.stat()
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert "before it changed (--force" in reason(source, Fault)
    assert item(source, force=True).target == converted
    assert [type(step) for step in plan([source.parent], force=True)] == [Item, Skipped]


def test_another_compression_is_another_file(source, converted, tmp_path) -> None:
    assert "compressed in another way (--force" in reason(source, Fault, fast=True)
    assert item(source, fast=True, force=True).target == converted
    assert "name a folder with -o" in reason(converted, Fault, fast=True)
    assert item(converted, fast=True, folder=tmp_path / "out").target.name == "fan.h5"


def test_a_file_from_elsewhere_is_replaced_only_by_force(source) -> None:
    target = source.with_name("fan.h5")
    target.write_bytes(b"mine")
    assert "was not made from it (--force replaces it)" in reason(source, Fault)
    assert item(source, force=True).target == target


def test_a_recording_that_was_given_is_never_replaced(source) -> None:
    write_h5(source.with_name("fan.h5"))
    steps = list(plan([source.parent], force=True))
    assert [type(step) for step in steps] == [Fault, Fault]
    assert "is a recording of its own" in steps[0].reason
    assert "HDF5 of another layout already" in steps[1].reason


def test_hdf5_of_another_layout_needs_a_folder(tmp_path) -> None:
    path = write_h5(tmp_path / "a.h5")
    assert "HDF5 of another layout already" in reason(path, Fault)
    assert "HDF5 of another layout already" in reason(path, Fault, folder=tmp_path, force=True)
    assert item(path, folder=tmp_path / "out").target == tmp_path / "out" / "a.h5"


def test_two_recordings_never_go_into_one_file(source) -> None:
    other = source.with_name("fan.raw")
    other.write_bytes(b"% evt 2.0\n% end\n")
    first, second = plan([source.parent])
    assert isinstance(first, Item)
    assert isinstance(second, Fault)
    assert second.reason.startswith(f"{first.target} is made from {source} already")


def test_a_recording_that_is_given_twice_is_converted_once(source) -> None:
    assert len(list(plan([source, source.parent, source]))) == 1


def test_a_path_that_is_not_there_is_a_fault(tmp_path, source) -> None:
    missing, there = plan([tmp_path / "none.raw", source])
    assert missing == Fault(tmp_path / "none.raw", "no such file")
    assert isinstance(there, Item)


def test_a_name_that_is_no_text_is_stated_all_the_same(tmp_path) -> None:
    source = write_dat(
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff\x1b.dat")), made_events(9)
    )
    convert(item(source))
    assert reason(source, Skipped).endswith("is made from it already")
