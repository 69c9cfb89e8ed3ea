import os
from pathlib import Path

import pytest

from evtui import paths


@pytest.fixture
def homes(tmp_path, monkeypatch) -> Path:
    """Every XDG variable set to a folder of its own."""
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


def test_each_path_follows_its_xdg_variable(homes):
    assert paths.config_file() == homes / "config" / "evtui" / "config.toml"
    assert paths.cache_folder() == homes / "cache" / "evtui"
    assert paths.data_folder() == homes / "data" / "evtui"
    assert homes / "state" in paths.log_file().parents


def test_what_can_be_made_again_lies_in_the_cache_folder(homes):
    assert paths.catalogue_file().parent == paths.cache_folder()
    assert paths.demo_folder().parent == paths.cache_folder()


def test_what_the_user_made_lies_in_the_data_folder(homes):
    assert paths.bookmarks_folder().parent == paths.data_folder()


def test_asking_for_a_path_makes_nothing(homes):
    for ask in (
        paths.config_file,
        paths.catalogue_file,
        paths.demo_folder,
        paths.bookmarks_folder,
        paths.log_file,
    ):
        ask()
    assert list(homes.iterdir()) == []


class TestFolderForResults:
    @pytest.fixture(autouse=True)
    def refused(self, tmp_path, monkeypatch) -> set[Path]:
        """Folders in which nothing may be written, also by an administrator."""
        monkeypatch.chdir(tmp_path)
        refused: set[Path] = set()
        access = os.access
        monkeypatch.setattr(
            os, "access", lambda path, mode: Path(path) not in refused and access(path, mode)
        )
        return refused

    def test_it_is_the_recording_s_own(self, tmp_path):
        assert paths.folder_for_results(tmp_path / "fan.h5") == tmp_path
        assert paths.folder_for_results(Path("fan.h5")) == Path()

    def test_else_the_current_one(self, tmp_path, refused):
        refused.add(tmp_path)
        assert paths.folder_for_results(tmp_path / "fan.h5") == Path()
        assert paths.folder_for_results(tmp_path / "gone" / "fan.h5") == Path()

    def test_else_the_data_folder_which_is_made(self, tmp_path, refused, homes):
        refused |= {tmp_path, Path()}
        assert paths.folder_for_results(tmp_path / "fan.h5") == homes / "data" / "evtui"
        assert paths.data_folder().is_dir()

    def test_a_name_that_cannot_be_shown_is_passed_over(self, tmp_path):
        (tmp_path / "odd\x1b").mkdir()
        assert paths.folder_for_results(tmp_path / "odd\x1b" / "fan.h5") == Path()
