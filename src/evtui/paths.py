"""Where things are: config, cache, data and log, each overridable by the usual XDG variables."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_NAME = "evtui"


def config_file() -> Path:
    """The settings the user keeps."""
    return platformdirs.user_config_path(_NAME) / "config.toml"


def cache_folder() -> Path:
    """What can be made again: remembered metadata, demo recordings."""
    return platformdirs.user_cache_path(_NAME)


def catalogue_file() -> Path:
    """Remembered metadata of recordings, one SQLite file."""
    return cache_folder() / "catalogue.sqlite"


def demo_folder() -> Path:
    """The synthetic recordings of ``evtui demo``."""
    return cache_folder() / "demo"


def data_folder() -> Path:
    """What the user made and nothing can make again: bookmarks."""
    return platformdirs.user_data_path(_NAME)


def bookmarks_folder() -> Path:
    """Bookmarks, one file for each recording that has some."""
    return data_folder() / "bookmarks"


def pictures_folder() -> Path:
    """Where the player's screenshots go: the folder the program was started in."""
    return Path.cwd()


def log_file() -> Path:
    """The place suggested for ``--log``; nothing is logged unless asked for."""
    return platformdirs.user_log_path(_NAME) / "evtui.jsonl"
