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


def test_pictures_go_where_the_program_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert paths.pictures_folder() == tmp_path
