import errno
import os
from pathlib import Path

import pytest

from evtui.errors import ExportError
from evtui.files import free_path, written_beside


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_takes_its_name_when_the_body_ends(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with written_beside(target) as beside:
        beside.write_text("whole")
        assert not target.exists()
        assert beside.parent == tmp_path
        assert beside.name.startswith(".") and beside.suffix == ".part"
    assert target.read_text() == "whole"
    assert names_in(tmp_path) == ["out.csv"]


def test_an_existing_file_is_replaced_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    with written_beside(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt()])
def test_after_an_exception_all_is_as_before(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    with pytest.raises(type(error)), written_beside(target) as beside:
        beside.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["out.csv"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_what_the_system_refuses_is_told_with_the_target(
    tmp_path: Path, code: int, words: str
) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(ExportError, match=words) as raised, written_beside(target):
        raise OSError(code, os.strerror(code))
    assert str(raised.value).startswith(f"{target}: ")
    assert names_in(tmp_path) == []


def test_an_error_without_a_code_keeps_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="header too large"), written_beside(tmp_path / "out"):
        raise OSError("header too large")


def test_a_missing_folder_is_told_before_the_body_runs(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "out.csv"
    with pytest.raises(ExportError, match="folder does not exist"), written_beside(target):
        pytest.fail("the body ran")


def test_a_folder_in_the_targets_place_is_told_before_the_body_runs(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"), written_beside(tmp_path):
        pytest.fail("the body ran")


def test_a_file_for_a_parent_is_told(tmp_path: Path) -> None:
    parent = tmp_path / "file"
    parent.touch()
    with pytest.raises(ExportError, match="parent is not a folder"), written_beside(parent / "out"):
        pytest.fail("the body ran")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ExportError, match="permission denied"), written_beside(tmp_path / "out"):
        pytest.fail("the body ran")


def test_the_file_gets_the_mode_that_any_new_file_gets(tmp_path: Path) -> None:
    ordinary, target = tmp_path / "ordinary", tmp_path / "target"
    ordinary.touch()
    with written_beside(target):
        pass
    assert target.stat().st_mode == ordinary.stat().st_mode


def test_a_free_path_is_neither_there_nor_about_to_be(tmp_path: Path) -> None:
    best = tmp_path / "a.b.png"
    assert free_path(best) == best
    best.touch()
    assert free_path(best) == tmp_path / "a.b-2.png"
    (tmp_path / "a.b-2.png").symlink_to("nowhere")
    assert free_path(best) == tmp_path / "a.b-3.png"
    assert free_path(best, {tmp_path / "a.b-3.png"}) == tmp_path / "a.b-4.png"
